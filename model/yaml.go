package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds a model file with its aliases written out, so that a few
// lines of aliases of aliases cannot fill the memory.
const maxNodes = 100000

// maxFileDepth bounds its nesting, which an alias to what surrounds it would
// make endless.
const maxFileDepth = 100

// A document is a model file as JSON values, with the line of each by its
// pointer and the names of each object in their order.
type document struct {
	file     string
	root     map[string]any
	lines    map[string]int
	order    map[string][]string
	problems []Problem
	nodes    int
	depth    int
}

// problem notes a fault at a pointer into the file.
func (d *document) problem(pointer, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: d.line(pointer), Detail: fmt.Sprintf(format, args...)})
}

// line finds the line of a pointer, or of the nearest thing around it that
// the file holds.
func (d *document) line(pointer string) int {
	for {
		if line, ok := d.lines[pointer]; ok {
			return line
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return 1
		}
		pointer = pointer[:i]
	}
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parseYAML reads a file. On a fault of the YAML itself the root is nil.
func parseYAML(file string, src []byte) *document {
	d := &document{file: file, lines: map[string]int{"": 1}, order: map[string][]string{}}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var node yaml.Node
	if err := dec.Decode(&node); err != nil {
		d.yamlProblem(err)
		return d
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		d.lines[""] = max(second.Line, 1)
		d.problem("", "the file holds more than one YAML document")
		return d
	}
	root, ok := d.convert(node.Content[0], "").(map[string]any)
	if !ok && len(d.problems) == 0 {
		d.problem("", "the file must be a mapping: the schema of a record")
	}
	if d.nodes < maxNodes {
		d.root = root
	}
	return d
}

func (d *document) yamlProblem(err error) {
	detail := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.Is(err, io.EOF) {
		detail = "the file is empty"
	}
	if at := yamlLine.FindStringSubmatch(detail); at != nil {
		d.lines[""], _ = strconv.Atoi(at[1])
		detail = strings.Replace(detail, at[0], "", 1)
	}
	d.problem("", "%s", strings.TrimSpace(detail))
}

func (d *document) convert(n *yaml.Node, pointer string) any {
	if d.nodes++; d.nodes >= maxNodes {
		if d.nodes == maxNodes {
			d.problem(pointer, "the file is too large with its aliases written out")
		}
		return nil
	}
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxFileDepth {
		d.problem(pointer, "this nests too deep")
		d.nodes = maxNodes
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return d.convert(n.Alias, pointer)
	case yaml.MappingNode:
		return d.mapping(n, pointer)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			at := pointer + "/" + strconv.Itoa(i)
			d.lines[at] = item.Line
			list = append(list, d.convert(item, at))
		}
		return list
	default:
		return d.scalar(n, pointer)
	}
}

func (d *document) mapping(n *yaml.Node, pointer string) any {
	members := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := PointerTo(pointer, key.Value)
		_, twice := members[key.Value]
		if !twice {
			d.lines[at] = key.Line
		}
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str":
			d.problems = append(d.problems, Problem{d.file, key.Line, "a name must be text; write it in quotes"})
			continue
		case twice:
			d.problems = append(d.problems, Problem{d.file, key.Line, fmt.Sprintf("%q is given twice", key.Value)})
			continue
		}
		members[key.Value] = nil
		d.order[pointer] = append(d.order[pointer], key.Value)
		members[key.Value] = d.convert(value, at)
	}
	return members
}

func (d *document) scalar(n *yaml.Node, pointer string) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err == nil {
			return b
		}
	case "!!int", "!!float":
		if canonical, err := appendNumber(nil, []byte(n.Value)); err == nil {
			return json.Number(canonical)
		}
		// Hexadecimal numbers and the like are YAML but not JSON.
		var i int64
		if err := n.Decode(&i); err == nil {
			return json.Number(strconv.FormatInt(i, 10))
		}
		var f float64
		if err := n.Decode(&f); err == nil {
			if canonical, err := appendNumber(nil, strconv.AppendFloat(nil, f, 'g', -1, 64)); err == nil {
				return json.Number(canonical)
			}
		}
	case "!!str", "!!timestamp", "!!binary":
		return n.Value
	}
	d.problem(pointer, "this value has no form in JSON")
	return nil
}
