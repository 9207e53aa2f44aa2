package api_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A fake is a store in memory: enough of one to see what the API makes of
// requests and answers. It runs no jobs; tests move them.
type fake struct {
	mu         sync.Mutex
	now        func() time.Time
	keys       map[string]auth.Key  // by secret
	ends       map[string]time.Time // of secrets that were replaced
	uses       map[int64]int        // of keys
	sessions   map[string]session   // by token
	workspaces map[string]int64
	records    map[string]map[string]model.Record // by table, by id
	jobs       map[string]job.Job
	order      []string                       // job ids, oldest first
	options    map[string]map[string][]string // added, by table and field
	results    map[string][]job.Result
	byKey      map[string]job.Once // by idempotency key
	jobByKey   map[string]string
	told       []func(ids []string) // of changes
	asked      map[string]int       // how often for the revision of a job
	moved      *sync.Cond           // somebody has asked
	submitted  []job.Submission
	callers    []auth.Caller // who submitted each
	listed     []job.Query
	followed   []job.Follow // what was asked of retries and undos
	batches    []int        // sizes of what Import was given
	audited    []auth.EntryQuery
	failedFrom []string // addresses of sign-ins that failed
	entries    []auth.Entry

	files     []keptFile                  // oldest first
	onFileRow func(context.Context) error // runs after each row of an upload

	deliveries     map[string]job.Delivery // by job
	sentAgain      map[string]int          // how often, by job
	webhookSecrets map[int64]time.Duration // by workspace, 1 more than the overlap that was asked for

	// err is the answer to everything, if set; onSubmit sees each new job
	// and may change it before it is answered.
	brakes    map[int64]job.Switch // by workspace, 0 for all
	uncounted error                // why the jobs that a brake concerns cannot be counted
	err       error
	refuse    error // the answer to new jobs, if set
	// recordsErr is the answer to lists of records, if set.
	recordsErr error
	silent     bool // KeyBySecret answers when its caller has gone
	onSubmit   func(*job.Job)
	// onPreview runs before a preview is answered, onRecords before records are listed,
	// and onImport before a batch.
	onPreview, onRecords func(context.Context) error
	preview              job.Preview
	undo                 *job.UndoPreview // what an undo would do, nil for a few
	pace                 job.Pace
	paces                int // how often it was read
	onImport             func(context.Context) error
	braked               bool // no import begins
	onRotate             func(context.Context)
	onDrafts             func([]model.Draft) // sees the rows of each batch
	lookups              int                 // of keys
	queries              int                 // for revisions
	reads                int                 // of several jobs at once
	lone                 int                 // of one job
	keyLooks             int                 // for the keys of open calls
	down                 bool                // nothing that is asked for in the background is answered
	slow                 time.Duration       // that an answer for revisions takes
	scanFails            bool                // after the first page
	onPage               func()              // runs after each page of a scan

	// onList, onCount and onPace run before jobs are listed, counted, and their pace
	// is read.
	onList, onCount, onPace func(context.Context) error
}

func newFake(now func() time.Time) *fake {
	f := &fake{
		now: now, keys: map[string]auth.Key{}, ends: map[string]time.Time{}, uses: map[int64]int{}, sessions: map[string]session{}, workspaces: map[string]int64{},
		records: map[string]map[string]model.Record{}, jobs: map[string]job.Job{},
		preview: job.Preview{Matched: 3, WouldChange: 2, Unchanged: 1, Digest: "abcdef"},
		results: map[string][]job.Result{}, byKey: map[string]job.Once{},
		options:  map[string]map[string][]string{},
		jobByKey: map[string]string{}, asked: map[string]int{}, brakes: map[int64]job.Switch{},
		deliveries: map[string]job.Delivery{}, sentAgain: map[string]int{}, webhookSecrets: map[int64]time.Duration{},
	}
	f.moved = sync.NewCond(&f.mu)
	return f
}

func (f *fake) lock() func() {
	f.mu.Lock()
	return f.mu.Unlock
}

func (f *fake) Ping(context.Context) error { defer f.lock()(); return f.err }

func (f *fake) KeyBySecret(ctx context.Context, secret string) (auth.Key, error) {
	if f.silent {
		<-ctx.Done()
		return auth.Key{}, ctx.Err()
	}
	defer f.lock()()
	f.lookups++
	if f.err != nil {
		return auth.Key{}, f.err
	}
	if !f.works(secret) {
		return auth.Key{}, job.ErrNotFound
	}
	return f.keys[secret], nil
}

