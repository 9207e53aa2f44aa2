package api

import (
	"net/http"
	"testing"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/model"
)

func TestEveryProblemHasItsKind(t *testing.T) {
	for _, c := range causes {
		if p := c.make(); p.Status == http.StatusInternalServerError || p.Title == web.NewProblem("internal", "").Title {
			t.Errorf("%v becomes %+v", c.err, p)
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
