package model

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Addresses of the two forms of a file's schema in the validator: as it is, and
// without the required properties of the objects that patches merge into.
// Nothing is loaded from these addresses.
const (
	schemaURL = "https://model.invalid/record"
	patchURL  = "https://model.invalid/patch"
)

const dialect = "https://json-schema.org/draft/2020-12/schema"

// noLoader refuses references to other files: a model is one file.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("references lead out of the file")
}

// checkSchema checks that the file is a JSON Schema, and prepares the validator
// of values.
func (b *builder) checkSchema() {
	if s, ok := b.root["$schema"]; ok && s != dialect {
		b.problem("/$schema", "only %s is understood", dialect)
	}
	b.walk(b.root, "", b.checkKeywords)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	for name, valid := range formats {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, ok := v.(string); ok && !valid(s) {
				return errors.New("not " + formatNames[name])
			}
			return nil
		}})
	}
	whole := withoutChoices(b.root)
	delete(whole, "$schema")
	delete(whole, "$id")
	for _, err := range []error{
		c.AddResource(schemaURL, whole),
		c.AddResource(patchURL, forPatches(whole)),
	} {
		if err != nil {
			b.problem("", "this is not a JSON Schema")
			return
		}
	}
	if _, err := c.Compile(schemaURL); err != nil {
		b.schemaProblems(err)
		return
	}
	b.compiler = c
}

// walk calls visit for a schema and for every schema inside it, with the pointer
// to it.
func (b *builder) walk(schema any, pointer string, visit func(schema map[string]any, pointer string)) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	visit(s, pointer)
	for name, v := range s {
		at := PointerTo(pointer, name)
		switch keywords[name] {
		case subschema:
			b.walk(v, at, visit)
		case subschemas:
			list, _ := v.([]any)
			for i, item := range list {
				b.walk(item, PointerTo(at, itoa(i)), visit)
			}
		case namedSchemas:
			named, _ := v.(map[string]any)
			for key, item := range named {
				b.walk(item, PointerTo(at, key), visit)
			}
		}
	}
}

// checkKeywords checks what the metaschema does not: unknown keywords, formats and
// patterns.
func (b *builder) checkKeywords(s map[string]any, pointer string) {
	for name := range s {
		at := PointerTo(pointer, name)
		switch {
		case strings.HasPrefix(name, "x-"):
			below := name == "x-extensible" && isDeclaredPointer(pointer)
			if strings.Count(pointer, "/") != 0 && !isFieldPointer(pointer) && !below {
				b.problem(at, "%s may stand only at the top of the file and in its fields", name)
			}
		case keywords[name] == unknown:
			b.problem(at, "unknown keyword %q", name)
		}
	}
	if f, ok := s["format"].(string); ok && formats[f] == nil {
		b.problem(PointerTo(pointer, "format"), "unknown format %q; known are %s", f, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
	}
	if p, ok := s["pattern"].(string); ok {
		b.checkPattern(p, PointerTo(pointer, "pattern"))
	}
	named, _ := s["patternProperties"].(map[string]any)
	for p := range named {
		b.checkPattern(p, PointerTo(PointerTo(pointer, "patternProperties"), p))
	}
}

func (b *builder) checkPattern(p, pointer string) {
	if _, err := regexp.Compile(p); err != nil {
		b.problem(pointer, "the pattern is not one that RE2 understands")
	}
}

// isFieldPointer reports whether a pointer leads to a field.
func isFieldPointer(pointer string) bool {
	return strings.HasPrefix(pointer, "/properties/") && strings.Count(pointer, "/") == 2
}

// isDeclaredPointer reports whether a pointer leads to a property that is declared
// inside a field, by properties alone.
func isDeclaredPointer(pointer string) bool {
	segments := strings.Split(pointer, "/")[1:]
	for i, segment := range segments {
		if i%2 == 0 && segment != "properties" {
			return false
		}
	}
	return len(segments)%2 == 0 && len(segments) > 2
}

// schemaProblems notes each problem of the schema.
func (b *builder) schemaProblems(err error) {
	var invalid *jsonschema.SchemaValidationError
	var top *jsonschema.ValidationError
	if errors.As(err, &invalid) && errors.As(invalid.Err, &top) {
		b.invalidKeywords(top, message.NewPrinter(language.English))
		return
	}
	var pattern *jsonschema.InvalidRegexError
	if errors.As(err, &pattern) {
		return // checkPattern has noted it
	}
	b.problem("", "the schema cannot be used: a $ref or $dynamicRef leads nowhere")
}

func (b *builder) invalidKeywords(e *jsonschema.ValidationError, p *message.Printer) {
	if _, alternatives := e.ErrorKind.(*kind.AnyOf); !alternatives && len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			b.invalidKeywords(cause, p)
		}
		return
	}
	if f, ok := e.ErrorKind.(*kind.Format); ok && f.Want == "regex" {
		return // checkPattern has named it
	}
	at, name := "", "the file"
	for _, segment := range e.InstanceLocation {
		at, name = PointerTo(at, segment), segment
	}
	detail := e.ErrorKind.LocalizedString(p)
	if _, alternatives := e.ErrorKind.(*kind.AnyOf); alternatives {
		detail = "none of the forms that JSON Schema allows here"
	}
	b.problem(at, "%s is not valid JSON Schema: %s", name, detail)
}

// forPatches returns a copy of the schema of a record without the required
// properties of the objects that patches merge into: a patch need not have
// them.
func forPatches(root map[string]any) map[string]any {
	out := maps.Clone(root)
	properties, _ := root["properties"].(map[string]any)
	copied := make(map[string]any, len(properties))
	for name, s := range properties {
		copied[name] = withoutRequired(s)
	}
	out["properties"] = copied
	return out
}

func withoutRequired(schema any) any {
	s, ok := schema.(map[string]any)
	if !ok {
		return schema
	}
	out := maps.Clone(s)
	delete(out, "required")
	for _, keyword := range []string{"properties", "patternProperties"} {
		if children, ok := s[keyword].(map[string]any); ok {
			copied := make(map[string]any, len(children))
			for name, child := range children {
				copied[name] = withoutRequired(child)
			}
			out[keyword] = copied
		}
	}
	if more, ok := s["additionalProperties"]; ok {
		out["additionalProperties"] = withoutRequired(more)
	}
	return out
}

// compile returns the validator of the schema at a pointer into the file.
func (b *builder) compile(url, pointer string) *validator {
	s := b.schema(url, pointer)
	if s == nil {
		return nil
	}
	return newValidator(s)
}

// uuidsBelow returns the schema at a pointer into the file if it asks for UUIDs
// anywhere inside its values, else nil.
func (b *builder) uuidsBelow(pointer string) *jsonschema.Schema {
	s := b.schema(schemaURL, pointer)
	if s == nil || !holdsUUIDs(s) {
		return nil
	}
	return s
}

func (b *builder) schema(url, pointer string) *jsonschema.Schema {
	if b.compiler == nil {
		return nil
	}
	s, err := b.compiler.Compile(url + "#" + fragment(pointer))
	if err != nil {
		b.problem(pointer, "this schema cannot be used")
		return nil
	}
	return s
}

// fragment writes a pointer as the fragment of a URL.
func fragment(pointer string) string {
	var out strings.Builder
	for i := range len(pointer) {
		if c := pointer[i]; isWordByte(c) || strings.IndexByte("/~-.", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

func itoa(i int) string { return strconv.Itoa(i) }
