package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// guarded is one record of each vendor: where it is made, and where it is
// changed. {made} stands for the id of the one that was made.
var guarded = []struct{ name, base, create, made, id, one, list, change string }{
	{"desk", "/desk/api/v2", "/desk/api/v2/customers.json", `{"notes": "before"}`, "customer.id", "/desk/api/v2/customers/{made}.json", "/desk/api/v2/customers.json", `{"notes": "after"}`},
	{"plane", "/api/v1", "/api/v1/workspaces/main/customers/", `{"name": "before"}`, "id", "/api/v1/workspaces/main/customers/{made}/", "/api/v1/workspaces/main/customers/", `{"name": "after"}`},
	{"clientsuccess", "/v2", "/v2/client", `{"name": "before", "status": "ACTIVE", "active": true}`, "uuid", "/v2/client/{made}", "/v2/client/search", `{"name": "after"}`},
	{"accounts", "/v1", "/v1/accounts", `{"title": "before", "address": "a"}`, "id", "/v1/accounts/{made}", "/v1/accounts", `{"title": "after"}`},
	{"mythic", "/api/v1", "/api/v1/clients", `{"id": "one", "name": "before"}`, "data.id", "/api/v1/clients/{made}", "/api/v1/clients", `{"name": "after"}`},
	{"shop", "/shop/v3", "/shop/v3/buyers", `{"buyerName": "before"}`, "no", "/shop/v3/buyers/{made}.json", "/shop/v3/buyers", `{"buyerName": "after"}`},
}

// misspelt are guards as their callers must not write them.
var misspelt = []string{
	"dryrun=true", "bulkDryExecute=true", "dry_run=true", "DRY-RUN=true", "max_affected=0", "Expected-Count=1", "confirmtoken=x", "ALLOWALL=false", "on_mismatch=skip",
	"records_per_second=1", "maxfailures=1", "allownewoptions=true", "Filter={}", "dryRun=true&dryRun=false", "dryRun=true&dry_run=true",
}

// refusesMisspeltGuards asks each vendor's surface for changes with guards that
// are misspelt, given twice or of no use there. None must be made.
func (s *vendorServer) refusesMisspeltGuards(t *testing.T) {
	bulks := map[string]string{"desk": "/desk/api/v2/customers/update.json?" + asks(`{"id": {"$gt": 0}}`) + "&", "shop": "/shop/v3/buyers?" + asks(`{"name": "before"}`) + "&"}
	asked := func(name, call, body string, status int) {
		t.Helper()
		if resp, answer := s.send(t, s.fill(call), bearer(s.key), body); resp.StatusCode != status {
			t.Errorf("%s: %s: %d %s", name, call, resp.StatusCode, answer)
		}
	}
	for _, v := range guarded {
		change := map[bool]string{true: "PUT ", false: "PATCH "}[v.name == "shop"] + v.one
		s.exchange(t, exchange{call: "POST " + v.create, header: bearer(s.key), body: v.made, status: 201, want: `{}`, save: map[string]string{"made": v.id}})
		for _, query := range misspelt {
			if bulk, ok := bulks[v.name]; ok {
				asked(v.name, "PATCH "+bulk+query, v.change, 400)
			}
			asked(v.name, change+"?"+query, v.change, 400)
			asked(v.name, "POST "+v.create+"?"+query, v.change, 400)
		}
		asked(v.name, "GET "+v.list+"?unknown=x&allowAll=false", "", 200)
		asked(v.name, "GET "+v.list+"?filter=%7B%7D&filter=%7B%7D", "", 400)
		asked(v.name, "POST "+v.create+"?dryRun=true", v.made, 400)
		asked(v.name, "POST "+v.create+"?onMismatch=force", v.made, 400)
		if v.name != "desk" && v.name != "clientsuccess" {
			asked(v.name, "DELETE "+v.one+"?dryRun=true", "", 400)
			asked(v.name, "DELETE "+v.one+"?dryrun=true", "", 400)
		}
		asked(v.name, change+"?maxAffected=0", v.change, 400)
		asked(v.name, change+"?dryRun=true", v.change, 200)
		asked(v.name, change+"?confirmToken=x", v.change, 412)
		if _, body := s.send(t, "GET "+s.fill(v.one), bearer(s.key), ""); !strings.Contains(string(body), "before") || strings.Contains(string(body), "after") {
			t.Errorf("%s was changed in spite of all guards: %s", v.name, body)
		}
	}
	// This one is the vendor's own.
	asked("allow_new_options", "PATCH /v1/accounts/1?allow_new_options=true", `{"title": "new"}`, 200)
	asked("allow_new_options given to another vendor", "PATCH /api/v1/clients/one?allow_new_options=true", `{"name": "new"}`, 400)
}

