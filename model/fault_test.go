package model

import "testing"

func TestTheTextOfFaultsNamesTheFirstFew(t *testing.T) {
	fs := Faults{{"/a", "x", "One.", 0}, {"", "x", "Two.", 0}, {"/c", "x", "Three.", 0}, {"/d", "x", "Four.", 0}, {"/e", "x", "Five.", 7}}
	if got, want := fs.Error(), "/a: One.; Two.; /c: Three. (and 9 more)"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestNestedValuesNameWhichRuleTheyBreak(t *testing.T) {
	m := mustModel(t, `
x-model: shop
type: object
properties:
  a:
    type: array
    items:
      type: object
      required: [k]
      additionalProperties: false
      minProperties: 1
      properties:
        k: {type: string, enum: [x, y]}
        s: {type: string, minLength: 2, maxLength: 3, pattern: "^a"}
        e: {type: string, format: email}
        n: {type: number, minimum: 1, multipleOf: 0.5}
        l: {type: array, minItems: 1, maxItems: 2, uniqueItems: true}
        o: {anyOf: [{type: integer}, {type: "null"}]}
`)
	_, faults := m.CheckPatch([]byte(`{"a":[{"k":"z","s":"b","e":"e","n":0.25,"l":[],"o":"x"},{"k":"x","s":"abcd","l":[1,1,1]},{},{"k":1,"q":2}]}`), PatchOptions{})
	wantCodes(t, faults,
		"/a/0/k enum", "/a/0/s too_short", "/a/0/s pattern", "/a/0/e format", "/a/0/n out_of_range", "/a/0/n out_of_range", "/a/0/l too_short", "/a/0/o schema",
		"/a/1/s too_long", "/a/1/l too_long", "/a/1/l schema", "/a/2 schema", "/a/2/k required", "/a/3/k type", "/a/3/q unknown_field")
}

func TestFormatIDIsTheInverseOfParseID(t *testing.T) {
	for name, text := range map[string]string{"desk": "12", "mythic": "acme-retail", "plane": "550e8400-e29b-41d4-a716-446655440000"} {
		id, ok := shippedModel(t, name).ParseID(text)
		if got := FormatID(id); !ok || got != text {
			t.Errorf("%s: %q became %q", name, text, got)
		}
	}
	if got := FormatID([]byte("a")); got != "a" {
		t.Errorf("an id as a driver gives it became %q", got)
	}
}
