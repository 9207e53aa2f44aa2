package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bulkpatch/auth"
)

func TestTheAuditIsReadAsSentences(t *testing.T) {
	r := newRig(t)
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	by := auth.Caller{Workspace: r.main, KeyID: 7, KeyName: "ops", Person: "Ana <i>", Address: "192.0.2.1", RequestID: "r1"}
	abroad := by
	abroad.Workspace = auth.Workspace{ID: 2, Name: "other"}
	r.store.set(func() {
		r.store.entries = []auth.Entry{
			{At: at, Action: auth.JobSubmitted, By: by, Target: auth.Target{JobID: "j1", Kind: "bulk", Model: "desk"}},
			{At: at, Action: auth.JobPaused, By: abroad, Target: auth.Target{JobID: "j2"}},
			{At: at, Action: auth.JobUndone, By: by, Target: auth.Target{JobID: "j1", NewJobID: "j3", Model: "desk"}},
			{At: at, Action: auth.RecordCreated, By: by, Target: auth.Target{Model: "plane", RecordID: "9007199254740993"}},
			{At: at, Action: auth.KeyRevoked, By: by, Target: auth.Target{KeyID: 9, KeyName: "crm"}},
			{At: at, Action: auth.ImportEnded, By: by, Target: auth.Target{Model: "desk", ImportID: "i"}, Counts: map[string]int64{"lines": 1234, "inserted": 1200, "updated": 0, "unchanged": 30, "failed": 4}},
			{At: at, Action: auth.SignInFailed, By: auth.Caller{Workspace: r.main}, Counts: map[string]int64{"attempts": 3}},
			{At: at, Action: auth.BrakeOn, By: by, Target: auth.Target{Brake: "all", Reason: "<script>"}},
		}
	})
	v := r.visitor(r.admin)
	page := v.open("/admin/audit").want(200)
	page.shows(`submitted the bulk update <a href="/admin/jobs/j1"><bdi>j1</bdi></a> of desk`, `paused the job <bdi class="value">j2</bdi>`,
		`undid the job <a href="/admin/jobs/j1"><bdi>j1</bdi></a> by the job <a href="/admin/jobs/j3">`,
		`<a href="/admin/customers/plane/records/9007199254740993">`, `revoked the key <a href="/admin/audit?key=9"><bdi>crm</bdi></a>`,
		"1,234 lines, 1,200 inserted, 0 updated, 30 unchanged, 4 failed", "failed to sign in, 3 times within a minute",
		"switched the brake on for every workspace: ", "Ana <i>", "192.0.2.1", "r1", `href="/admin/audit?key=7"`)
	page.hides("<script>", "Ana <i>", "/admin/jobs/j2")
}

func TestTheAuditIsNarrowedByItsAddress(t *testing.T) {
	r := newRig(t)
	v := r.visitor(r.admin)
	asked := func() auth.EntryQuery { return r.store.audited[len(r.store.audited)-1] }
	v.open("/admin/audit?job=j&key=ops&action=job.paused,job.resumed&workspace=other&since=2026-11-20&until=2026-11-21").want(200).
		shows(`value="j"`, `value="2026-11-21"`, "Nothing that was done fits all of this").hides(`name="cursor"`)
	q := asked()
	if q.JobID != "j" || q.Key != "ops" || q.Workspace != "other" || !slices.Equal(q.Actions, []auth.Action{auth.JobPaused, auth.JobResumed}) ||
		!q.Since.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) || !q.Until.Equal(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("asked for %+v", q)
	}
	v.open("/admin/audit?since=2026-11-20T12:30:00Z").want(200).shows(`type="text" value="2026-11-20T12:30:00Z"`)
	v.open("/admin/audit?action=key.created").want(200).shows(`value="key.created" selected`)
	v.open("/admin/audit?action=job.stolen&until=never").want(400).shows("action: ", "until: ")
	north := r.visitor(r.key("boss", "north", auth.Admin))
	north.open("/admin/audit").want(200).hides(`name="workspace"`)
	if asked().Workspace != "north" {
		t.Errorf("asked for the workspace %q", asked().Workspace)
	}
	north.open("/admin/audit?workspace=main").want(404).shows("There is no workspace of this name.")
}

func TestTheAuditHasPages(t *testing.T) {
	r := newRig(t)
	r.store.set(func() {
		for n := range 120 {
			r.store.entries = append(r.store.entries, auth.Entry{At: r.clock.now(), Action: auth.KeyCreated, By: auth.Caller{Workspace: r.main}, Target: auth.Target{KeyID: int64(n), KeyName: fmt.Sprint("key", n, "x")}})
		}
	})
	v := r.visitor(r.admin)
	first := v.open("/admin/audit?key=ops").want(200).shows("key0x", "key49x", `rel="next"`).hides("key50x", "First page")
	next := nextPage(t, first)
	v.open(next).want(200).shows("key50x", "key99x", "First page", `value="ops"`).hides("key49x", "key100x")
}
