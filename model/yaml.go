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

// maxNodes is how many values a model file can have with its aliases expanded. A few
// lines with aliases of aliases could fill the memory.
const maxNodes = 100000

// maxFileDepth is how deep the file can be nested. An alias of a value that contains
// the alias would be endless.
const maxFileDepth = 100

// A document is a model file as JSON values. lines has the line of each value by its
// pointer, order the names of each object as they are in the file.
type document struct {
	file     string
	root     map[string]any
	lines    map[string]int
	order    map[string][]string
	problems []Problem
	nodes    int
	depth    int
}

// problem notes a problem at a pointer into the file.
func (d *document) problem(pointer, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: d.line(pointer), Detail: fmt.Sprintf(format, args...)})
}

// line returns the line of a pointer, or of the innermost value around it that is in
// the file.
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

// parseYAML reads a file. The root is nil if it is not valid YAML.
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