func (f *fake) Submit(_ context.Context, by auth.Caller, s job.Submission) (job.Job, bool, error) {
	defer f.lock()()
	if err := cmp.Or(f.err, f.refuse); err != nil {
		return job.Job{}, false, err
	}
	if s.IdempotencyKey != "" {
		if before, ok := f.byKey[s.IdempotencyKey]; ok {
			if before.Fingerprint != s.Fingerprint {
				return job.Job{}, false, job.ErrKeyReused
			}
			return f.jobs[f.jobByKey[s.IdempotencyKey]], true, nil
		}
	}
	j := job.Job{
		ID: fmt.Sprintf("job%d", len(f.jobs)+1), Kind: s.Kind, Model: s.Model.Name, WorkspaceID: by.Workspace.ID,
		Workspace: by.Workspace.Name, State: job.Queued, Revision: 1, CreatedAt: f.now(), ExpiresAt: f.now().Add(time.Hour),
		CreatedBy: by.Actor(), Patch: s.Patch.Display(), Options: s.Options, Confirms: s.Confirms,
	}
	if s.Patch.Compute != nil {
		j.Compute = s.Patch.Compute.JSON()
	}
	if s.RecordID != nil {
		j.RecordID = s.Model.ID(model.FormatID(s.RecordID))
		if _, ok := f.records[table(by.Workspace, s.Model)][j.RecordID.String()]; !ok {
			return job.Job{}, false, job.ErrNotFound
		}
		one := int64(1)
		j.Matched = &one
	} else if s.File != nil {
		file, err := f.file(by.Workspace, s.Model.Name, s.File.File)
		if err != nil {
			return job.Job{}, false, err
		}
		request := s.File.Request(file.File)
		j.File, j.RowsKept, j.Patch = &request, true, nil
	} else {
		j.Filter = s.Filter.JSON()
	}
	if f.onSubmit != nil {
		f.onSubmit(&j)
	}
	f.grow(by.Workspace, s.Model, s.Patch)
	f.submitted, f.callers = append(f.submitted, s), append(f.callers, by)
	f.jobs[j.ID] = j
	f.order = append(f.order, j.ID)
	if s.IdempotencyKey != "" {
		f.byKey[s.IdempotencyKey], f.jobByKey[s.IdempotencyKey] = s.Once, j.ID
	}
	return j, false, nil
}

func (f *fake) Replay(_ context.Context, _ auth.Workspace, key, fingerprint string) (job.Job, error) {
	defer f.lock()()
	before, ok := f.byKey[key]
	switch {
	case !ok:
		return job.Job{}, job.ErrNotFound
	case before.Fingerprint != fingerprint:
		return job.Job{}, job.ErrKeyReused
	}
	return f.jobs[f.jobByKey[key]], nil
}

func (f *fake) Preview(ctx context.Context, _ auth.Caller, s job.Submission) (job.Preview, error) {
	if f.onPreview != nil {
		if err := f.onPreview(ctx); err != nil {
			return job.Preview{}, err
		}
	}
	p := f.preview
	p.Guard = s.Options.Guard("").Unmet(job.Selected{Records: p.Matched, Digest: p.Digest})
	return p, nil
}

func (f *fake) Job(_ context.Context, ws auth.Workspace, id string) (job.Job, error) {
	defer f.lock()()
	f.lone++
	j, ok := f.jobs[id]
	j.ValuesKept = j.UndoAvailable
	switch {
	case f.err != nil:
		return job.Job{}, f.err
	case !ok || j.Workspace != ws.Name:
		return job.Job{}, job.ErrNotFound
	case j.ExpiresAt.Before(f.now()):
		return j, job.ErrGone
	}
	return j, nil
}

// before runs what a test wants to happen first.
func before(ctx context.Context, do func(context.Context) error) error {
	if do == nil {
		return nil
	}
	return do(ctx)
}

func (f *fake) Jobs(ctx context.Context, ws auth.Workspace, q job.Query) (job.Page, error) {
	if err := before(ctx, f.onList); err != nil {
		return job.Page{}, err
	}
	defer f.lock()()
	f.listed = append(f.listed, q)
	var all []job.Job
	for _, id := range slices.Backward(f.order) {
		j := f.jobs[id]
		if j.Workspace == ws.Name && (q.States == nil || slices.Contains(q.States, j.State)) && (q.Model == "" || q.Model == j.Model) &&
			(q.Kinds == nil || slices.Contains(q.Kinds, j.Kind)) && strings.HasPrefix(j.ID, q.IDPrefix) && f.noted(j, q.Words) &&
			(q.CreatedBy == "" || q.CreatedBy == j.CreatedBy) && !j.CreatedAt.Before(q.Since) {
			all = append(all, j)
		}
	}
	items, next, err := cut(all, q.Cursor, q.Limit)
	return job.Page{Items: items, NextCursor: next}, err
}

// noted reports whether a job's note has words that begin so.
func (f *fake) noted(j job.Job, words []string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(job.Words(j.Options.Note), func(has string) bool { return strings.HasPrefix(has, w) }) {
			return false
		}
	}
	return true
}

func (f *fake) Results(_ context.Context, ws auth.Workspace, id string, q job.ResultQuery) (job.ResultPage, error) {
	defer f.lock()()
	var some []job.Result
	for _, r := range f.results[id] {
		reason := cmp.Or(r.Error, &job.RecordError{})
		if (q.Outcomes == nil || slices.Contains(q.Outcomes, r.Outcome)) && (q.Code == "" || q.Code == reason.Code) &&
			(q.ID == "" || q.ID == r.ID.String()) && (q.Pointer == nil || r.Error != nil && *q.Pointer == reason.Pointer) {
			some = append(some, r)
		}
	}
	items, next, err := cut(some, q.Cursor, min(q.Limit, 2))
	return job.ResultPage{Items: items, NextCursor: next, Complete: f.jobs[id].State.Final()}, err
}

