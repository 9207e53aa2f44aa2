package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// values is JSON of every type. A field takes those that its type allows.
var values = []string{
	`"Grüße 𝄞 \"quoted\" \\ [a],\t\n"`, `""`, `" "`, `"ana@example.com"`, `"https://example.com/a?b=c"`, `"+4512345678"`, `"DK"`, `"EUR"`,
	`"2024-02-29"`, `"2024-02-29T23:59:59.123456+02:00"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999Z"`,
	`0`, `1`, `-1`, `9007199254740993`, `9223372036854775807`, `-9223372036854775808`, `0.1`, `-2.5`, `1e300`, `5e-324`, `true`, `false`, `null`,
	`[]`, `["Hauptstraße 1"]`, `["a","ß",""]`, `[1,2.50,{"b":1,"a":null}]`, `[[],{}]`,
	`{}`, `{"z":1,"a":{"n":null},"é":[true,1e5,0.30000000000000004],"aa":"\u2028"}`,
}

// An installation is a ledger with something of everything in it.
type installation struct {
	*storetest.Kit
	t      *testing.T
	secret string // of a live key of the workspace north
	north  auth.Workspace

	done, paused, running, queued, single, undone job.Job
}

func newInstallation(t *testing.T, address string) *installation {
	t.Helper()
	i := &installation{t: t}
	i.Kit = storetest.NewKit(t, func(tb testing.TB, o store.Options) *store.Store { return opened(tb, address, o) })
	i.addWorkspaces()
	for _, ws := range []auth.Workspace{i.WS, i.north} {
		for _, m := range storetest.Models(t).All() {
			i.addRecords(ws, m)
		}
	}
	i.Add(120, person)
	i.addJobs()
	i.addFile()
	_, err := i.SwitchBrake(t.Context(), auth.Caller{Workspace: i.north, KeyName: "sync"}, job.OwnWorkspace, "not before Monday")
	fatal(t, err)
	return i
}

func person(i int) string {
	state := []string{"trial", "paid", "left"}[i%3]
	return fmt.Sprintf(`{"id": %d, "name": "Person %d", "state": %q, "visits": %d, "active": %t, "custom": {"a": [%d, null], "ö": 1.50}}`,
		1000+i, i, state, i, i%2 == 0, i)
}

func (i *installation) addWorkspaces() {
	i.t.Helper()
	ctx := i.t.Context()
	_, secret, err := i.CreateKey(ctx, auth.Key{Name: "sync", Workspace: auth.Workspace{Name: "north"}, Scopes: []auth.Scope{auth.Admin}})
	fatal(i.t, err)
	i.secret = secret
	i.north, err = i.Workspace(ctx, "north")
	fatal(i.t, err)
	old, _, err := i.CreateKey(ctx, auth.Key{Name: "old", Workspace: i.north, Scopes: []auth.Scope{auth.Admin}})
	fatal(i.t, err)
	fatal(i.t, i.RevokeKey(ctx, old.ID))
	end := time.Now().Add(time.Hour)
	guest, _, err := i.CreateKey(ctx, auth.Key{
		Name: "guest", Workspace: i.north, Scopes: []auth.Scope{auth.JobsRead}, Person: "Ana Ruíz", ExpiresAt: &end,
	})
	fatal(i.t, err)
	_, _, err = i.RotateKey(ctx, guest.ID, time.Hour)
	fatal(i.t, err)
}

// addRecords adds records of a model. Together they have every value that the
// fields allow.
func (i *installation) addRecords(ws auth.Workspace, m *model.Model) {
	i.t.Helper()
	fits := map[string][]string{}
	most := 0
	for _, f := range m.Fields {
		if f.Role != model.RoleID && f.Role != model.RoleLastJob && f.Role != model.RoleVersion {
			fits[f.Name] = fitting(m, f)
			most = max(most, len(fits[f.Name]))
		}
	}
	var drafts []model.Draft
	var lines []int64
	for n := range most {
		record := map[string]json.RawMessage{}
		for name, list := range fits {
			if len(list) > 0 {
				record[name] = json.RawMessage(list[n%len(list)])
			}
		}
		drafts, lines = append(drafts, allowed(i.t, m, record)), append(lines, int64(n))
	}
	report, err := i.Import(i.t.Context(), ws, m, drafts, lines)
	fatal(i.t, err)
	if report.Inserted < 5 {
		i.t.Fatalf("model %s took %d records of %d: %v", m.Name, report.Inserted, most, report.Failed)
	}
}

