// Package storetest is the conformance suite of package store: it tests what a
// store promises, on whichever database. It drives jobs as a worker would, but
// without a queue, so that a test decides what happens between two steps. What
// depends on one database is tested in package store.
package storetest

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
)

//go:embed testdata
var files embed.FS

// Models loads the shipped models and the suite's own, people.
func Models(tb testing.TB) *model.Registry {
	tb.Helper()
	src, err := files.ReadFile("testdata/people.yaml")
	check(tb, err)
	dir := tb.TempDir()
	check(tb, os.WriteFile(filepath.Join(dir, "people.yaml"), src, 0o600))
	models, err := model.Load(dir)
	check(tb, err)
	return models
}

// A Kit is a store with the model people, and one workspace.
type Kit struct {
	tb testing.TB
	*store.Store
	People *model.Model
	WS     auth.Workspace
	ahead  *atomic.Int64 // how far the database's clock was advanced
	still  *atomic.Int64 // the time at which it was stopped, in microseconds; 0 while it goes on
	key    auth.Key      // whose requests are made
	noted  *noted
	o      store.Options
}

// NewKit opens a kit on a new database.
func NewKit(tb testing.TB, open func(testing.TB, store.Options) *store.Store) *Kit {
	tb.Helper()
	models := Models(tb)
	ahead, still, noted := new(atomic.Int64), new(atomic.Int64), new(noted)
	now := func() time.Time {
		if at := still.Load(); at != 0 {
			return time.UnixMicro(at)
		}
		return time.Now().Add(time.Duration(ahead.Load()))
	}
	o := store.Options{Models: models, MaxOpenJobs: OpenJobs, OnJob: noted.add, Now: now}
	s := open(tb, o)
	check(tb, s.Migrate(tb.Context()))
	_, _, err := s.Bootstrap(tb.Context(), "")
	check(tb, err)
	ws, err := s.Workspace(tb.Context(), auth.MainWorkspace)
	check(tb, err)
	people, _ := models.Model("people")
	return &Kit{tb: tb, Store: s, People: people, WS: ws, key: auth.Key{Name: "test"}, ahead: ahead, still: still, noted: noted, o: o}
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// Reopen opens the database again, as a process that starts does.
func (k *Kit) Reopen(open func(testing.TB, store.Options) *store.Store) {
	k.tb.Helper()
	k.Store = open(k.tb, k.o)
	check(k.tb, k.Migrate(k.tb.Context()))
}

// Pass advances the database's clock.
func (k *Kit) Pass(d time.Duration) { k.ahead.Add(int64(d)) }

// Freeze stops the database's clock.
func (k *Kit) Freeze(at time.Time) { k.still.Store(at.UnixMicro()) }

// Filter checks a filter of people.
func (k *Kit) Filter(text string) filter.Filter {
	k.tb.Helper()
	f, faults := filter.New([]byte(text), k.People, filter.Native)
	if len(faults) > 0 {
		k.tb.Fatal(faults)
	}
	return f
}

// Add imports n people, whose JSON person returns.
func (k *Kit) Add(n int, person func(i int) string) {
	k.tb.Helper()
	const batch = 1000
	for from := 0; from < n; from += batch {
		var drafts []model.Draft
		var lines []int64
		for i := from; i < min(from+batch, n); i++ {
			d, faults := k.People.CheckDraft([]byte(person(i)), model.Import)
			if len(faults) > 0 {
				k.tb.Fatal(faults)
			}
			drafts, lines = append(drafts, d), append(lines, int64(i))
		}
		report, err := k.Import(k.tb.Context(), k.WS, k.People, drafts, lines)
		check(k.tb, err)
		if len(report.Failed) > 0 {
			k.tb.Fatalf("the import failed %+v", report.Failed)
		}
	}
}

// Import runs an import of one batch.
func (k *Kit) Import(ctx context.Context, ws auth.Workspace, m *model.Model, drafts []model.Draft, lines []int64) (job.ImportReport, error) {
	run, err := k.BeginImport(ctx, auth.Caller{Workspace: ws}, m)
	if err != nil {
		return job.ImportReport{}, err
	}
	return k.Store.Import(ctx, auth.Caller{Workspace: ws}, run, drafts, lines)
}

// Bulk returns the submission of a bulk patch of people.
func (k *Kit) Bulk(filterText, patch string, o job.Options) job.Submission {
	k.tb.Helper()
	return job.Submission{
		Kind: job.Bulk, Model: k.People, Filter: k.Filter(filterText), Patch: k.patch(patch, model.PatchOptions{}), Options: o,
	}
}

// Single returns the submission of a patch of one person.
func (k *Kit) Single(id int64, patch string) job.Submission {
	k.tb.Helper()
	return job.Submission{Kind: job.Single, Model: k.People, RecordID: id, Patch: k.patch(patch, model.PatchOptions{Single: true})}
}

func (k *Kit) patch(text string, o model.PatchOptions) model.Patch {
	k.tb.Helper()
	p, faults := k.People.CheckPatch([]byte(text), o)
	if len(faults) > 0 {
		k.tb.Fatal(faults)
	}
	p, err := p.Seal()
	check(k.tb, err)
	return p
}

// Accept submits a job.
func (k *Kit) Accept(sub job.Submission) job.Job {
	k.tb.Helper()
	j, _, err := k.Submit(k.tb.Context(), sub)
	check(k.tb, err)
	return j
}

// Read reads a job.
func (k *Kit) Read(id string) job.Job {
	k.tb.Helper()
	j, err := k.Job(k.tb.Context(), k.WS, id)
	check(k.tb, err)
	return j
}

// Due takes all wake-ups out of the outbox, as a relay does.
func (k *Kit) Due() []job.WakeUp {
	k.tb.Helper()
	ctx := k.tb.Context()
	wakeUps, err := k.Singles(ctx, 1000)
	check(k.tb, err)
	bulks, err := k.Bulks(ctx, 1000)
	check(k.tb, err)
	wakeUps = append(wakeUps, bulks...)
	check(k.tb, k.Sent(ctx, wakeUps))
	return wakeUps
}

// Lease claims the one bulk shard that is due.
func (k *Kit) Lease() job.Lease {
	k.tb.Helper()
	wakeUps := k.Due()
	if len(wakeUps) != 1 {
		k.tb.Fatalf("%d wake-ups are due, not 1", len(wakeUps))
	}
	l, err := k.Claim(k.tb.Context(), wakeUps[0])
	check(k.tb, err)
	return l
}

// Start submits a bulk job and resolves its filter.
func (k *Kit) Start(sub job.Submission) (job.Job, job.Lease) {
	k.tb.Helper()
	j := k.Accept(sub)
	l := k.Lease()
	_, err := k.Resolve(k.tb.Context(), l)
	check(k.tb, err)
	l.Resolved = true
	return j, l
}

// Run carries out all work that is due or becomes due, as a worker does, in
// chunks of at most so many records.
func (k *Kit) Run(chunk int) {
	k.tb.Helper()
	for wakeUps := k.Due(); len(wakeUps) > 0; wakeUps = k.Due() {
		for _, r := range wakeUps {
			if r.Single {
				check(k.tb, k.ApplySingle(k.tb.Context(), r))
				continue
			}
			l, err := k.Claim(k.tb.Context(), r)
			check(k.tb, err)
			k.Work(l, chunk)
		}
	}
}

// ApplyChunk applies one chunk of a lease.
func (k *Kit) ApplyChunk(ctx context.Context, l job.Lease, limit int) (job.Step, error) {
	c := k.Chunks(l)
	defer c.Close()
	return c.Next(ctx, limit)
}

// Work carries out a lease to its end.
func (k *Kit) Work(l job.Lease, chunk int) {
	k.tb.Helper()
	ctx := k.tb.Context()
	if !l.Resolved {
		ended, err := k.Resolve(ctx, l)
		check(k.tb, err)
		if ended {
			return
		}
	}
	chunks := k.Chunks(l)
	defer chunks.Close()
	for {
		if why := l.Options.GiveUp(l.Tally, l.Unusable); why != nil {
			check(k.tb, k.Fail(ctx, l.Ref, *why))
			return
		}
		step, err := chunks.Next(ctx, chunk)
		if errors.Is(err, job.ErrRefused) {
			continue
		}
		check(k.tb, err)
		l.Tally, l.Unusable = step.Tally, step.Unusable
		if step.Done {
			check(k.tb, k.Finish(ctx, l.Ref))
			return
		}
	}
}

// All reads all records that match a filter, by id.
func (k *Kit) All(filterText string) map[string]Person {
	k.tb.Helper()
	people := map[string]Person{}
	err := k.Scan(k.tb.Context(), k.WS, k.People, k.Filter(filterText), func(page []model.Record) error {
		for _, r := range page {
			var p Person
			if err := json.Unmarshal(k.People.AppendRecord(nil, r, nil, model.HideSecrets), &p); err != nil {
				return err
			}
			people[fmt.Sprint(p.ID)] = p
		}
		return nil
	})
	check(k.tb, err)
	return people
}

// A Person is a record of people as the API shows it.
type Person struct {
	ID        int64           `json:"id"`
	Version   int64           `json:"version"`
	Name      string          `json:"name"`
	State     *string         `json:"state"`
	Score     *float64        `json:"score"`
	Visits    *int64          `json:"visits"`
	Active    *bool           `json:"active"`
	Born      *string         `json:"born"`
	Seen      *string         `json:"seen"`
	Domain    *string         `json:"domain"`
	Tags      json.RawMessage `json:"tags"`
	Custom    json.RawMessage `json:"custom"`
	GoneAt    *string         `json:"goneAt"`
	GoneBy    json.RawMessage `json:"goneBy"`
	Company   json.RawMessage `json:"company"`
	Rights    *string         `json:"rights"`
	UpdatedAt string          `json:"updatedAt"`
	LastJobID *string         `json:"lastJobId"`
}

// Outcomes reads all results of a job, page by page, by id. Rows of a file without a
// record are there by their line, such as "line 3".
func (k *Kit) Outcomes(id string, page int) map[string]job.Result {
	k.tb.Helper()
	all := map[string]job.Result{}
	q := job.ResultQuery{Limit: page}
	for {
		p, err := k.Results(k.tb.Context(), k.WS, id, q)
		check(k.tb, err)
		for _, item := range p.Items {
			id := item.ID.String()
			if id == "" {
				id = fmt.Sprint("line ", item.Line)
			}
			if _, twice := all[id]; twice {
				k.tb.Fatalf("record %s has two results", id)
			}
			all[id] = item
		}
		if p.NextCursor == "" {
			return all
		}
		q.Cursor = p.NextCursor
	}
}
