package model

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A builder makes a model of one document.
type builder struct {
	*document
	model    *Model
	compiler *jsonschema.Compiler // nil if the schema is not valid
}

// build reads a model file. The model is nil if there are problems.
func build(file string, src []byte) (*Model, []Problem) {
	b := &builder{document: parseYAML(file, src), model: &Model{byName: map[string]*Field{}, byRole: map[Role]*Field{}}}
	if b.root != nil {
		b.checkSchema()
		b.checkRoot()
		b.addFields()
		b.addRoles()
		b.relate()
		b.checkColumns()
		if len(b.problems) == 0 {
			b.finish()
		}
	}
	if len(b.problems) > 0 {
		slices.SortFunc(b.problems, func(x, y Problem) int {
			return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Detail, y.Detail))
		})
		return nil, slices.Compact(b.problems)
	}
	return b.model, nil
}

var modelName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)

// checkRoot checks the top of the file: all that does not concern one field.
func (b *builder) checkRoot() {
	b.checkRootKeywords()
	b.checkName()
	if b.root["type"] != "object" {
		b.problem("/type", `the type of a record must be "object"`)
	}
	if more, ok := b.root["additionalProperties"]; ok && more != false {
		b.problem("/additionalProperties", "only false is possible: a record has no other fields than those declared")
	}
	if properties, ok := b.root["properties"].(map[string]any); !ok || len(properties) == 0 {
		b.problem("/properties", "a model needs properties: the fields of a record")
	}
	b.checkRequired()
	m := b.model
	m.Title, m.Description = stringOf(b.root, "title"), stringOf(b.root, "description")
	m.Vendor, _ = b.root["x-vendor"].(map[string]any)
	m.definitions, _ = withoutX(map[string]any{"$defs": b.root["$defs"]})["$defs"].(map[string]any)
}

func (b *builder) checkRootKeywords() {
	for _, name := range b.order[""] {
		if want, ok := xFile[name]; ok {
			b.checkX("/"+name, b.root[name], want)
		} else if strings.HasPrefix(name, "x-") {
			b.problem("/"+name, "unknown keyword %q", name)
		} else if keywords[name] != unknown && !rootKeywords[name] {
			b.problem("/"+name, "%q may not stand here: a rule over several fields cannot be kept when single ones change", name)
		}
	}
}

// checkName checks the name of the model and sets it.
func (b *builder) checkName() {
	name := stringOf(b.root, "x-model")
	switch {
	case b.root["x-model"] == nil:
		b.problem("", "x-model is missing: the name of the model")
	case !modelName.MatchString(name):
		b.problem("/x-model", "a model's name must match %s", modelName)
	case reserved[name]:
		b.problem("/x-model", "the name %q is reserved", name)
	}
	b.model.Name = name
}

func (b *builder) checkRequired() {
	list, _ := b.root["required"].([]any)
	properties, _ := b.root["properties"].(map[string]any)
	for i, item := range list {
		if name, ok := item.(string); ok && properties[name] == nil {
			b.problem(PointerTo("/required", itoa(i)), "%q is required but not among the properties", name)
		}
	}
}

func (b *builder) checkX(pointer string, v any, want xType) bool {
	var ok bool
	switch want {
	case xBoolean:
		_, ok = v.(bool)
	case xString:
		_, ok = v.(string)
	case xObject:
		_, ok = v.(map[string]any)
	case xList, xStrings:
		var list []any
		list, ok = v.([]any)
		ok = ok && len(list) > 0 && (want == xList || !slices.ContainsFunc(list, func(v any) bool { return !isString(v) }))
	}
	if !ok {
		b.problem(pointer, "%s must be %s", pointer[strings.LastIndexByte(pointer, '/')+1:], want)
	}
	return ok
}

func isString(v any) bool {
	_, ok := v.(string)
	return ok
}

func (b *builder) addFields() {
	properties, _ := b.root["properties"].(map[string]any)
	for _, name := range b.order["/properties"] {
		b.addField(name, properties[name])
	}
}

