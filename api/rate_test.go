package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// A limited is an API with a rate of four calls a second, in a bubble, where time
// passes only when all wait.
type limited struct {
	t           *testing.T
	api         http.Handler
	store       *fake
	one, second string // keys
}

func newLimited(t *testing.T) *limited {
	t.Helper()
	l := &limited{t: t, store: newFake(time.Now)}
	for name, secret := range map[string]*string{"one": &l.one, "second": &l.second} {
		_, made, err := l.store.CreateKey(t.Context(), auth.Caller{}, auth.Key{
			Name: name, Workspace: auth.Workspace{Name: "main"}, Scopes: []auth.Scope{auth.CustomersRead},
		})
		if err != nil {
			t.Fatal(err)
		}
		*secret = made
	}
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	l.api = api.New(api.Config{Store: l.store, Models: model.Shipped(), Surfaces: surfaces, Rate: 4, Log: slog.New(slog.DiscardHandler)})
	return l
}

// get asks for a path, and checks the status and what remains of the rate, "" for
// no headers about it.
func (l *limited) get(key, path string, status int, rest string) *httptest.ResponseRecorder {
	l.t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), "GET", path, nil)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	l.api.ServeHTTP(w, r)
	policy, want := "", ""
	if rest != "" {
		policy, want = `"default";q=4;w=1`, `"default";r=`+rest+`;t=1`
	}
	if w.Code != status || w.Header().Get("RateLimit") != want || w.Header().Get("RateLimit-Policy") != policy {
		l.t.Errorf("%s: %d, %q, %q: %s", path, w.Code, w.Header().Get("RateLimit"), w.Header().Get("RateLimit-Policy"), w.Body)
	}
	return w
}

func TestAKeyMakesSoManyCallsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimited(t)
		for _, rest := range []string{"3", "2", "1"} {
			l.get(l.one, "/v1/models", 200, rest)
		}
		l.get(l.one, "/v1/keys", 403, "0") // a refused call is one, too
		w := l.get(l.one, "/v1/models", 429, "0")
		if w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), `"code":"rate_limited"`) {
			t.Errorf("the refusal: %v %s", w.Header(), w.Body)
		}
		l.get(l.second, "/v1/models", 200, "3")
		l.get("", "/healthz", 200, "")
		l.get("wrong", "/v1/models", 401, "")
		time.Sleep(1500 * time.Millisecond)
		l.get(l.one, "/v1/models", 200, "1") // half of the last second's calls still count
		time.Sleep(2 * time.Second)
		l.get(l.one, "/v1/models", 200, "3")
	})
}

// TestVendorsCallersAreToldInTheirWords makes a fifth call to a vendor's path.
func TestVendorsCallersAreToldInTheirWords(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/workspaces/main/customers/": `{"error_code":5900,"error_message":"RATE_LIMIT_EXCEEDED"}`,
		"/desk/api/v2/customers.json":        `{"errors":[{"code":"rate_limited",`,
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLimited(t)
			for _, rest := range []string{"3", "2", "1", "0"} {
				l.get(l.one, path, 200, rest)
			}
			if w := l.get(l.one, path, 429, "0"); !strings.HasPrefix(w.Body.String(), want) || w.Header().Get("Retry-After") != "1" {
				t.Errorf("%s: %v %s", path, w.Header(), w.Body)
			}
		})
	}
}

func TestWithoutARateNothingIsSaidOfOne(t *testing.T) {
	r := newRig(t)
	for range 20 {
		if h := r.call("GET", "/v1/models", "").want(200).Header; h.Get("RateLimit") != "" || h.Get("RateLimit-Policy") != "" {
			t.Fatalf("headers: %v", h)
		}
	}
}
