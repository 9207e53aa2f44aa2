package store

import (
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
)

// started is a job over twenty customers of Acme, resolved.
func started(t *testing.T, s *Store, condition string) (job.Lease, *model.Model, auth.Workspace) {
	t.Helper()
	desk, ws := fillWithAcme(t, s)
	f, faults := filter.New([]byte(condition), desk, filter.Native)
	p, more := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{})
	if faults != nil || more != nil {
		t.Fatal(faults, more)
	}
	_, _, err := s.Submit(t.Context(), job.Submission{Kind: job.Bulk, Workspace: ws, Model: desk, Filter: f, Patch: p})
	must(t, err)
	wakeUps, err := s.Bulks(t.Context(), 1)
	must(t, err)
	l, err := s.Claim(t.Context(), wakeUps[0])
	must(t, err)
	_, err = s.Resolve(t.Context(), l)
	must(t, err)
	return l, desk, ws
}

// conditions is a filter of so many, all true for customers of Acme.
func conditions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `, {"organization": {"$not": {"$contains": "n%d"}}}`, i)
	}
	return `{"$and": [{"organization": {"$contains": "acme"}}` + b.String() + `]}`
}

// TestTheWriterEvaluatesNoCostlyFilter records what chunks run while others
// wait for the writer: the filter is in none of it, not even where somebody has
// written in between.
func TestTheWriterEvaluatesNoCostlyFilter(t *testing.T) {
	s, _ := openWriter(t)
	defer s.Close()
	l, _, _ := started(t, s, conditions(999))
	seen := map[string]Statement{}
	s.write = recorder{s.write, seen}
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
		if strings.Contains(text, "organization") || len(st.Args) > 30 {
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
// the write: only if somebody has written is anything compared, and only what
// has changed is read again.
func TestWhatIsReadAheadIsComparedByVersion(t *testing.T) {
	s, path := openWriter(t)
	defer s.Close()
	l, desk, ws := started(t, s, `{"organization": "Acme"}`)
	seen := map[string]Statement{}
	w := s.Chunks(l).(*chunks)
	w.early = true
	defer w.Close()
	next := func(between func()) (read int, ran map[string]Statement) {
		t.Helper()
		w.pace = pace{records: 1000} // whatever the last one took
		c, err := w.take(t.Context(), 4)
		must(t, err)
		between()
		clear(seen)
		plain := s.write
		s.write = recorder{plain, seen}
		defer func() { s.write = plain }()
		_, c, err = w.apply(t.Context(), c, 4)
		must(t, err)
		return len(c.selected), seen
	}
	next(func() {}) // learns of other processes
	next(func() {}) // was asked for before that
	if _, ran := next(func() {}); reads(ran) != 0 {
		t.Errorf("nobody has written, and yet the chunk read customers: %v", ran)
	}
	edit := func(id int, fields string) {
		d, faults := desk.CheckDraft([]byte(fmt.Sprintf(`{"id": %d, %s}`, id, fields)), model.Import)
		if faults != nil {
			t.Fatal(faults)
		}
		run, err := s.BeginImport(t.Context(), ws, desk)
		must(t, err)
		_, err = s.Import(t.Context(), run, []model.Draft{d}, []int64{1})
		must(t, err)
	}
	_, ran := next(func() {
		edit(13, `"organization": "Other"`)
		edit(14, `"jobTitle": "Former"`)
		must(t, s.DeleteRecord(t.Context(), ws, desk, int64(15)))
	})
	if n := reads(ran); n != 3 { // versions, those that match of what changed, and of the others those that are there
		t.Errorf("customers were read %d times: %v", n, ran)
	}
	next(func() { // another process
		other, err := sql.Open("sqlite3", sqliteFile(path)+"?_busy_timeout=5000")
		must(t, err)
		defer other.Close()
		_, err = other.Exec(`UPDATE c_desk SET "f_organization" = 'Other', version = version + 1 WHERE id = 17`)
		must(t, err)
	})
	page, err := s.Results(t.Context(), ws, l.JobID, job.ResultQuery{Limit: 20})
	must(t, err)
	for i, r := range page.Items {
		want := map[int]string{13: "skipped no_longer_matches", 14: `updated "Former"`, 15: "skipped not_found", 17: "skipped no_longer_matches"}[i+1]
		got := string(r.Outcome)
		if r.Error != nil {
			got += " " + r.Error.Code
		} else if from := string(r.Changed["jobTitle"].From); from != "null" {
			got += " " + from
		}
		if want == "" {
			want = "updated"
		}
		if got != want {
			t.Errorf("the outcome of %s is %s, not %s", r.ID, got, want)
		}
	}
}

// reads counts the statements that read customers.
func reads(ran map[string]Statement) (n int) {
	for text := range ran {
		if strings.HasPrefix(text, "SELECT") && strings.Contains(text, "c_desk") {
			n++
		}
	}
	return n
}

// refusing is a writer in which statements of one kind fail.
type refusing struct {
	writer
	text string // how they begin
	err  error
	runs *int
}

func (r refusing) Do(ctx context.Context, n Size, fn func(*tx) error) (*tx, error) {
	return r.writer.Do(ctx, n, func(t *tx) error {
		t.Session = refusingSession{t.Session, r}
		return fn(t)
	})
}

type refusingSession struct {
	Session
	r refusing
}

func (s refusingSession) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if strings.HasPrefix(text, s.r.text) {
		*s.r.runs++
		return nil, s.r.err
	}
	return s.Session.ExecContext(ctx, text, args...)
}

// TestFaultsInTheDataFailRecords lets the database refuse whatever is written:
// what lies in the data ends as each record's failure with its reason, of many
// and of one, and everything else leaves them alone.
func TestFaultsInTheDataFailRecords(t *testing.T) {
	lite := func(code int) error { return sqlite3.Error{Code: sqlite3.ErrNo(code)} }
	pg := func(code string) error { return &pgconn.PgError{Code: code} }
	tests := map[string]struct {
		err      error
		code     string // of the records' failure, "" where the fault is the store's
		postgres bool
	}{
		"too big":                           {lite(18), CodeTooLarge, false},
		"a constraint":                      {lite(19), CodeConstraint, false},
		"a chunk's time limit":              {errors.Join(ErrTooSlow, lite(9)), CodeTooSlow, false},
		"no memory for a small one":         {lite(7), "", false},
		"busy":                              {lite(5), "", false},
		"something new":                     {lite(1), "", false},
		"stack depth":                       {pg("54001"), CodeTooComplex, true},
		"a program's limit":                 {pg("54000"), CodeTooLarge, true},
		"out of range":                      {pg("22003"), CodeConstraint, true},
		"a server without memory":           {pg("53200"), "", true},
		"a lock":                            {pg("55P03"), "", true},
		"what an operator has ended":        {pg("57014"), "", true},
		"a server's inner error":            {pg("XX000"), "", true},
		"a text beyond what an alloc takes": {&pgconn.PgError{Code: "XX000", Routine: "repalloc"}, CodeTooLarge, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			address := "sqlite://" + filepath.Join(t.TempDir(), "refusing.db")
			if tt.postgres {
				address = pgtest.Database(t)
			}
			s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
			must(t, err)
			defer s.Close()
			l, desk, ws := started(t, s, `{"organization": "Acme"}`)
			p, _ := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{Single: true})
			single, _, err := s.Submit(t.Context(), job.Submission{Kind: job.Single, Workspace: ws, Model: desk, RecordID: int64(1), Patch: p})
			must(t, err)
			runs := 0
			s.write = refusing{s.write, "UPDATE c_desk", tt.err, &runs}
			tried := failAll(t, s, l)
			if want := tt.code != ""; want != (tried.Failed == 20) || tried.Tried() != tried.Failed {
				t.Errorf("%+v after %d updates", tried, runs)
			}
			if tt.code == CodeTooSlow {
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
		})
	}
}

// TestAStoreThatIsSlowForAllFailsNoRecord lets even the note that a record
// failed reach the time limit of a chunk.
func TestAStoreThatIsSlowForAllFailsNoRecord(t *testing.T) {
	s, _ := openWriter(t)
	defer s.Close()
	l, _, ws := started(t, s, `{"organization": "Acme"}`)
	runs := 0
	s.write = refusing{s.write, "INSERT INTO changes", errors.Join(ErrTooSlow, context.DeadlineExceeded), &runs}
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

// failAll works on a lease as long as the store does not say that the fault is
// its own.
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