// speaksGzip sends each vendor's surface gzipped bodies, and reads gzipped
// answers.
func (s *vendorServer) speaksGzip(t *testing.T) {
	packed := bearer(s.key)
	packed.Set("Content-Encoding", "gzip")
	unpacked := bearer(s.key)
	unpacked.Set("Accept-Encoding", "gzip")
	for _, v := range guarded {
		for i := range 8 {
			body := strings.NewReplacer("before", fmt.Sprintf("packed %d", i), `"one"`, fmt.Sprintf(`"id%d"`, i)).Replace(v.made)
			if resp, answer := s.send(t, "POST "+v.create, packed, gzipped(t, body)); resp.StatusCode != 201 || !strings.Contains(string(answer), "packed") {
				t.Errorf("%s: a gzipped body is answered with %d %s", v.name, resp.StatusCode, answer)
			}
		}
		resp, answer := s.send(t, "GET "+v.list, unpacked, "")
		if resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: a list of %d bytes is not gzipped", v.name, len(answer))
			continue
		}
		if text := gunzipped(t, answer); !strings.Contains(text, "packed 7") {
			t.Errorf("%s: the gzipped list is %s", v.name, text)
		}
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gunzipped(t *testing.T, packed []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// needsBothScopes calls each vendor's surface with a key that may write and
// not read. What answers with the record is not for it.
func (s *vendorServer) needsBothScopes(t *testing.T) {
	_, secret, err := s.native(t).CreateKey(t.Context(), "writer", "main", []string{"customers:write"})
	if err != nil {
		t.Fatal(err)
	}
	asked := func(call, body string, status int) {
		t.Helper()
		resp, answer := s.send(t, s.fill(call), http.Header{"Authorization": {"Bearer " + secret}}, body)
		if resp.StatusCode != status || status == 403 && strings.Contains(string(answer), "packed") {
			t.Errorf("%s: %d %s", call, resp.StatusCode, answer)
		}
	}
	for _, v := range guarded {
		change := map[bool]string{true: "PUT ", false: "PATCH "}[v.name == "shop"] + strings.Replace(v.one, "{made}", "1", 1)
		asked("GET "+v.list, "", 403)
		asked("POST "+v.create, v.made, 403)
		asked(change, v.change, 403)
	}
	asked("PATCH /desk/api/v2/customers/update.json?"+asks(`{"id": 1}`), `{"notes": "bulk"}`, 200)
	asked("DELETE /v1/accounts/2", "", 200)
	asked("DELETE /api/v1/workspaces/main/customers/?external_source=x&external_id=y", "", 204)
}

// joinsSlashes calls each vendor's surface at addresses that were joined of a
// base with a slash at its end and a path with one at its beginning.
func (s *vendorServer) joinsSlashes(t *testing.T) {
	asked := func(call string, status int) {
		t.Helper()
		if resp, answer := s.send(t, call, bearer(s.key), ""); resp.StatusCode != status || strings.Contains(resp.Header.Get("Content-Type"), "problem") {
			t.Errorf("%s: %d %s", call, resp.StatusCode, answer)
		}
	}
	for _, v := range guarded {
		rest := strings.TrimSuffix(strings.TrimPrefix(v.list, v.base), "/")
		for _, base := range []string{v.base, "/compat/" + v.name, "/compat/" + v.name + v.base} {
			asked("GET "+base+"/"+rest, 200)
			asked("GET "+base+"//"+rest+"/", 200)
		}
		for _, host := range []string{"/", "//"} {
			asked("GET "+host+v.list, 200)
			asked("GET "+host+"/compat/"+v.name+rest, 200)
		}
		asked("GET "+v.base+rest+"//x", 404)
		asked("GET "+v.base+"/x/.."+rest, 404)
	}
	asked("GET //accounts", 200)
	asked("GET //client/search", 200)
	asked("POST /v1//auth", 400)
	asked("POST /compat/clientsuccess//auth", 400)
	for _, path := range []string{"/v1//jobs", "//v1/jobs", "/v1/accounts/../jobs"} {
		if resp, answer := s.send(t, "GET "+path, bearer(s.key), ""); resp.StatusCode != 404 {
			t.Errorf("%s: %d %s", path, resp.StatusCode, answer)
		}
	}
}
