package model

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// filePointer returns the pointer to the field in its file.
func (r *rule) filePointer() string { return "/properties" + r.pointer }

// addField adds a field of the file, or for a role that no field of the file
// has.
func (b *builder) addField(name string, schema any) {
	at := PointerTo("/properties", name)
	if schema == true {
		schema = map[string]any{}
	}
	s, ok := schema.(map[string]any)
	if !ok {
		b.problem(at, "a field must be described by a schema that some value fits")
		s = map[string]any{}
	}
	f := &Field{
		Name: name, Column: columnPrefix + name,
		Title: stringOf(s, "title"), Description: stringOf(s, "description"), Format: stringOf(s, "format"),
		ReadOnly: booleanOf(s, "readOnly"), WriteOnly: booleanOf(s, "writeOnly"),
		source: withoutX(s),
	}
	f.rule.leadTo(PointerTo("", name))
	f.Type, f.Nullable = b.typeOf(s, at)
	b.checkFieldX(s, at)
	b.applyX(f, s)
	b.checkRole(f, s, at)
	b.prepareRule(f, s, at)
	b.setNullable(f, s)
	b.preparePaths(f, s, at)
	b.prepareDropDowns(f, s, at)
	b.checkMarks(f, s, at)
	b.checkGenerator(f, s, at)
	b.setDefault(f, s, at)
	b.model.Fields = append(b.model.Fields, f)
	b.model.byName[name] = f
}

// typeOf returns the type of the values of a schema, and whether its type allows
// null.
func (b *builder) typeOf(s map[string]any, at string) (Type, bool) {
	types, nullable := typesOf(s)
	if len(types) == 2 && slices.Contains(types, "integer") && slices.Contains(types, "number") {
		types = []string{"number"}
	}
	switch {
	case s["type"] == nil:
		return Any, true
	case len(types) == 0:
		b.problem(PointerTo(at, "type"), "a field that is always null holds nothing")
		return Any, true
	case len(types) > 1:
		return Any, nullable
	case types[0] == "string" && (s["format"] == "date" || s["format"] == "date-time"):
		return Type(stringOf(s, "format")), nullable
	default:
		return Type(types[0]), nullable
	}
}

// typesOf lists the types of a schema without null, and says whether null is one
// of them.
func typesOf(s map[string]any) (types []string, nullable bool) {
	list, ok := s["type"].([]any)
	if !ok {
		list = []any{s["type"]}
	}
	for _, t := range list {
		switch name, _ := t.(string); name {
		case "":
		case "null":
			nullable = true
		default:
			types = append(types, name)
		}
	}
	return types, nullable
}

func (b *builder) checkFieldX(s map[string]any, at string) {
	for name, v := range s {
		if !strings.HasPrefix(name, "x-") {
			continue
		}
		want, ok := xField[name]
		if !ok {
			b.problem(PointerTo(at, name), "unknown keyword %q; known are %s", name, strings.Join(slices.Sorted(maps.Keys(xField)), ", "))
			continue
		}
		b.checkX(PointerTo(at, name), v, want)
	}
}

// applyX reads the x- keywords into the field. checkMarks refuses those that do
// not fit together.
func (b *builder) applyX(f *Field, s map[string]any) {
	f.Role, f.Secret = Role(stringOf(s, "x-role")), Secret(stringOf(s, "x-secret"))
	f.Indexed, f.Unique, f.Extensible = booleanOf(s, "x-indexed"), booleanOf(s, "x-unique"), booleanOf(s, "x-extensible")
	f.OpenPaths, f.FilterBy = booleanOf(s, "x-open-paths"), stringOf(s, "x-filter-by")
	f.Generate, f.Prefix = stringOf(s, "x-generate"), stringOf(s, "x-prefix")
	f.VendorName = stringOf(s, "x-vendor-name")
	if f.VendorName == "" {
		f.VendorName = f.Name
	}
	if f.Secret == Hashed {
		f.WriteOnly = true
	}
	f.rule.takesDate = booleanOf(s, "x-takes-date")
	f.Filterable = booleanOf(s, "x-filterable")
	if _, said := s["x-filterable"]; !said && f.Secret == Public && !f.WriteOnly {
		f.Filterable = booleanOf(b.root, "x-filterable")
	}
	if f.Type == String {
		f.Choices = choicesOf(s)
		for i, choice := range f.Choices {
			f.Choices[i] = f.Normal(choice).(string)
		}
	}
}

