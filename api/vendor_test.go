package api_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// loud is a vendor in one small file: it wraps its records and shouts.
type loud struct{ compat.Plain }

func (loud) One(_ *compat.Request, record jsontext.Value) any {
	return map[string]any{"RECORD": record}
}

func (loud) Failure(p compat.Problem) (int, any) {
	return p.Status, map[string]any{"ERROR": strings.ToUpper(p.Detail)}
}

const loudModel = `x-model: loud
x-vendor:
  speaks: loud
  paths: {"/things": {GET: list, POST: create}, "/things/{id}": {GET: get, PATCH: update}}
type: object
required: [name]
properties:
  id: {type: string, x-role: id}
  name: {type: string}
`

// TestASurfaceWithWordsOfItsOwn adds a vendor with a model file and one type,
// and no handler.
func TestASurfaceWithWordsOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "loud.yaml"), []byte(loudModel), 0o600); err != nil {
		t.Fatal(err)
	}
	models, err := model.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	vendors := compat.Shipped()
	vendors["loud"] = loud{}
	surfaces, err := api.Surfaces(models, vendors)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Models, c.Surfaces = models, surfaces })
	key := r.key("loud", "main", auth.Admin)

	made := r.as(key, "POST", "/compat/loud/things", `{"id": "one", "name": "One"}`).want(201).json()
	if record, _ := made["RECORD"].(map[string]any); record["name"] != "One" {
		t.Errorf("the new record is %v", made)
	}
	if got := r.as(key, "GET", "/compat/loud/things/two", "").want(404).json()["ERROR"]; got != "NO CUSTOMER HAS THIS ID." {
		t.Errorf("the error is %v", got)
	}
	r.as(key, "GET", "/things/one/", "").want(200)
}
