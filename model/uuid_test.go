package model

import (
	"encoding/json"
	"strings"
	"testing"
)

const (
	upperUUID = "550E8400-E29B-41D4-A716-44665544ABCD"
	lowerUUID = "550e8400-e29b-41d4-a716-44665544abcd"
)

// withUUIDs is a model with UUIDs in every place where one can stand.
const withUUIDs = `
x-model: shop
type: object
x-filterable: true
$defs: {ref: {type: string, format: uuid}}
properties:
  key: {type: string, format: uuid, x-role: id}
  ref: {type: [string, "null"], format: uuid}
  kept: {type: string, readOnly: true, format: uuid}
  name: {type: string}
  list: {type: array, items: {$ref: "#/$defs/ref"}, maxItems: 9}
  pair: {type: array, prefixItems: [{type: string}, {format: uuid}], items: {anyOf: [{type: string, format: uuid}, {type: "null"}]}}
  only: {type: array, items: {type: string, format: uuid}, maxItems: 1, x-filter-by: "0"}
  tree:
    type: object
    x-open-paths: true
    properties: {id: {type: string, format: uuid}, name: {type: string}, any: {type: string, anyOf: [{format: uuid}, {type: string}]}, deep: {type: object, properties: {id: {type: string, format: uuid}}}}
    patternProperties: {"_id$": {type: string, format: uuid}}
    additionalProperties: {type: [string, number], allOf: [{format: uuid}]}
  any: {type: [string, number], format: uuid}
`

func TestUUIDsAreStoredInLowerCase(t *testing.T) {
	m := mustModel(t, withUUIDs)
	for given, want := range map[string]string{
		`{"ref":"U"}`:                          `{"ref":"l"}`,
		`{"name":"U"}`:                         `{"name":"U"}`,
		`{"list":["U","U"]}`:                   `{"list":["l","l"]}`,
		`{"pair":["U","U","U",null]}`:          `{"pair":["U","l","l",null]}`,
		`{"tree":{"id":"U","name":"U"}}`:       `{"tree":{"id":"l","name":"U"}}`,
		`{"tree":{"any":"U"}}`:                 `{"tree":{"any":"U"}}`,
		`{"tree":{"deep":{"id":"U","x":"U"}}}`: `{"tree":{"deep":{"id":"l","x":"U"}}}`,
		`{"tree":{"a_id":"U","other":"U"}}`:    `{"tree":{"a_id":"l","other":"l"}}`,
		`{"tree":{"id":null,"other":"U"}}`:     `{"tree":{"id":null,"other":"l"}}`,
		`{"any":"U"}`:                          `{"any":"l"}`,
		`{"any":7}`:                            `{"any":7}`,
	} {
		given, want := spelt(given), spelt(want)
		p, faults := m.CheckPatch([]byte(given), PatchOptions{})
		if got := string(p.Display()); len(faults) > 0 || got != want {
			t.Errorf("%s: %s %v", given, got, faults)
		}
		d, faults := m.CheckDraft([]byte(given), Import)
		for _, s := range d.Patch.Sets {
			if v, _ := s.Value.(string); s.Field.Normal(v) != v {
				t.Errorf("%s: the draft holds %v %v", given, v, faults)
			}
		}
		// What was stored before is read in the form of today.
		raw := []byte(strings.ReplaceAll(string(p.MarshalStored()), lowerUUID, upperUUID))
		back, err := m.UnmarshalStored(raw)
		if got := string(back.Display()); err != nil || !strings.Contains(want, upperUUID) && got != want {
			t.Errorf("%s comes back as %s %v", raw, got, err)
		}
	}
}

func TestARecordIsFoundByItsUUIDInAnyCase(t *testing.T) {
	m := mustModel(t, withUUIDs)
	if id, ok := m.ParseID(upperUUID); !ok || id != lowerUUID {
		t.Errorf("got %v", id)
	}
	p, faults := m.CheckPatch([]byte(spelt(`{"kept":"U"}`)), PatchOptions{Single: true})
	r := Record{Values: make([]any, len(m.Fields))}
	r.Values[field(t, m, "kept").Index] = lowerUUID
	if faults = append(faults, p.CheckReadOnly(r)...); len(faults) > 0 {
		t.Errorf("its own value is refused: %v", faults)
	}
	d, faults := m.CheckRow(columns(t, m, "key", "id", "list"), cells(upperUUID, lowerUUID, `["`+upperUUID+`"]`))
	if len(faults) > 0 || d.ID != lowerUUID || d.Patch.Sets[1].Value != `["`+lowerUUID+`"]` {
		t.Errorf("got %+v %v", d, faults)
	}
}

func TestOptionsThatAreUUIDsHaveNoCase(t *testing.T) {
	m := mustModel(t, "x-model: shop\ntype: object\nproperties: {a: {type: string, format: uuid, enum: ["+upperUUID+"]}}\n")
	for _, given := range []string{upperUUID, lowerUUID} {
		if v, fault := field(t, m, "a").EncodeJSON([]byte(`"` + given + `"`)); fault != nil || v != lowerUUID {
			t.Errorf("%s: %v %v", given, v, fault)
		}
	}
}

func TestTheHashOfAUUIDKeepsItsCase(t *testing.T) {
	m := mustModel(t, "x-model: shop\ntype: object\nproperties: {a: {type: string, format: uuid, x-secret: hashed}}\n")
	const stored = `{"sets":[{"field":"a","value":"$2a$10$AbC","pointer":"/a"}]}`
	if p, err := m.UnmarshalStored([]byte(stored)); err != nil || p.Sets[0].Value != "$2a$10$AbC" || field(t, m, "a").HasUUIDs() {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestPathsKnowTheirUUIDs(t *testing.T) {
	m := mustModel(t, withUUIDs)
	for path, want := range map[string]bool{
		"key": true, "ref": true, "name": false, "list": false, "list.0": true, "only.0": true, "pair.0": false, "any": false, "tree": false,
		"tree.id": true, "tree.name": false, "tree.any": false, "tree.deep.id": true, "tree.deep.x": false, "tree.a_id": true, "tree.other": true, "tree.other.x": false,
	} {
		parts := strings.Split(path, ".")
		if got := field(t, m, parts[0]).IsUUID(parts[1:]...); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	for _, f := range shippedModel(t, "desk").Fields {
		if f.HasUUIDs() {
			t.Errorf("%s.%s has UUIDs", "desk", f.Name)
		}
	}
}

func TestASchemaThatRefersToItselfEnds(t *testing.T) {
	m := mustModel(t, `
x-model: shop
type: object
$defs: {node: {type: object, properties: {id: {type: string, format: uuid}, next: {$ref: "#/$defs/node"}}}}
properties: {a: {type: array, items: {$ref: "#/$defs/node"}}}
`)
	p, faults := m.CheckPatch([]byte(spelt(`{"a":[{"id":"U","next":{"next":{"id":"U"}}}]}`)), PatchOptions{})
	if got, want := string(p.Display()), spelt(`{"a":[{"id":"l","next":{"next":{"id":"l"}}}]}`); len(faults) > 0 || got != want {
		t.Errorf("got %s %v", got, faults)
	}
	if normal := field(t, m, "a").Normal(json.Number("1")); normal != json.Number("1") {
		t.Errorf("got %v", normal)
	}
}

// spelt puts UUIDs in the place of "U" and "l".
func spelt(text string) string {
	return strings.NewReplacer(`"U"`, `"`+upperUUID+`"`, `"l"`, `"`+lowerUUID+`"`).Replace(text)
}