// fitting returns the values that a field allows.
func fitting(m *model.Model, f *model.Field) []string {
	all := slices.Clone(values)
	for _, choice := range f.Choices {
		all = append(all, fmt.Sprintf("%q", choice))
	}
	return slices.DeleteFunc(all, func(v string) bool {
		_, faults := m.CheckDraft(fmt.Appendf(nil, `{%q: %s}`, f.Name, v), model.Import)
		return len(faults) > 0
	})
}

// allowed checks a record, without the fields that do not go with its others.
func allowed(t *testing.T, m *model.Model, record map[string]json.RawMessage) model.Draft {
	t.Helper()
	for range len(record) + 1 {
		text, err := json.Marshal(record)
		fatal(t, err)
		d, faults := m.CheckDraft(text, model.Import)
		if len(faults) == 0 {
			return d
		}
		for _, f := range faults {
			field, _, _ := strings.Cut(f.Pointer[1:], "/")
			delete(record, field)
		}
	}
	t.Fatalf("model %s takes no record", m.Name)
	return model.Draft{}
}

// addFile uploads a file, and leaves what a file job notes of its rows.
func (i *installation) addFile() {
	i.t.Helper()
	ctx := i.t.Context()
	_, err := i.SaveFile(ctx, auth.Caller{Workspace: i.WS, KeyName: "sync"}, job.File{Model: "people", Name: "prices", Columns: []string{"id", "Größe"}}, storetest.FileRows(600))
	fatal(i.t, err)
	fatal(i.t, i.Exec(ctx, `INSERT INTO row_numbers (workspace, job, "window", rows) VALUES (?, ?, 0, ?)`, i.WS.ID, i.done.Num, []byte{1, 2}))
	fatal(i.t, i.Exec(ctx, `INSERT INTO row_outcomes (workspace, job, first_row, last_row, refused) VALUES (?, ?, 3, 9, '[]')`, i.WS.ID, i.done.Num))
}

// addJobs leaves jobs in the states that a stop of all processes may leave.
func (i *installation) addJobs() {
	i.t.Helper()
	ctx := i.t.Context()
	submit := func(sub job.Submission, key string) job.Job {
		sub.IdempotencyKey, sub.Fingerprint = key, "print of "+key
		return i.Accept(sub)
	}
	act := func(j job.Job, a job.Action) {
		_, err := i.Act(ctx, i.WS, j.ID, a, "key:test")
		fatal(i.t, err)
	}
	i.done = submit(i.Bulk(`{"state": "trial"}`, `{"score": 2.5, "active": null, "custom": {"a": null, "b": {"c": true}}}`, job.Options{}), "first")
	i.Run(7)
	failed := i.Accept(i.Bulk(`{"visits": {"$lt": 4}}`, `{"domain": "one.example"}`, job.Options{}))
	i.Run(3)
	i.undone = i.Accept(i.Bulk(`{"state": "paid"}`, `{"state": "left"}`, job.Options{}))
	i.Run(10)
	_, err := i.UndoJob(i.undone.ID)
	fatal(i.t, err)
	i.Run(10)
	i.Accept(i.Single(1001, `{"name": "Once", "pin": "1234"}`))
	i.Run(1)
	_, err = i.RetryJob(failed.ID, "")
	fatal(i.t, err)
	i.Run(2)
	fatal(i.t, i.DeleteRecord(ctx, i.WS, i.People, int64(1002)))

	var lease job.Lease
	i.paused, lease = i.Start(i.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err = i.ApplyChunk(ctx, lease, 5)
	fatal(i.t, err)
	act(i.paused, job.Pause)
	i.running, lease = i.Start(i.Bulk(`{"state": "paid"}`, `{"visits": -2}`, job.Options{}))
	_, err = i.ApplyChunk(ctx, lease, 5)
	fatal(i.t, err)
	act(i.Accept(i.Bulk(`{}`, `{"visits": 5}`, job.Options{AllowAll: true})), job.Cancel)
	options := i.Bulk(`{"state": "left"}`, `{"visits": -3}`, job.Options{AllowNewOptions: true})
	var faults model.Faults
	options.Patch, faults = i.People.CheckPatch([]byte(`{"plan": "iron", "visits": -3}`), model.PatchOptions{AllowNewChoices: true})
	if len(faults) > 0 {
		i.t.Fatal(faults)
	}
	options.Webhook = "https://example.com/hook?token=1"
	i.queued = submit(options, "queued")
	_, err = i.RotateWebhookSecret(ctx, auth.Caller{Workspace: i.WS, KeyName: "sync"}, 0)
	fatal(i.t, err)
	i.single = submit(i.Single(1004, `{"name": "Queued"}`), "single")
}