// addRoles adds a field for each role that no field of the file has.
func (b *builder) addRoles() {
	for _, role := range roles {
		if b.model.byRole[role] != nil {
			continue
		}
		if other := b.model.byName[string(role)]; other != nil {
			b.problem(other.rule.filePointer(), "the field %q needs x-role: %s, or another field must have that role", role, role)
			continue
		}
		b.addField(string(role), roleSchema(role))
	}
	for _, name := range []string{"id", "version"} {
		f := b.model.byName[name]
		if f != nil && f.Role != Role(name) {
			b.problem(f.rule.filePointer(), "the field %q must have x-role: %s, since every answer shows the record's %s by that name", name, name, name)
		}
	}
}

// roleSchema returns the schema of the field that addRoles adds for a role.
func roleSchema(role Role) map[string]any {
	s := map[string]any{"x-role": string(role), "x-filterable": true, "readOnly": true}
	switch role {
	case RoleID:
		s["type"], s["description"] = "integer", "Number of the record"
	case RoleVersion:
		s["type"], s["description"] = "integer", "Starts at 1 and grows by one with each change"
	case RoleCreatedAt:
		s["type"], s["format"], s["description"] = "string", "date-time", "When the record was made"
	case RoleUpdatedAt:
		s["type"], s["format"], s["description"] = "string", "date-time", "When the record last changed"
	case RoleLastJob:
		s["type"], s["description"] = []any{"string", "null"}, "Job that last changed the record"
		delete(s, "x-filterable")
	}
	return s
}

var columnPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// columnPrefix distinguishes the columns of fields from the store's own.
const columnPrefix = "f_"

// roleColumns are the columns of the roles. They are the same in every table.
var roleColumns = map[Role]string{
	RoleID:        "id",
	RoleVersion:   "version",
	RoleCreatedAt: "created_at",
	RoleUpdatedAt: "updated_at",
	RoleLastJob:   "last_job",
}

const maxColumn = 63 // bytes, PostgreSQL's limit

func (b *builder) checkColumns() {
	taken := map[string]*Field{}
	for _, f := range b.model.Fields {
		at := f.rule.filePointer()
		if !columnPattern.MatchString(f.Name) {
			b.problem(at, "the name %q must match %s, so that filters and columns can have it", f.Name, columnPattern)
		}
		if len(f.Column) > maxColumn {
			b.problem(at, "the name %q is too long: its column may have at most %d bytes", f.Name, maxColumn)
		}
		folded := strings.ToLower(f.Column)
		if other := taken[folded]; other != nil {
			if _, inFile := b.lines[at]; !inFile {
				at = other.rule.filePointer()
			}
			b.problem(at, "the names %q and %q differ only in case, so that their columns would collide", other.Name, f.Name)
		}
		taken[folded] = f
	}
}

// finish sets what depends on all fields.
func (b *builder) finish() {
	m := b.model
	for i, f := range m.Fields {
		f.Index = i
		if f.Required && f.Role == RoleNone && f.Generate == "" && f.Default == nil {
			m.required = append(m.required, f)
		}
		if f.rule.patch != nil && requiresWithin(f.rule.shape) {
			m.nested = append(m.nested, f)
		}
	}
	meaning := mapSchemas(b.root, func(s map[string]any) {
		for _, name := range annotations {
			delete(s, name)
		}
	})
	sum := sha256.Sum256(appendTree(nil, meaning))
	m.Digest = hex.EncodeToString(sum[:])
}

// requiresWithin reports whether an object, or one inside it, has required
// properties.
func requiresWithin(shape map[string]any) bool {
	if list, _ := shape["required"].([]any); len(list) > 0 {
		return true
	}
	for _, keyword := range []string{"properties", "patternProperties"} {
		children, _ := shape[keyword].(map[string]any)
		for child := range maps.Values(children) {
			if s, ok := child.(map[string]any); ok && requiresWithin(s) {
				return true
			}
		}
	}
	s, ok := shape["additionalProperties"].(map[string]any)
	return ok && requiresWithin(s)
}
