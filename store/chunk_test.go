package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/sqldb"
)

// started returns the lease of a resolved job over twenty customers of Acme.
func started(t *testing.T, s *Store, condition string) (job.Lease, *model.Model, auth.Workspace) {
	t.Helper()
	desk, ws := fillWithAcme(t, s)
	f, faults := filter.New([]byte(condition), desk, filter.Native)
	p, more := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{})
	if faults != nil || more != nil {
		t.Fatal(faults, more)
	}
	_, _, err := s.Submit(t.Context(), auth.Caller{Workspace: ws}, job.Submission{Kind: job.Bulk, Model: desk, Filter: f, Patch: p})
	must(t, err)
	wakeUps, err := s.Bulks(t.Context(), 1)
	must(t, err)
	l, err := s.Claim(t.Context(), wakeUps[0])
	must(t, err)
	_, err = s.Resolve(t.Context(), l)
	must(t, err)
	return l, desk, ws
}

// conditions returns a filter of n conditions, all true for customers of Acme.
func conditions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `, {"organization": {"$not": {"$contains": "n%d"}}}`, i)
	}
	return `{"$and": [{"organization": {"$contains": "acme"}}` + b.String() + `]}`
}

// TestTheWriterEvaluatesNoCostlyFilter records the statements that chunks run
// while others wait for the writer. None contains the filter, not even after
// somebody else has written in between.
func TestTheWriterEvaluatesNoCostlyFilter(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	l, _, _ := started(t, s, conditions(999))
	seen := map[string]statement{}
	s.db.Writer = recorder{s.db.Writer, seen}
	chunks := s.Chunks(l)
	defer chunks.Close()
	for done := false; !done; {
		must(t, s.Heartbeat(t.Context(), l, ""))
		step, err := chunks.Next(t.Context(), 5)
		must(t, err)
		done = step.Done
	}
	updates := 0
	for text, st := range seen {
		if strings.Contains(text, "organization") || len(st.args) > 30 {
			t.Errorf("the writer ran %.300s", text)
		}
		if strings.HasPrefix(text, "UPDATE c_desk") {
			updates++
		}
	}
	if updates == 0 {
		t.Error("no update was seen")
	}
}

// TestWhatIsReadAheadIsComparedByVersion changes records between the read and
// the write: versions are compared only if somebody else has written, and only
// changed records are read again.
func TestWhatIsReadAheadIsComparedByVersion(t *testing.T) {
	s, path := openTemp(t)
	defer s.Close()
	l, desk, ws := started(t, s, `{"organization": "Acme"}`)
	w := s.Chunks(l).(*chunks)
	w.early = true
	defer w.Close()
	next := func(between func()) map[string]statement { return applyAhead(t, w, between) }
	next(func() {}) // learns of other processes
	next(func() {}) // was read before that
	if ran := next(func() {}); reads(ran) != 0 {
		t.Errorf("nobody has written, and yet the chunk read customers: %v", ran)
	}
	ran := next(func() {
		importOne(t, s, desk, ws, `{"id": 13, "organization": "Other"}`)
		importOne(t, s, desk, ws, `{"id": 14, "jobTitle": "Former"}`)
		must(t, s.DeleteRecord(t.Context(), auth.Caller{Workspace: ws}, desk, int64(15), nil))
	})
	if n := reads(ran); n != 3 { // versions, changed records that match, and the versions of those that do not
		t.Errorf("customers were read %d times: %v", n, ran)
	}
	next(func() { // another process
		other, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
		must(t, err)
		defer other.Close()
		_, err = other.Exec(`UPDATE c_desk SET "f_organization" = 'Other', version = version + 1 WHERE id = 17`)
		must(t, err)
	})
	page, err := s.Results(t.Context(), ws, l.JobID, job.ResultQuery{Limit: 20})
	must(t, err)
	checkOutcomes(t, page.Items, map[int]string{13: "skipped no_longer_matches", 14: `updated "Former"`, 15: "skipped not_found", 17: "skipped no_longer_matches"})
}

