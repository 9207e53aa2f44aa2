package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bulkpatch/api/dashboard"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// A keyStore is a store that only has keys.
type keyStore struct {
	Store
	revoked []auth.Caller         // who revoked keys
	onKeys  func(context.Context) // runs before the keys are listed
}

func (k *keyStore) Subscribe(func([]string)) {}

func (k *keyStore) LiveSecrets(_ context.Context, hashes []string) ([]string, error) {
	return hashes, nil
}

func (k *keyStore) Keys(ctx context.Context) ([]auth.Key, error) {
	if k.onKeys != nil {
		k.onKeys(ctx)
	}
	return []auth.Key{{ID: 7, Name: "crm", Workspace: auth.Workspace{ID: 1, Name: "main"}}}, ctx.Err()
}

func (k *keyStore) RevokeKey(_ context.Context, by auth.Caller, _ int64) error {
	k.revoked = append(k.revoked, by)
	return nil
}

// visit makes a call of the API for a page that somebody opens with a key.
func visit(t *testing.T, store *keyStore, key auth.Key, r *http.Request, c dashboard.Call) (a dashboard.Answer) {
	t.Helper()
	s := newServer(Config{Store: store, Models: model.Shipped(), Rate: 1, Log: slog.New(slog.DiscardHandler)})
	page := s.observe(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a = s.inside(&call{w: w, r: r, key: key, secret: "hash"}, c)
	}))
	page.ServeHTTP(httptest.NewRecorder(), r)
	return a
}

var (
	visitAdmin  = auth.Key{ID: 1, Name: "ops", Workspace: auth.Workspace{ID: 1, Name: "main"}, Scopes: []auth.Scope{auth.Admin}}
	visitReader = auth.Key{ID: 2, Name: "reader", Workspace: auth.Workspace{ID: 1, Name: "main"}, Scopes: []auth.Scope{auth.CustomersRead}}
	listOfKeys  = dashboard.Call{Method: "GET", Target: "/v1/keys"}
)

func TestAPageMayDoWhatItsVisitorMay(t *testing.T) {
	for name, test := range map[string]struct {
		key    auth.Key
		call   dashboard.Call
		status int
		says   string
	}{
		"an admin":              {visitAdmin, listOfKeys, 200, `"name":"crm"`},
		"a reader":              {visitReader, listOfKeys, 403, "missing_scope"},
		"what a reader may not": {visitReader, dashboard.Call{Method: "DELETE", Target: "/v1/keys/7"}, 403, "missing_scope"},
		"an unknown path":       {visitAdmin, dashboard.Call{Method: "GET", Target: "/v1/nothing"}, 404, "unknown_path"},
		"a wrong query":         {visitAdmin, dashboard.Call{Method: "GET", Target: "/v1/keys?limits=1"}, 400, "limits"},
		"what changes no page":  {visitAdmin, dashboard.Call{Method: "POST", Target: "/v1/keys", Header: map[string]string{"Content-Type": "application/json"}, Body: []byte(`{`)}, 400, "invalid"},
	} {
		store := &keyStore{}
		a := visit(t, store, test.key, httptest.NewRequest("GET", "/admin", nil), test.call)
		if a.Status != test.status || !strings.Contains(string(a.Body), test.says) || len(store.revoked) > 0 {
			t.Errorf("%s: %d %s, revoked by %v", name, a.Status, a.Body, store.revoked)
		}
	}
}

// TestTheAuditNamesTheVisitor has a page revoke a key. The headers of the page's
// request do not reach the call, except that they say who asks.
func TestTheAuditNamesTheVisitor(t *testing.T) {
	store := &keyStore{}
	r := httptest.NewRequest("POST", "/admin/keys/7/revoke", nil)
	r.RemoteAddr = "192.0.2.7:1234"
	r.Header.Set("X-Request-Id", "outside-1")
	r.Header.Set("Authorization", "Bearer of-somebody-else")
	r.Header.Set("X-API-Key", "of-a-third")
	a := visit(t, store, visitAdmin, r, dashboard.Call{Method: "DELETE", Target: "/v1/keys/7"})
	if a.Status != 204 || len(store.revoked) != 1 {
		t.Fatalf("%d %s, revoked by %v", a.Status, a.Body, store.revoked)
	}
	if by := store.revoked[0]; by.RequestID != "outside-1" || by.Address != "192.0.2.7" || by.KeyID != 1 || by.Actor() != "key:ops" {
		t.Errorf("the audit names %+v", by)
	}
}

func TestAVisitorWhoLeavesEndsTheCall(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	ended := false
	store := &keyStore{onKeys: func(ctx context.Context) {
		leave()
		<-ctx.Done()
		ended = true
	}}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler || !ended {
			t.Errorf("it ends with %v", p)
		}
	}()
	a := visit(t, store, visitAdmin, httptest.NewRequestWithContext(ctx, "GET", "/admin", nil), listOfKeys)
	t.Errorf("it goes on with %d", a.Status)
}

// TestOnlyAPageMakesCallsForItsVisitor has callers say that they are pages.
func TestOnlyAPageMakesCallsForItsVisitor(t *testing.T) {
	s := newServer(Config{Store: &keyStore{}, Models: model.Shipped(), Log: slog.New(slog.DiscardHandler)})
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/keys", nil)
	for _, name := range []string{"Visit", "Visitkey", "X-Visit", "Cookie"} {
		r.Header.Set(name, "bulkpatch_session=hash")
	}
	s.observe(s.crossOrigin(s.routed)).ServeHTTP(w, r)
	if w.Code != 401 {
		t.Errorf("they are answered %d %s", w.Code, w.Body)
	}
}
