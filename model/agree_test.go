package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawScalarSchema draws the schema of a scalar, as JSON.
func drawScalarSchema(t *rapid.T) string {
	kind := rapid.SampledFrom([]string{"string", "integer", "number", "boolean"}).Draw(t, "type")
	rules := []string{fmt.Sprintf(`"type": %q`, kind)}
	null := rapid.Bool().Draw(t, "null")
	if null {
		rules[0] = fmt.Sprintf(`"type": [%q, "null"]`, kind)
	}
	maybe := func(format string, values ...string) {
		if rapid.IntRange(0, 2).Draw(t, "has") == 0 {
			rules = append(rules, fmt.Sprintf(format, rapid.SampledFrom(values).Draw(t, "value")))
		}
	}
	enum := ""
	if null {
		enum = ", null"
	}
	switch kind {
	case "string":
		switch rapid.IntRange(0, 2).Draw(t, "rule") {
		case 0:
			maybe(`"format": %q`, slices.Sorted(maps.Keys(formats))...)
		case 1:
			maybe(`"enum": [%s`+enum+`]`, `"a"`, `"", "é"`)
		}
		if !strings.Contains(strings.Join(rules, ""), `"date-time"`) {
			maybe(`"minLength": %s`, "0", "1", "2.0")
			maybe(`"maxLength": %s`, "0", "1", "2", "10")
			maybe(`"pattern": %q`, "a", "^[a-z]*$", "é")
		}
	case "boolean":
		maybe(`"enum": [%s`+enum+`]`, "true", "false", "true, false")
	default:
		maybe(`"minimum": %s`, "-1", "0.5", "1", "1e3", "-1e30")
		maybe(`"maximum": %s`, "-1.5", "2", "1e3", "9223372036854775807")
		maybe(`"exclusiveMinimum": %s`, "-1.5", "0", "1", "-1e30")
		maybe(`"exclusiveMaximum": %s`, "1", "2.5", "100", "1e30", "9223372036854775807")
		maybe(`"enum": [%s`+enum+`]`, "1, 2", "1.0", "0.5, 100")
	}
	maybe(`"const": %s`, `"a"`, "1")
	return "{" + strings.Join(rules, ", ") + "}"
}

// scalars are values near the edges of the rules that are drawn. Left out is
// what a field refuses beyond its schema: whole numbers beyond 64 bits and NUL.
var scalars = []string{
	`null`, `true`, `false`, `""`, `"a"`, `"é"`, `"ab"`, `"éé"`, `"ABC"`, `"abcdefghijk"`, `{}`, `[]`,
	`0`, `-0`, `0.5`, `1`, `1.0`, `1.5`, `2`, `2.5`, `-1`, `-1.5`, `-2`, `100`, `1e2`, `999.5`, `1000`, `1001`, `9223372036854775806`, `9223372036854775807`, `-9223372036854775808`,
	`"2024-02-29"`, `"2023-02-29"`, `"2024-01-01T00:00:00Z"`, `"2024-01-01"`, `"a@b.example"`, `"a@b"`, `"https://example.com/x"`, `"mailto:a@b.example"`,
	`"550e8400-e29b-41d4-a716-446655440000"`, `"example.com"`, `"localhost"`, `"Europe/Berlin"`, `"Mars/Base"`, `"127.0.0.1"`, `"::1"`,
}

func TestPreparedRulesAgreeWithTheSchemaValidator(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		schema := drawScalarSchema(t)
		file := "{x-model: shop, type: object, required: [a], properties: {a: " + schema + "}}"
		m, problems := Check("shop.yaml", []byte(file))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", schema, Problems(problems))
		}
		b := &builder{document: parseYAML("shop.yaml", []byte(file)), model: m}
		b.checkSchema()
		validator := b.compile(schemaURL, "/properties/a")
		f, _ := m.Field("a")
		for _, raw := range scalars {
			if f.Type == Number && len(raw) > 17 {
				continue // a Number is a double, which cannot tell these from their neighbours
			}
			tree, _ := new(Collector).readTree([]byte(raw), nil, 1)
			want := validator.allows(tree)
			if _, fault := f.EncodeJSON([]byte(raw)); (fault == nil) != want {
				t.Fatalf("%s by %s: prepared %v, validator %v", raw, schema, fault, want)
			}
		}
	})
}

func TestFormats(t *testing.T) {
	tests := map[string]struct{ good, bad []string }{
		"email": {
			[]string{"a@b.example", "a.b+c@d-e.example", "é@ü.example", "o'neil@x.co", strings.Repeat("a", 64) + "@b.example"},
			[]string{"", "a", "a@", "@b.example", "a@b", "a b@c.example", ".a@b.example", "a.@b.example", "a..b@c.example", "a@b..example", "a@-b.example", "a@b.example-", "Example Name", strings.Repeat("a", 65) + "@b.example", "a@" + strings.Repeat("b.", 130) + "example"},
		},
		"domain":   {[]string{"example.com", "a.b.c.example", "xn--bcher-kva.example", "1.example"}, []string{"", "localhost", "example_string", "a..b", ".a.b", "a.b.", "127.0.0.1", "https://a.b", "a b.example"}},
		"hostname": {[]string{"localhost", "a-b.c"}, []string{"", "-a", "a_b", "a:1"}},
		"url":      {[]string{"http://a", "https://a.example:8080/x?y=1#z"}, []string{"", "a.example", "ftp://a.example", "https://", "https:///x", "http://a b", "javascript:x"}},
		"uri":      {[]string{"mailto:a@b", "urn:x:y", "https://a"}, []string{"", "/x", "a b:c", "x"}},
		"uuid":     {[]string{"550e8400-e29b-41d4-a716-446655440000", "550E8400-E29B-41D4-A716-446655440000"}, []string{"", "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000g", "{550e8400-e29b-41d4-a716-446655440000}"}},
		"timezone": {[]string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"}, []string{"", "Local", "example_string", "europe/berlin", "../etc/passwd", "posix/Europe/Berlin", "/UTC", "UTC/"}},
		"ipv4":     {[]string{"127.0.0.1"}, []string{"::1", "1.2.3", "01.2.3.4"}},
		"ipv6":     {[]string{"::1", "2001:db8::1"}, []string{"127.0.0.1", "fe80::1%eth0", ":"}},
	}
	for name, tt := range tests {
		for _, s := range tt.good {
			if !formats[name](s) {
				t.Errorf("%s refuses %q", name, s)
			}
		}
		for _, s := range tt.bad {
			if formats[name](s) {
				t.Errorf("%s takes %q", name, s)
			}
		}
	}
}

func TestEveryFormatHasAName(t *testing.T) {
	for name := range formats {
		if formatNames[name] == "" {
			t.Errorf("%s has none", name)
		}
	}
}