// applyAhead applies a chunk of four records. It calls between after the chunk
// was read, and returns the statements that ran after that.
func applyAhead(t *testing.T, w *chunks, between func()) map[string]statement {
	t.Helper()
	w.pace = pace{records: 1000} // whatever the last one took
	c, err := w.take(t.Context(), 4)
	must(t, err)
	between()
	seen := map[string]statement{}
	plain := w.s.db.Writer
	w.s.db.Writer = recorder{plain, seen}
	defer func() { w.s.db.Writer = plain }()
	_, _, err = w.apply(t.Context(), c, 4)
	must(t, err)
	return seen
}

// importOne imports one record.
func importOne(t *testing.T, s *Store, desk *model.Model, ws auth.Workspace, record string) {
	t.Helper()
	d, faults := desk.CheckDraft([]byte(record), model.Import)
	if faults != nil {
		t.Fatal(faults)
	}
	run, err := s.BeginImport(t.Context(), auth.Caller{Workspace: ws}, desk)
	must(t, err)
	_, err = s.Import(t.Context(), auth.Caller{Workspace: ws}, run, []model.Draft{d}, []int64{1})
	must(t, err)
}

// checkOutcomes compares the results of the records from id 1 on, which are
// updated unless want has another outcome.
func checkOutcomes(t *testing.T, items []job.Result, want map[int]string) {
	t.Helper()
	for i, r := range items {
		got := string(r.Outcome)
		if r.Error != nil {
			got += " " + r.Error.Code
		} else if from := string(r.Changed["jobTitle"].From); from != "null" {
			got += " " + from
		}
		if want := cmp.Or(want[i+1], "updated"); got != want {
			t.Errorf("the outcome of %s is %s, not %s", r.ID, got, want)
		}
	}
}

// reads counts the statements that read customers.
func reads(ran map[string]statement) (n int) {
	for text := range ran {
		if strings.HasPrefix(text, "SELECT") && strings.Contains(text, "c_desk") {
			n++
		}
	}
	return n
}

// refusing is a writer in which statements that begin with a text fail.
type refusing struct {
	sqldb.Writer
	text string
	err  error
	runs *int
}

func (r refusing) Do(ctx context.Context, n sqldb.Size, fn func(*sqldb.Tx) error) (*sqldb.Tx, error) {
	return r.Writer.Do(ctx, n, func(t *sqldb.Tx) error {
		t.Session = refusingSession{t.Session, r}
		return fn(t)
	})
}

type refusingSession struct {
	sqldb.Session
	r refusing
}

func (s refusingSession) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if strings.HasPrefix(text, s.r.text) {
		*s.r.runs++
		return nil, s.r.err
	}
	return s.Session.ExecContext(ctx, text, args...)
}

// A refusedUpdate is an error with which a database refuses to update records.
type refusedUpdate struct {
	err  error
	code string // of the records' failure; "" where the fault is the store's
}

func sqliteErr(code int) error      { return sqlite3.Error{Code: sqlite3.ErrNo(code)} }
func postgresErr(code string) error { return &pgconn.PgError{Code: code} }

var sqliteRefusedUpdates = map[string]refusedUpdate{
	"too big":                   {sqliteErr(18), sqldb.CodeTooLarge},
	"a constraint":              {sqliteErr(19), sqldb.CodeConstraint},
	"a chunk's time limit":      {errors.Join(sqldb.ErrTooSlow, sqliteErr(9)), sqldb.CodeTooSlow},
	"no memory for a small one": {sqliteErr(7), ""},
	"busy":                      {sqliteErr(5), ""},
	"something new":             {sqliteErr(1), ""},
}

var postgresRefusedUpdates = map[string]refusedUpdate{
	"stack depth":                       {postgresErr("54001"), sqldb.CodeTooComplex},
	"a program's limit":                 {postgresErr("54000"), sqldb.CodeTooLarge},
	"out of range":                      {postgresErr("22003"), sqldb.CodeConstraint},
	"a server without memory":           {postgresErr("53200"), ""},
	"a lock":                            {postgresErr("55P03"), ""},
	"what an operator has ended":        {postgresErr("57014"), ""},
	"a server's inner error":            {postgresErr("XX000"), ""},
	"a text beyond what an alloc takes": {&pgconn.PgError{Code: "XX000", Routine: "repalloc"}, sqldb.CodeTooLarge},
}

