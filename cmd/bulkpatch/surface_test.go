package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shopModel is a model file with a simple surface. The surface needs nothing
// else.
const shopModel = `x-model: shop
x-filterable: true
x-vendor:
  base: /shop/v3
  authorization: bare
  id: number
  paths:
    /buyers: {GET: list, POST: create, PATCH: bulk, DELETE: deleteMatching}
    /buyers/{id}.json: {GET: get, PUT: update, DELETE: delete}
    /fields: {GET: describe}
type: object
required: [name]
properties:
  number: {type: integer, readOnly: true, x-generate: sequence, x-unique: true, x-vendor-name: no}
  name: {type: string, maxLength: 20, x-vendor-name: buyerName}
  tier: {type: [string, "null"], enum: [basic, gold, null]}
`

func writeModel(t *testing.T, name, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestASixthSurfaceIsOneModelFile adds a vendor's API without a line of Go.
func TestASixthSurfaceIsOneModelFile(t *testing.T) {
	t.Parallel()
	bare := func(key string) http.Header { return http.Header{"Authorization": {key}} }
	s := startVendor(t, bare, "--models", writeModel(t, "shop", shopModel))
	s.run(t, []exchange{
		{name: "create", call: "POST /shop/v3/buyers", body: `{"buyerName": "Ann"}`, status: 201, want: `{"no": 1, "buyerName": "Ann", "tier": null}`},
		{name: "create another", call: "POST /compat/shop/buyers/", body: `{"buyerName": "Bo", "tier": "gold"}`, status: 201, want: `{"no": 2}`},
		{name: "update", call: "PUT /shop/v3/buyers/1.json", body: `{"buyerName": "Anna", "tier": "basic"}`, status: 200, want: `{"no": 1, "buyerName": "Anna", "tier": "basic"}`},
		{name: "update with nothing", call: "PUT /shop/v3/buyers/1.json/", body: `{}`, status: 200, want: `{"no": 1, "buyerName": "Anna"}`},
		{name: "read", call: "GET /compat/shop/shop/v3/buyers/1.json", status: 200, want: `{"buyerName": "Anna"}`},
		{name: "list", call: "GET /shop/v3/buyers?sort=-number&limit=1", status: 200, want: `{"items": [{"no": 2}], "count": 2}`},
		{name: "bulk", call: "PATCH /shop/v3/buyers?filter=%7B%22tier%22%3A%22gold%22%7D", body: `{"tier": "basic"}`, status: 200, want: `{"jobId": "*"}`},
		{name: "its job", call: "GET /v1/jobs/{job}", header: bearer(s.key), status: 200, want: `{"kind": "bulk", "model": "shop"}`},
		{name: "fields", call: "GET /shop/v3/fields", status: 200, want: `{"fields": "*"}`},
		{name: "every fault, under the vendor's names", call: "POST /shop/v3/buyers", body: `{"buyerName": "a name that is far too long", "tier": "iron", "name": "x"}`, status: 400,
			want: `{"errors": [{"field": "name"}, {"field": "buyerName"}, {"field": "tier"}]}`},
		{name: "an unknown buyer", call: "GET /shop/v3/buyers/9.json", status: 404, want: `{"error": "*"}`},
		{name: "what no buyer can be called", call: "GET /shop/v3/buyers/x.json", status: 404, want: `{"error": "*"}`},
		{name: "another ending", call: "GET /shop/v3/buyers/1.xml", status: 404, want: `{"error": "*"}`},
		{name: "an empty filter", call: "PATCH /shop/v3/buyers?filter={}", body: `{"tier": "gold"}`, status: 400, want: `{"errors": [{"field": "allowAll"}]}`},
		{name: "no filter", call: "PATCH /shop/v3/buyers", body: `{"tier": "gold"}`, status: 400, want: `{"errors": [{"field": "filter"}]}`},
		{name: "delete", call: "DELETE /shop/v3/buyers/1.json", status: 204},
		{name: "delete again", call: "DELETE /shop/v3/buyers/1.json", status: 404, want: `{"error": "*"}`},
		{name: "delete those that match", call: "DELETE /shop/v3/buyers?filter=%7B%22number%22%3A2%7D", status: 204},
		{name: "nobody is left", call: "GET /shop/v3/buyers?offset=0", status: 200, want: `{"items": [], "count": 0}`},
	})
	s.refusesMisspeltGuards(t)
	s.speaksGzip(t)
	s.needsBothScopes(t)
	s.joinsSlashes(t)
}

// TestTwoModelsMayNotClaimOnePath starts the program with a model that claims
// what a shipped one has.
func TestTwoModelsMayNotClaimOnePath(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ base, paths, names string }{
		"a shipped model's path":   {"/api/v1", "/clients: {GET: list}", "mythic shop /api/v1/clients"},
		"one that looks alike":     {"/api/v1", "/clients/{id}/: {GET: get}", "shop"},
		"one that stands for both": {"/api/v1/clients", "/{id}: {GET: get}", "mythic shop"},
		"a native path":            {"/v1/jobs", "/{id}: {GET: get}", "the API itself shop"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "x-model: shop\ntype: object\nproperties:\n  name: {type: string}\nx-vendor:\n  base: " + test.base + "\n  paths:\n    " + test.paths + "\n"
			dir := writeModel(t, "shop", text)
			for _, args := range [][]string{
				{"serve", "--addr", "127.0.0.1:0", "--db", database(t), "--models", dir},
				{"model", "check", filepath.Join(dir, "shop.yaml")},
			} {
				out, err := exec.Command(binary(t), args...).CombinedOutput()
				if err == nil {
					t.Fatalf("%v went well", args)
				}
				for word := range strings.SplitSeq(test.names, " ") {
					if !strings.Contains(string(out), word) {
						t.Errorf("%v does not name %q: %s", args, word, out)
					}
				}
			}
		})
	}
}
