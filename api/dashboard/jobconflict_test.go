package dashboard

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// history answers for customers whose name says what their history is.
func history(t *testing.T) *Visit {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/admin/jobs/undone/undo", nil)
	if err != nil {
		t.Fatal(err)
	}
	undone := `{"jobId": "undone", "at": "2026-01-01T10:00:00Z", "changed": {"active": {"from": true, "to": false}}}`
	other := `{"jobId": "other", "at": "2026-01-01T12:00:00Z", "changed": {"custom": {"from": {"a": 1}, "to": {"a": 1, "b": 2}}}}`
	single := `{"jobId": "single", "at": "2026-01-01T11:00:00Z", "changed": {"active": {"from": false, "to": true}}}`
	items := map[string]string{
		"by-a-single": other + "," + single + "," + undone,
		"by-nobody":   other + "," + undone,
		"once-more":   `{"jobId": "first", "at": "2026-01-01T11:00:00Z", "changed": {"active": {"from": false, "to": null}}},` + undone,
		"long":        other,
		"kept-short":  `{"jobId": "old", "at": "2026-01-01T11:00:00Z", "changed": null},` + undone,
	}
	return &Visit{Request: request, API: func(c Call) Answer {
		if id, ok := strings.CutPrefix(c.Target, "/v1/jobs/"); ok {
			return Answer{Status: http.StatusOK, Body: []byte(`{"jobId": "` + id + `", "createdBy": "key:maker"}`)}
		}
		id := strings.Split(c.Target, "/")[4]
		return Answer{Status: http.StatusOK, Body: []byte(`{"items": [` + items[id] + `], "nextCursor": null}`)}
	}}
}

func TestAConflictNamesWhoseChangeItIs(t *testing.T) {
	active := []conflictedField{{Field: "active", Now: valueOf(json.RawMessage("true"))}}
	part := []conflictedField{{Field: "custom.b", Now: valueOf(json.RawMessage("2"))}}
	early := time.Date(2026, 1, 1, 10, 30, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		id     string
		fields []conflictedField
		until  *time.Time
		by     string
		none   bool
	}{
		"a job that is not the last one":             {id: "by-a-single", fields: active, by: "single"},
		"a job that changed a part of an object":     {id: "by-nobody", fields: part, by: "other"},
		"nobody's job":                               {id: "by-nobody", fields: active, none: true},
		"a job whose value was changed once more":    {id: "once-more", fields: active, none: true},
		"a job after the undo has met the conflict":  {id: "by-a-single", fields: active, until: &early, none: true},
		"more jobs than are looked at":               {id: "long", fields: active},
		"former values that are no longer kept":      {id: "kept-short", fields: active},
		"fields that are not shown (without values)": {id: "by-a-single"},
	} {
		c := history(t).conflictReader("stores", "undone").change(test.id, test.fields, nil, test.until)
		if by := c.By; (by == nil) != (test.by == "") || by != nil && (by.ID != test.by || c.Who != "key:maker") || c.None != test.none {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
