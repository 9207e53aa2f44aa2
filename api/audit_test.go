package api_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
)

func TestAuditEntriesAreShown(t *testing.T) {
	r := newRig(t)
	at := time.Date(2026, 11, 21, 12, 0, 0, 5000, time.UTC)
	by := auth.Caller{Workspace: r.main, KeyID: 7, KeyName: "ops", Person: "ana", Address: "192.0.2.1", RequestID: "r1"}
	r.store.set(func() {
		r.store.entries = []auth.Entry{
			{At: at, Action: auth.RecordCreated, By: by, Target: auth.Target{Model: "desk", RecordID: "31"}},
			{At: at, Action: auth.RecordDeleted, By: auth.Caller{Workspace: r.main, KeyName: "local", Address: "local"}, Target: auth.Target{Model: "gone", RecordID: "31"}},
			{At: at, Action: auth.ImportEnded, By: auth.Caller{Workspace: r.main}, Target: auth.Target{Model: "desk", ImportID: "i"}, Counts: map[string]int64{"lines": 2}},
		}
	})
	a := r.call("GET", "/v1/audit", "").want(200)
	for _, want := range []string{
		`{"at":"2026-11-21T12:00:00.000005Z","action":"record.created","workspace":"main","key":{"id":7,"name":"ops"},"person":"ana","address":"192.0.2.1","requestId":"r1","target":{"model":"desk","recordId":31}}`,
		`"key":{"id":null,"name":"local"},"person":null,"address":"local","requestId":null,"target":{"model":"gone","recordId":"31"}}`,
		`"key":null,"person":null,"address":null,"requestId":null,"target":{"model":"desk","importId":"i"},"counts":{"lines":2}}],"nextCursor":null}`,
	} {
		if !strings.Contains(a.text, want) {
			t.Errorf("%s is not in %s", want, a.text)
		}
	}
}

func TestAuditEntriesAreAskedFor(t *testing.T) {
	r := newRig(t)
	r.call("GET", "/v1/audit?job=j&key=ops&action=job.paused,job.submitted&workspace=north&since=2026-11-21T12:00:00Z&until=2026-11-22T12:00:00Z&limit=7", "").want(200)
	want := auth.EntryQuery{
		Workspace: "north", JobID: "j", Key: "ops", Actions: []auth.Action{auth.JobPaused, auth.JobSubmitted}, Limit: 7,
		Since: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
	}
	if got := r.store.audited[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("asked for %+v and not %+v", got, want)
	}
	wrong := r.call("GET", "/v1/audit?action=job.stolen&since=now&job=&limit=0&colour=red", "").want(400).text
	for _, pointer := range []string{"?action", "?since", "?job", "?limit", "?colour"} {
		if !strings.Contains(wrong, `"pointer":"`+pointer+`"`) {
			t.Errorf("%s is not among the faults: %s", pointer, wrong)
		}
	}
	if a := r.call("GET", "/v1/audit?action=job.stolen", "").want(400); !strings.Contains(a.text, "key.revoked") {
		t.Errorf("it does not name the actions: %s", a.text)
	}
}

// TestAnAuditIsOfOnesOwnWorkspace asks with keys of main and of another workspace.
func TestAnAuditIsOfOnesOwnWorkspace(t *testing.T) {
	r := newRig(t)
	north := r.key("boss", "north", auth.Admin)
	for name, test := range map[string]struct{ key, query, workspace string }{
		"main sees all":            {r.admin, "", ""},
		"main chooses":             {r.admin, "?workspace=north", "north"},
		"others see their own":     {north, "", "north"},
		"they may say so":          {north, "?workspace=north", "north"},
		"they see nothing else":    {north, "?workspace=main", "404"},
		"whether it exists or not": {north, "?workspace=south", "404"},
	} {
		before := len(r.store.audited)
		a := r.as(test.key, "GET", "/v1/audit"+test.query, "")
		if test.workspace == "404" {
			if a.want(404); len(r.store.audited) != before {
				t.Errorf("%s: the store was asked", name)
			}
			continue
		}
		if a.want(200); r.store.audited[before].Workspace != test.workspace {
			t.Errorf("%s: asked for the workspace %q", name, r.store.audited[before].Workspace)
		}
	}
}