// checkRole gives the model a field for the role that x-role names.
func (b *builder) checkRole(f *Field, s map[string]any, at string) {
	if f.Role == RoleNone {
		return
	}
	at = PointerTo(at, "x-role")
	if !b.roleIsFree(f, at) {
		f.Role = RoleNone
		return
	}
	if types := roleTypes[f.Role]; !slices.Contains(types, f.Type) {
		b.problem(at, "a field with the role %s must be of the type %s", f.Role, joinTypes(types))
	}
	if s["default"] != nil || f.Secret != Public || f.WriteOnly || f.Choices != nil {
		b.problem(at, "a field with a role can have no default, no enum and no secret")
	}
	if f.Role == RoleLastJob {
		if booleanOf(s, "x-filterable") {
			b.problem(at, "the store keeps the job's number, not its id, so that this field may not be filtered")
		}
		f.Filterable = false
	}
	f.ReadOnly = true
	f.Column = roleColumns[f.Role]
	b.model.byRole[f.Role] = f
	if f.Role == RoleID && f.Generate == "" {
		f.Generate = idGenerator(f)
	}
}

// roleIsFree reports whether the field's role exists and no other field has
// it. If not, it notes the problem.
func (b *builder) roleIsFree(f *Field, at string) bool {
	_, known := roleTypes[f.Role]
	switch {
	case !known:
		b.problem(at, "unknown role %q; known are id, version, createdAt, updatedAt and lastJobId", string(f.Role))
	case b.model.byRole[f.Role] != nil:
		b.problem(at, "two fields have the role %s", f.Role)
	default:
		return true
	}
	return false
}

func joinTypes(types []Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = string(t)
	}
	return strings.Join(words, " or ")
}

// idGenerator returns how ids are generated if the file does not say it.
func idGenerator(f *Field) string {
	switch {
	case f.Type == Integer:
		return "sequence"
	case f.Format == formatUUID:
		return "uuid"
	default:
		return "slug"
	}
}

// setNullable decides whether a field may be null. A record does not distinguish
// null from missing, so a field that a record need not have may be null even if
// its type does not allow null.
func (b *builder) setNullable(f *Field, s map[string]any) {
	list, _ := b.root["required"].([]any)
	f.Required = slices.Contains(list, any(f.Name))
	if f.Nullable && f.rule.full != nil && !f.rule.full.allows(nil) {
		f.Nullable = false // its type allows null, but another keyword does not
	}
	switch {
	case f.Role != RoleNone:
		f.Nullable = f.Role == RoleLastJob
	case !f.Required && s["default"] == nil && f.Generate == "":
		f.Nullable = true
	}
}

// prepareRule reads the rules of the field's schema into f.rule.
func (b *builder) prepareRule(f *Field, s map[string]any, at string) {
	b.prepareStringRules(f, s)
	b.boundKey(f, at)
	b.prepareBounds(f, s)
	b.prepareEnum(f, s, at)
	if _, inFile := b.lines[at]; inFile { // the fields of addRoles are not: they have no further rules
		b.prepareValidators(f, s, at)
	}
}

func (b *builder) prepareStringRules(f *Field, s map[string]any) {
	r := &f.rule
	r.maxLength, r.minInt, r.maxInt = -1, math.MinInt64, math.MaxInt64
	if n, ok := numberOf(s, "maxLength"); ok {
		r.maxLength = toInt(n, math.MaxInt32)
	}
	if n, ok := numberOf(s, "minLength"); ok {
		r.minLength = toInt(n, math.MaxInt32)
	}
	if p, ok := s["pattern"].(string); ok {
		r.pattern, _ = regexp.Compile(p)
	}
	if f.Type == String {
		r.format = formats[f.Format]
	}
}

// prepareValidators compiles the schema for what the other rules do not check.
func (b *builder) prepareValidators(f *Field, s map[string]any, at string) {
	r := &f.rule
	switch f.Type {
	case Object:
		r.shape, r.uuids = s, b.uuidsBelow(at)
		r.full, r.patch = b.compile(schemaURL, at), b.compile(patchURL, at)
		b.checkMergeable(s, at)
	case Array, Any:
		r.full, r.uuids = b.compile(schemaURL, at), b.uuidsBelow(at)
		if f.Type == Any {
			b.checkMergeable(s, at)
		}
	default:
		if f.Type == DateTime && (s["maxLength"] != nil || s["minLength"] != nil || s["pattern"] != nil) {
			b.problem(at, "a date-time is kept as an instant, so rules about its text cannot hold")
		}
		if needsValidator(s) {
			r.full = b.compile(schemaURL, at)
		}
	}
}

// maxKey is how many characters an indexed string may have. With four bytes each
// they still fit into an entry of an index of PostgreSQL, which would refuse a
// longer string only when it is written.
const maxKey = 600

func (b *builder) boundKey(f *Field, at string) {
	key := f.Indexed || f.Unique || f.Role == RoleID
	if f.Type != String || !key {
		return
	}
	if f.rule.maxLength > maxKey {
		b.problem(PointerTo(at, "maxLength"), "a text that is indexed, unique or the id may have at most %d characters", maxKey)
	}
	if f.rule.maxLength < 0 {
		f.rule.maxLength = maxKey
		f.source["maxLength"] = json.Number(itoa(maxKey))
	}
}

func needsValidator(s map[string]any) bool {
	for name := range s {
		if !prepared[name] && !strings.HasPrefix(name, "x-") {
			return true
		}
	}
	return false
}
