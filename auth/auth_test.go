package auth_test

import (
	"strings"
	"testing"

	"bulkpatch/auth"
)

func TestScopesAreReadAndWritten(t *testing.T) {
	scopes, err := auth.ParseScopes(" customers:read,jobs:read,customers:read,")
	if err != nil || auth.JoinScopes(scopes) != "customers:read,jobs:read" {
		t.Errorf("%v, %v", scopes, err)
	}
	_, err = auth.ParseScopes("customers:read,nonsense,more")
	if err == nil || !strings.Contains(err.Error(), "nonsense") || !strings.Contains(err.Error(), "more") {
		t.Errorf("the error does not name every unknown scope: %v", err)
	}
	if _, err := auth.ParseScopes(" , "); err == nil {
		t.Error("no scope at all was taken")
	}
}

func TestAdminHasEveryScope(t *testing.T) {
	admin, reader := auth.Key{Scopes: []auth.Scope{auth.Admin}}, auth.Key{Scopes: []auth.Scope{auth.CustomersRead}}
	actor := auth.Key{Scopes: []auth.Scope{auth.JobsWrite}}
	for _, s := range auth.Scopes {
		if !admin.Has(s) {
			t.Errorf("an admin has not %s", s)
		}
		if reader.Has(s) != (s == auth.CustomersRead) {
			t.Errorf("a reader has %s: %v", s, reader.Has(s))
		}
		if actor.Has(s) != (s == auth.JobsWrite || s == auth.JobsRead) {
			t.Errorf("who acts on jobs has %s: %v", s, actor.Has(s))
		}
	}
}

func TestSecretsAreKnownByTheirHashAlone(t *testing.T) {
	a, b := auth.NewSecret(), auth.NewSecret()
	if a == b || auth.Hash(a) == auth.Hash(b) {
		t.Error("secrets or their hashes collide")
	}
	if strings.Contains(auth.Hash(a), a) || len(auth.Hint(a)) > 7 || !strings.HasPrefix(a, auth.Hint(a)) {
		t.Errorf("the hint of a secret is %q", auth.Hint(a))
	}
	if !auth.Matches(auth.Hash(a), a) || auth.Matches(auth.Hash(a), b) {
		t.Error("a hash is not told from that of another secret")
	}
	if auth.Hint("abc") != "" {
		t.Error("the hint of a short secret tells it")
	}
}

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"main": true, "a.b-c_1": true, "A": true, "": false, "-a": false, "a b": false, "é": false, strings.Repeat("x", 65): false,
	} {
		if auth.ValidName(name) != valid {
			t.Errorf("%q is a valid name: %v", name, !valid)
		}
	}
}

func TestACallerIsNamedByItsKey(t *testing.T) {
	k := auth.Key{ID: 7, Name: "ops", Workspace: auth.Workspace{ID: 2, Name: "north"}, Person: "Ana Ruiz"}
	c := k.Caller("r1")
	if c.KeyID != 7 || c.Person != "Ana Ruiz" || c.Workspace != k.Workspace || c.RequestID != "r1" || c.Actor() != k.Actor() || c.Actor() != "key:ops" {
		t.Errorf("caller %+v, actor %s", c, c.Actor())
	}
	if got := (auth.Caller{}).Actor(); got != "" {
		t.Errorf("actor without a key: %q", got)
	}
}

func TestPersons(t *testing.T) {
	for person, valid := range map[string]bool{
		"Ana Ruiz": true, "ana@example.com": true, "Žofie Ö.": true, strings.Repeat("é", 200): true,
		"": false, "  ": false, strings.Repeat("é", 201): false, "a\nb": false, "a\x00": false, "\xff": false, "a\u009bb": false,
	} {
		if auth.ValidPerson(person) != valid {
			t.Errorf("%q may say whose key it is: %v", person, !valid)
		}
	}
}

// TestPresetsShowSecretsToAdminsAlone holds the presets against what callers
// were promised.
func TestPresetsShowSecretsToAdminsAlone(t *testing.T) {
	want := map[string]string{
		"reader": "customers:read,jobs:read", "editor": "customers:read,jobs:read,customers:write,jobs:write",
		"operator": "jobs:read,jobs:write", "admin": "admin",
	}
	for _, p := range auth.Presets {
		if got := auth.JoinScopes(p.Scopes); got != want[p.Name] {
			t.Errorf("%s has %s", p.Name, got)
		}
		if k := (auth.Key{Scopes: p.Scopes}); k.Has(auth.SecretsRead) != (p.Name == "admin") {
			t.Errorf("%s sees secrets: %v", p.Name, k.Has(auth.SecretsRead))
		}
	}
	if len(auth.PresetNames()) != len(want) {
		t.Errorf("presets %v", auth.PresetNames())
	}
}
