package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
)

func TestAKeyIsMadeWithAllItsFields(t *testing.T) {
	r := newRig(t)
	end := r.clock.now().Add(90 * 24 * time.Hour).UTC().Format(time.RFC3339)
	made := r.call("POST", "/v1/keys", `{"name":"sync","preset":"editor","scopes":["secrets:read","jobs:read"],"person":"Ana Ruíz","expiresAt":"`+end+`"}`).want(201)
	got := made.json()
	if fmt.Sprint(got["scopes"]) != "[customers:read jobs:read customers:write jobs:write secrets:read]" || got["person"] != "Ana Ruíz" ||
		got["expiresAt"] != end || got["lastUsedAt"] != nil || !strings.HasPrefix(got["secret"].(string), got["hint"].(string)) {
		t.Errorf("the key is %s", made.text)
	}
	made.header("Cache-Control", "no-store")
	r.as(got["secret"].(string), "GET", "/v1/models", "").want(200)
	if list := r.call("GET", "/v1/keys", "").want(200); strings.Contains(list.text, "secret\"") || !strings.Contains(list.text, end) {
		t.Errorf("the keys are %s", list.text)
	}
	r.clock.pass(90*24*time.Hour + time.Second)
	r.as(got["secret"].(string), "GET", "/v1/models", "").want(401).code("invalid_key")
}

func TestAllFaultsOfAKeyAreNamed(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/keys", `{"name":"-","preset":"boss","scopes":["fly"],"person":"a\nb","expiresAt":"2001-01-01T00:00:00Z","x":1}`).want(400)
	for _, pointer := range []string{"/name", "/preset", "/scopes/0", "/person", "/expiresAt", "/x"} {
		if !strings.Contains(a.text, `"pointer":"`+pointer+`"`) {
			t.Errorf("%s is missing: %s", pointer, a.text)
		}
	}
	for body, pointer := range map[string]string{
		`{"name":"n"}`: "/scopes", `{"name":"n","scopes":[]}`: "/scopes", `{"name":"n","preset":7}`: "/preset",
		`{"name":"n","preset":"reader","person":""}`:                     "/person",
		`{"name":"n","preset":"reader","expiresAt":"90d"}`:               "/expiresAt",
		`{"name":"n","preset":"reader","expiresAt":"2999-01-01"}`:        "/expiresAt",
		`{"name":"n","preset":"reader","expiresAt":4102444800}`:          "/expiresAt",
		`{"name":"n","preset":"reader","lastUsedAt":"2030-01-01T00:00"}`: "/lastUsedAt",
	} {
		if a := r.call("POST", "/v1/keys", body).want(400); !strings.Contains(a.text, `"pointer":"`+pointer+`"`) {
			t.Errorf("%s: %s", body, a.text)
		}
	}
	for _, body := range []string{`{"overlapSeconds":-1}`, `{"overlapSeconds":1.5}`, `{"overlapSeconds":604801}`, `{"overlapSeconds":"1"}`, `{"overlap":1}`, `[]`} {
		r.call("POST", "/v1/keys/1/rotate", body).want(400)
	}
	r.call("GET", "/v1/models", "").want(200) // the key of all these calls is as it was
}

// TestARotatedKeyKeepsAllButItsSecret rotates the key that makes the call, with an
// overlap and without.
func TestARotatedKeyKeepsAllButItsSecret(t *testing.T) {
	r := newRig(t)
	r.call("GET", "/v1/models", "").want(200) // in the cache
	rotate := func(secret, body string) string {
		t.Helper()
		a := r.as(secret, "POST", "/v1/keys/1/rotate", body).want(200)
		got := a.json()
		if got["id"] != 1.0 || got["name"] != "ops" || fmt.Sprint(got["scopes"]) != "[admin]" || !strings.HasPrefix(got["secret"].(string), got["hint"].(string)) {
			t.Errorf("the key is %s", a.text)
		}
		a.header("Cache-Control", "no-store")
		return got["secret"].(string)
	}
	second := rotate(r.admin, `{"overlapSeconds":60}`)
	r.as(r.admin, "GET", "/v1/models", "").want(200)
	r.clock.pass(61 * time.Second)
	r.as(r.admin, "GET", "/v1/models", "").want(401).code("invalid_key")
	third := rotate(second, "")
	r.as(second, "GET", "/v1/models", "").want(401).code("invalid_key")
	r.as(third, "GET", "/v1/models", "").want(200)
}

// TestARotationAnswersWhateverBecomesOfItsKey ends the context of the call, as the
// end of its key does, while the store works.
func TestARotationAnswersWhateverBecomesOfItsKey(t *testing.T) {
	b := newBubble(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.store.onRotate = func(of context.Context) {
		if cancel(); of.Err() != nil {
			t.Errorf("the store is told to give up: %v", of.Err())
		}
	}
	req := httptest.NewRequestWithContext(ctx, "POST", "/v1/keys/1/rotate", http.NoBody)
	req.Header.Set("X-API-Key", b.admin)
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, req)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"secret":"bp_`) {
		t.Errorf("the answer is %d %s", w.Code, w.Body)
	}
}

func TestAnAdministratorManagesTheKeysOfItsWorkspace(t *testing.T) {
	r := newRig(t)
	r.as(r.other, "POST", "/v1/keys/2/rotate", "").want(404).code("key_not_found")
	r.as(r.other, "DELETE", "/v1/keys/2", "").want(404).code("key_not_found")
	r.as(r.reader, "GET", "/v1/models", "").want(200)
	r.as(r.other, "POST", "/v1/keys", `{"name":"n","workspace":"main","preset":"admin"}`).want(403).code("forbidden_workspace")
	r.call("POST", "/v1/keys/4/rotate", "").want(200) // that of the other workspace
	r.as(r.other, "GET", "/v1/models", "").want(401)
	r.call("POST", "/v1/keys/99/rotate", "").want(404).code("key_not_found")
	r.call("POST", "/v1/keys/x/rotate", "").want(404).code("key_not_found")
}

// TestKeysArePagedAsTheCallerSays walks through all keys, two at a time.
func TestKeysArePagedAsTheCallerSays(t *testing.T) {
	r := newRig(t)
	first := r.call("GET", "/v1/keys?limit=2", "").want(200).json()
	second := r.call("GET", fmt.Sprint("/v1/keys?limit=2&cursor=", first["nextCursor"]), "").want(200).json()
	if len(first["items"].([]any)) != 2 || len(second["items"].([]any)) != 2 || second["nextCursor"] != nil {
		t.Errorf("the pages are %v and %v", first, second)
	}
	for _, wrong := range []string{"0", "10001", "x"} {
		r.call("GET", "/v1/keys?limit="+wrong, "").want(400)
	}
}

// TestCallsCountAsUses makes calls, of which one is answered from the cache.
func TestCallsCountAsUses(t *testing.T) {
	r := newRig(t)
	reader := r.key("counted", "main", auth.CustomersRead)
	r.as(reader, "GET", "/v1/models", "").want(200)
	r.as(reader, "GET", "/v1/keys", "").want(403)
	r.as("wrong", "GET", "/v1/models", "").want(401)
	if n := r.store.uses[5]; n != 2 {
		t.Errorf("%d uses", n)
	}
}
