package openapi

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// A wordbook is the YAML of one file: what the document says beside what is derived.
type wordbook struct{ entries object }

// The files.
var (
	calls        = readOnce("calls")      // by method and path: all that routes do not say
	parameters   = readOnce("parameters") // by name: bounds, defaults and examples; "METHOD PATH NAME" for one call
	types        = readOnce("types")      // by component: its description under $, and those of its members
	headers      = readOnce("headers")    // of answers, by name
	problems     = readOnce("problems")   // by code: what to do about it
	jobWords     = readOnce("jobs")       // by moment and kind: what of a job differs from its example
	webhookWords = readOnce("webhook")    // of the call that jobs make when they end
	vendors      = readOnce("vendors")    // by vendor: its title, parameters and what its surface does not say
)

// readOnce returns a function that reads a file of words at its first call. The files
// are part of the program, so that a fault in one is found by every test.
func readOnce(name string) func() wordbook {
	return sync.OnceValue(func() wordbook {
		text, err := wordFiles.ReadFile("words/" + name + ".yaml")
		if err != nil {
			panic("openapi: " + err.Error())
		}
		var node yaml.Node
		if err := yaml.Unmarshal(text, &node); err != nil {
			panic(fmt.Sprintf("openapi: %s: %v", name, err))
		}
		return wordbook{valueOf(node.Content[0]).(object)}
	})
}

// valueOf returns a YAML value as one of JSON, with members in their order.
func valueOf(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return valueOf(n.Alias)
	case yaml.MappingNode:
		o := object{}
		for i := 0; i < len(n.Content); i += 2 {
			o = append(o, member{n.Content[i].Value, valueOf(n.Content[i+1])})
		}
		return o
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, valueOf(item))
		}
		return list
	}
	var v any
	if err := n.Decode(&v); err != nil {
		panic("openapi: " + err.Error())
	}
	return v
}

// at returns the entry of a name, empty if there is none.
func (w wordbook) at(name string) object {
	entry, _ := w.entries.get(name).(object)
	return entry
}

// text returns a text of an entry, "" for none.
func (o object) text(name string) string {
	text, _ := o.get(name).(string)
	return text
}

// texts returns a list of texts of an entry.
func (o object) texts(name string) []string {
	list, _ := o.get(name).([]any)
	var texts []string
	for _, item := range list {
		texts = append(texts, fmt.Sprint(item))
	}
	return texts
}

// describe adds to a component what its entry says of it: the description under $, and
// for each member a description or further keywords. The words of an enumeration are
// added to its description.
func (w wordbook) describe(name string, schema object) object {
	entry := w.at(name)
	properties, _ := schema.get("properties").(object)
	var list []string
	for _, m := range entry {
		switch p, isMember := properties.get(m.name).(object); {
		case m.name == "$":
			schema = append(obj("description", m.value), schema...)
		case isMember:
			properties.set(m.name, annotated(p, m.value))
		case schema.get("enum") != nil:
			list = append(list, "- `"+m.name+"`: "+fmt.Sprint(m.value))
		case strings.HasPrefix(m.name, "$"):
			schema.set(m.name[1:], m.value)
		}
	}
	if len(list) > 0 {
		schema.set("description", schema.text("description")+"\n\n"+strings.Join(list, "\n"))
	}
	return schema
}

// annotated adds to a schema a description, or keywords of which some may replace
// those that it has. What null allows stays.
func annotated(schema object, words any) object {
	out := slices.Clone(schema)
	switch words := words.(type) {
	case string:
		out.set("description", words)
	case object:
		for _, m := range words {
			out.set(m.name, m.value)
		}
	}
	return out
}

// number returns an integer as a key of the file of calls has it.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
