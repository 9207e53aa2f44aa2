package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// keyOnly is a store that knows one key; to ask it for more is a fault of the
// test, which ends in a panic.
type keyOnly struct {
	Store
	key auth.Key
}

func (k keyOnly) KeyBySecret(_ context.Context, secret string) (auth.Key, error) {
	if secret != "secret" {
		return auth.Key{}, job.ErrNotFound
	}
	return k.key, nil
}

func (keyOnly) Subscribe(func([]string)) {}

func TestEveryRouteAsksForItsScope(t *testing.T) {
	for _, rt := range (&server{}).routes() {
		if rt.scope == open {
			continue
		}
		t.Run(rt.method+" "+rt.path, func(t *testing.T) {
			others := slices.DeleteFunc(slices.Clone(auth.Scopes), func(s auth.Scope) bool { return s == rt.scope || s == auth.Admin })
			handler := New(Config{
				Store: keyOnly{key: auth.Key{Name: "k", Scopes: others}}, Models: model.Shipped(), Log: slog.New(slog.DiscardHandler),
			})
			path := strings.NewReplacer("{model}", "desk", "{", "", "}", "").Replace(rt.path)
			call := func(secret string) (int, problem) {
				r := httptest.NewRequest(rt.method, path, nil)
				if secret != "" {
					r.Header.Set("Authorization", "Bearer "+secret)
				}
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				var p problem
				_ = json.Unmarshal(w.Body.Bytes(), &p)
				return w.Code, p
			}
			if status, p := call(""); status != http.StatusUnauthorized || p.Code != "missing_key" {
				t.Errorf("without a key: %d %s", status, p.Code)
			}
			if status, p := call("wrong"); status != http.StatusUnauthorized || p.Code != "invalid_key" {
				t.Errorf("with a wrong key: %d %s", status, p.Code)
			}
			if rt.scope == anyKey {
				return
			}
			if status, p := call("secret"); status != http.StatusForbidden || !strings.Contains(p.Detail, string(rt.scope)) {
				t.Errorf("without the scope: %d %s", status, p.Detail)
			}
		})
	}
}

func TestEveryProblemHasItsKind(t *testing.T) {
	for _, c := range causes {
		if p := c.make(); p.Status == http.StatusInternalServerError || kinds[p.Code].title != p.Title {
			t.Errorf("%v becomes %+v", c.err, p)
		}
	}
	for code, k := range kinds {
		if k.title == "" || k.status < 400 || strings.ToLower(code) != code {
			t.Errorf("%s: %+v", code, k)
		}
	}
}

func TestConfirmTokenHoldsForItsRequestOnly(t *testing.T) {
	m, _ := model.Shipped().Model("desk")
	ws, key := auth.Workspace{ID: 1, Name: "main"}, []byte("key")
	of := func(id int64, patch string) *update {
		return &update{model: m, single: true, id: id, rawPatch: []byte(patch)}
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	token := confirmToken(key, of(1, `{"a":1,"b":2}`).confirms(key, ws), "digest", now.Add(tokenLife))
	tests := map[string]struct {
		u    *update
		ws   auth.Workspace
		key  string
		late bool
		ok   bool
	}{
		"the same":          {of(1, `{"b":2,"a":1.0}`), ws, "key", false, true},
		"another id":        {of(2, `{"a":1,"b":2}`), ws, "key", false, false},
		"another patch":     {of(1, `{"a":1,"b":3}`), ws, "key", false, false},
		"another workspace": {of(1, `{"a":1,"b":2}`), auth.Workspace{ID: 2}, "key", false, false},
		"another key":       {of(1, `{"a":1,"b":2}`), ws, "other", false, false},
		"too late":          {of(1, `{"a":1,"b":2}`), ws, "key", true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at := now
			if test.late {
				at = now.Add(tokenLife)
			}
			test.u.options.ConfirmToken = token
			digest, err := test.u.confirmed([]byte(test.key), test.ws, at)
			if (err == nil) != test.ok || test.ok && digest != "digest" {
				t.Errorf("%q, %v", digest, err)
			}
		})
	}
}