func (f *fake) Act(_ context.Context, by auth.Caller, id string, a job.Action) (job.Job, error) {
	defer f.lock()()
	j, ok := f.jobs[id]
	if !ok || j.Workspace != by.Workspace.Name {
		return job.Job{}, job.ErrNotFound
	}
	to, err := a.From(job.Situation{State: j.State, Resolved: j.Matched != nil, Resumed: true})
	if err != nil {
		return job.Job{}, err
	}
	if to != j.State {
		j.State, j.Revision = to, j.Revision+1
		f.jobs[id] = j
	}
	return j, nil
}

func (f *fake) Retry(ctx context.Context, by auth.Caller, o job.Follow) (job.Job, bool, error) {
	parent, err := f.Job(ctx, by.Workspace, o.Parent)
	if err != nil {
		return parent, false, err
	}
	if err := cmp.Or(parent.CheckRetry(), f.refuse); err != nil {
		return parent, false, err
	}
	return f.follow(by, job.Job{Kind: job.Retry, RetryOf: o.Parent, Options: job.Options{OnMismatch: o.OnMismatch}}, o), false, nil
}

func (f *fake) Undo(ctx context.Context, by auth.Caller, o job.Follow) (job.Job, bool, error) {
	parent, err := f.Job(ctx, by.Workspace, o.Parent)
	if err != nil {
		return parent, false, err
	}
	if err := parent.CheckUndo(); err != nil {
		return parent, false, err
	}
	return f.follow(by, job.Job{Kind: job.Undo, UndoOf: o.Parent}, o), false, nil
}

func (f *fake) PreviewRetry(ctx context.Context, by auth.Caller, o job.Follow) (job.Preview, error) {
	f.followed = append(f.followed, o)
	if f.onPreview != nil {
		if err := f.onPreview(ctx); err != nil {
			return job.Preview{}, err
		}
	}
	item := job.PreviewItem{ID: model.StringID("7"), Changed: map[string]job.Change{"jobTitle": {From: json.RawMessage("null"), To: json.RawMessage("1")}}}
	return job.Preview{Matched: 2, WouldChange: 2, Sample: []job.PreviewItem{item}}, nil
}

func (f *fake) PreviewUndo(ctx context.Context, by auth.Caller, o job.Follow) (job.UndoPreview, error) {
	p, err := f.PreviewRetry(ctx, by, o)
	met := job.Conflict{By: "job9", Fields: map[string]job.FieldConflict{"jobTitle": {Wrote: json.RawMessage("1"), Now: json.RawMessage("2"), Former: json.RawMessage("null")}}}
	if f.undo != nil {
		return *f.undo, err
	}
	return job.UndoPreview{Matched: 3, WouldRestore: 2, Conflicted: 1, Sample: p.Sample, Conflicts: []job.PreviewConflict{{ID: model.StringID("8"), Conflict: met}}}, err
}

func (f *fake) follow(by auth.Caller, j job.Job, o job.Follow) job.Job {
	defer f.lock()()
	f.followed = append(f.followed, o)
	if o.Preview {
		j.Kind = job.PreviewKind
	}
	j.ID, j.Workspace, j.CreatedBy, j.State, j.Revision = "following", by.Workspace.Name, by.Actor(), job.Queued, 1
	j.ExpiresAt = f.now().Add(time.Hour)
	if o.IdempotencyKey != "" {
		f.byKey[o.IdempotencyKey], f.jobByKey[o.IdempotencyKey] = o.Once, j.ID
	}
	if f.onSubmit != nil {
		f.onSubmit(&j)
	}
	f.jobs[j.ID] = j
	return j
}

func (f *fake) SetThrottle(_ context.Context, by auth.Caller, id string, rate *float64) (job.Job, error) {
	defer f.lock()()
	j, ok := f.jobs[id]
	if !ok || j.Workspace != by.Workspace.Name {
		return job.Job{}, job.ErrNotFound
	}
	j.Throttle = rate
	f.jobs[id] = j
	return j, nil
}

func (f *fake) OpenUse(context.Context, auth.Workspace) (used, most job.OpenJobs, err error) {
	defer f.lock()()
	return job.OpenJobs{Bulks: int64(len(f.jobs))}, job.OpenJobs{Bulks: 10, Singles: 100, Bytes: 1000}, f.err
}

func (f *fake) SigningKey(context.Context) ([]byte, error) {
	return []byte("the signing key of the tests"), nil
}

// Audit returns the entries that a test has put there, and keeps what was asked.
func (f *fake) Audit(_ context.Context, _ auth.Workspace, q auth.EntryQuery) (auth.EntryPage, error) {
	defer f.lock()()
	f.audited = append(f.audited, q)
	items, next, err := cut(f.entries, q.Cursor, q.Limit)
	return auth.EntryPage{Items: items, NextCursor: next}, cmp.Or(f.err, err)
}
