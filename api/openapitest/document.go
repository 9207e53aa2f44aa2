package openapitest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bulkpatch/model"
)

// A Document is an OpenAPI document that exchanges are compared with. It is safe for
// concurrent use.
type Document struct {
	paths []path
	root  map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by the pointers to them
}

// A path is one of the document's, as what requests have.
type path struct {
	text    string
	matches *regexp.Regexp
	item    map[string]any
	bases   []string // below which it is found, too
}

// documentURL is the address of the document in the validator. Nothing is loaded from
// there.
const documentURL = "https://openapi.invalid/document"

// formats are the formats that are checked. Values of all others pass.
var formats = map[string]func(string) bool{
	"date":      model.ValidDate,
	"date-time": func(s string) bool { _, ok := model.ParseTime(s); return ok },
	"uuid":      regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString,
}

// unchecked are formats of the validator that the service defines for itself.
var unchecked = []string{"email", "uri", "uri-reference", "hostname", "ipv4", "ipv6", "regex"}

// Read reads a document. The formats in loose are not checked: of values that do not come
// from the server, but from what a test has in the place of a part of it.
func Read(text []byte, loose ...string) (*Document, error) {
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	d := &Document{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	d.root, _ = root.(map[string]any)
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	for name, valid := range formats {
		d.compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, ok := v.(string); ok && !valid(s) {
				return errors.New("not a " + name)
			}
			return nil
		}})
	}
	for _, name := range slices.Concat(unchecked, loose) {
		d.compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(any) error { return nil }})
	}
	if err := d.compiler.AddResource(documentURL, root); err != nil {
		return nil, err
	}
	return d, d.readPaths()
}

// placeholder is a part of a path that stands for a segment.
var placeholder = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// readPaths reads the paths, those with fewer placeholders first.
func (d *Document) readPaths() error {
	paths, ok := d.root["paths"].(map[string]any)
	if !ok {
		return errors.New("the document has no paths")
	}
	for text, item := range paths {
		p := path{text: text, matches: regexp.MustCompile(`^` + placeholder.ReplaceAllString(regexp.QuoteMeta(text), `[^/]+`) + `$`)}
		p.item, _ = item.(map[string]any)
		servers, _ := p.item["servers"].([]any)
		for _, s := range servers {
			if url, _ := s.(map[string]any)["url"].(string); url != "/" {
				p.bases = append(p.bases, url)
			}
		}
		d.paths = append(d.paths, p)
	}
	slices.SortFunc(d.paths, func(a, b path) int {
		return strings.Count(a.text, "{") - strings.Count(b.text, "{")
	})
	return nil
}

// find returns the path of the document that a request's path is, nil for none. Below
// the other servers of a path, the version in front of it may be left out, and slashes
// at its end and behind its base do not count.
func (d *Document) find(requested string) *path {
	clean := regexp.MustCompile(`/+`).ReplaceAllString(requested, "/")
	plain := strings.TrimSuffix(clean, "/")
	for i, p := range d.paths {
		if p.matches.MatchString(requested) {
			return &d.paths[i]
		}
	}
	for i, p := range d.paths {
		if len(p.bases) == 0 {
			continue
		}
		if p.matches.MatchString(plain) {
			return &d.paths[i]
		}
		for _, base := range p.bases {
			if rest, ok := strings.CutPrefix(plain, base); ok && (p.matches.MatchString(rest) || p.shortened(rest)) {
				return &d.paths[i]
			}
		}
	}
	return nil
}

// shortened reports whether a path is the document's without its first segments.
func (p *path) shortened(rest string) bool {
	text := p.text
	for strings.Count(text, "/") > 1 {
		text = text[1:]
		text = text[strings.IndexByte(text, '/'):]
		if regexp.MustCompile(`^` + placeholder.ReplaceAllString(regexp.QuoteMeta(text), `[^/]+`) + `$`).MatchString(rest) {
			return true
		}
	}
	return false
}

// at returns a value inside another, by names.
func at(v any, names ...string) map[string]any {
	for _, name := range names {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	object, _ := v.(map[string]any)
	return object
}

// deref follows a reference inside the document.
func (d *Document) deref(v map[string]any) map[string]any {
	if ref, ok := v["$ref"].(string); ok {
		return at(d.root, namesOf(ref)...)
	}
	return v
}

// follow returns the value that is at a place or to which a reference there leads, and
// its own place.
func (d *Document) follow(place ...string) ([]string, map[string]any) {
	v := at(d.root, place...)
	if ref, ok := v["$ref"].(string); ok {
		place = namesOf(ref)
		v = at(d.root, place...)
	}
	return place, v
}

// namesOf returns the names that a reference inside the document consists of.
func namesOf(ref string) []string { return strings.Split(strings.TrimPrefix(ref, "#/"), "/") }

// pointerTo returns the pointer to a value inside the document, by names.
func pointerTo(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	return b.String()
}

// valid returns what is wrong with a value by the schema at a pointer, "" for nothing.
func (d *Document) valid(value any, names ...string) string {
	pointer := pointerTo(names...)
	d.mu.Lock()
	schema := d.schemas[pointer]
	var err error
	if schema == nil {
		if schema, err = d.compiler.Compile(documentURL + "#" + escaped(pointer)); err == nil {
			d.schemas[pointer] = schema
		}
	}
	d.mu.Unlock()
	if err != nil {
		return fmt.Sprintf("the schema at %s cannot be used: %v", pointer, err)
	}
	if err := schema.Validate(value); err != nil {
		return err.Error()
	}
	return ""
}

// escaped returns a pointer as the fragment of a URL.
func escaped(pointer string) string {
	return strings.NewReplacer("%", "%25", "{", "%7B", "}", "%7D", `"`, "%22", " ", "%20").Replace(pointer)
}

// validJSON is valid for a value as JSON text.
func (d *Document) validJSON(text []byte, names ...string) string {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return "it is no JSON: " + err.Error()
	}
	return d.valid(v, names...)
}