// TestFaultsInTheDataFailRecords lets the database refuse every update. A fault
// in the data fails each record with its reason, in a bulk job and in a single.
// Any other error fails no record.
func TestFaultsInTheDataFailRecords(t *testing.T) {
	t.Parallel()
	for name, tt := range sqliteRefusedUpdates {
		t.Run(name, func(t *testing.T) { tt.check(t, "sqlite://"+filepath.Join(t.TempDir(), "refusing.db")) })
	}
	template := withTables(t, pgtest.Database(t))
	for name, tt := range postgresRefusedUpdates {
		t.Run(name, func(t *testing.T) { tt.check(t, pgtest.Copy(t, template)) })
	}
}

func (tt refusedUpdate) check(t *testing.T, address string) {
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	defer s.Close()
	l, desk, ws := started(t, s, `{"organization": "Acme"}`)
	p, _ := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{Single: true})
	single, _, err := s.Submit(t.Context(), auth.Caller{Workspace: ws}, job.Submission{Kind: job.Single, Model: desk, RecordID: int64(1), Patch: p})
	must(t, err)
	runs := 0
	s.db.Writer = refusing{s.db.Writer, "UPDATE c_desk", tt.err, &runs}
	tried := failAll(t, s, l)
	if want := tt.code != ""; want != (tried.Failed == 20) || tried.Tried() != tried.Failed {
		t.Errorf("%+v after %d updates", tried, runs)
	}
	if tt.code == sqldb.CodeTooSlow {
		return // a single has no such limit on SQLite
	}
	wakeUps, err := s.Singles(t.Context(), 1)
	must(t, err)
	err = s.ApplySingle(t.Context(), wakeUps[0])
	j, readErr := s.Job(t.Context(), ws, single.ID)
	must(t, readErr)
	if tt.code == "" {
		if err == nil || j.State != job.Queued {
			t.Errorf("the single is %s, %v", j.State, err)
		}
		return
	}
	if err != nil || j.State != job.Failed || j.ErrorSummary[0].Code != tt.code || j.ErrorSummary[0].Title == "" {
		t.Errorf("the single is %s with %+v, %v", j.State, j.ErrorSummary, err)
	}
}

// TestAStoreThatIsSlowForAllFailsNoRecord lets even the statement that records a
// failure reach the time limit of a chunk.
func TestAStoreThatIsSlowForAllFailsNoRecord(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	l, _, ws := started(t, s, `{"organization": "Acme"}`)
	runs := 0
	s.db.Writer = refusing{s.db.Writer, "INSERT INTO changes", errors.Join(sqldb.ErrTooSlow, context.DeadlineExceeded), &runs}
	chunks := s.Chunks(l)
	defer chunks.Close()
	err := job.ErrRefused
	for errors.Is(err, job.ErrRefused) {
		_, err = chunks.Next(t.Context(), 10)
	}
	if !errors.Is(err, job.ErrUnavailable) {
		t.Errorf("the error is %v", err)
	}
	j, err := s.Job(t.Context(), ws, l.JobID)
	if must(t, err); j.Tried() != 0 || runs == 0 {
		t.Errorf("%+v after %d tries", j.Tally, runs)
	}
}

// failAll works on a lease until the job is done or an error lies in the store
// itself.
func failAll(t *testing.T, s *Store, l job.Lease) (last job.Tally) {
	t.Helper()
	chunks := s.Chunks(l)
	defer chunks.Close()
	for range 200 {
		step, err := chunks.Next(t.Context(), 10)
		switch {
		case errors.Is(err, job.ErrRefused):
			continue
		case err != nil || step.Done:
			return step.Tally
		}
		last = step.Tally
	}
	t.Fatal("the job never ends")
	return last
}
