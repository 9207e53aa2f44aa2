package store_test

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"

	"bulkpatch/job"
	"bulkpatch/model/table"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// faults say which call of the writing connection fails, counted since they were
// armed, and whether all later calls fail too, as when the process has died.
type faults struct {
	mu      sync.Mutex
	armed   bool
	failOn  int
	crash   bool
	err     error // the fault
	calls   int
	tripped bool
}

// hit counts a call and returns the error with which it has to fail.
func (f *faults) hit() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return nil
	}
	f.calls++
	if f.calls == f.failOn || f.crash && f.calls > f.failOn {
		f.tripped = true
		return f.err
	}
	return nil
}

func (f *faults) set(armed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = armed
}

// fail arms the faults anew, for the nth call from now on.
func (f *faults) fail(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.failOn, f.calls, f.tripped = true, n, 0, false
}

// TestAFaultAtAnyStatementInSQLite fails each seventh statement. Without the
// race detector, which makes this slow, [TestAFaultAtEachStatementInSQLite] fails
// all.
func TestAFaultAtAnyStatementInSQLite(t *testing.T) {
	t.Parallel()
	failEach(t, 7, inSQLite)
}

func inSQLite(t *testing.T) place {
	return place{
		address: sqliteWithTables(t),
		fault:   sqlite3.Error{Code: sqlite3.ErrIoErr},
		driver:  func(f *faults) driver.Driver { return faultySQLite{f} },
	}
}

// A place is a database for a scenario, and how its driver fails.
type place struct {
	address string
	fault   error
	driver  func(*faults) driver.Driver
}

// failEach runs the same jobs again and again and fails another statement each
// time, each stride-th one: once, as a disk may, and from then on, as a crash
// does, after which the database is opened anew. In the end everything must be as
// in the run that nothing disturbed.
func failEach(t *testing.T, stride int, at func(t *testing.T) place) {
	if testing.Short() {
		stride = 17
	}
	for name, crash := range map[string]bool{"one statement fails": false, "the process dies": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := newScenario(t, at(t), &faults{crash: crash}).run()
			for n := 1; ; n += stride {
				s := newScenario(t, at(t), &faults{failOn: n, crash: crash})
				got := s.run()
				if got != want {
					t.Fatalf("with a fault at call %d the end is\n%s\nand not\n%s", n, got, want)
				}
				if !s.faults.tripped {
					t.Logf("%d statements were made to fail", n-1)
					return
				}
			}
		})
	}
}

// A scenario is a bulk job, a single, a file job and an undo on a database with faults.
type scenario struct {
	*storetest.Kit
	t      *testing.T
	faults *faults
	place  place
	driver string
}

var drivers struct {
	sync.Mutex
	n int
}

func newScenario(t *testing.T, at place, f *faults) *scenario {
	f.err = at.fault
	s := &scenario{t: t, faults: f, place: at}
	drivers.Lock()
	drivers.n++
	s.driver = fmt.Sprintf("faulty-%d", drivers.n)
	drivers.Unlock()
	sql.Register(s.driver, at.driver(s.faults))
	s.Kit = storetest.NewKit(t, s.open)
	return s
}

func (s *scenario) open(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	db, err := store.OpenWith(tb.Context(), s.driver, s.place.address, o)
	fatal(tb, err)
	return db
}

// run runs the scenario and returns how everything ended.
func (s *scenario) run() string {
	s.t.Helper()
	s.Add(16, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "custom": {"a": %d}}`, i+1, i, i)
	})
	s.Add(1, func(int) string { return `{"id": 16, "domain": "taken.example"}` })
	sheet := s.Sheet("id,name,visits\n14,a,1\n99,b,2\n13,c,3\n15,d,x\n13,e,4\n16,f,15\n", table.Dialect{})
	s.faults.set(true)
	bulk := s.submit("bulk", s.Computing(s.Bulk(`{"visits": {"$lt": 12}}`, `{"score": 1.5, "custom": {"a": null, "b": 1}}`, job.Options{}), `{"visits": {"$inc": 1}}`))
	s.drive(bulk)
	for id, p := range s.All(`{"id": {"$lt": 13}}`) {
		if *p.Visits != p.ID {
			s.t.Errorf("visits of %s rose from %d to %d", id, p.ID-1, *p.Visits)
		}
	}
	refused := s.submit("refused", s.Bulk(`{"visits": {"$in": [1, 2]}}`, `{"domain": "taken.example"}`, job.Options{}))
	single := s.submit("single", s.Single(3, `{"name": "once"}`))
	s.drive(refused)
	s.drive(single)
	undo := s.undoOf(bulk)
	s.drive(undo)
	file := s.submit("file", s.Filling(sheet, job.Options{}, "id"))
	s.drive(file)
	s.faults.set(false)
	text := ""
	for _, id := range []string{bulk, refused, single, undo, file} {
		j := s.Read(id)
		text += fmt.Sprintln(j.Kind, j.State, *j.Matched, j.Tally, j.ErrorSummary)
		results := s.Outcomes(id, 5)
		for i := range 16 {
			r := results[fmt.Sprint(i+1)]
			text += fmt.Sprintln(" ", r.ID, r.Outcome, r.Changed, r.Error)
		}
		for _, line := range []string{"line 3", "line 4", "line 6"} {
			text += fmt.Sprintln(" ", results[line].Outcome, results[line].Error)
		}
	}
	people := s.All(`{}`)
	for i := range 16 {
		p := people[fmt.Sprint(i+1)]
		text += fmt.Sprintln(p.ID, p.Version, p.Name, *p.Visits, p.Score == nil, string(p.Custom))
	}
	fatal(s.t, s.Store.Close())
	return text
}

// mend is called after an error. It starts a process that has died again.
func (s *scenario) mend() {
	s.t.Helper()
	if !s.faults.crash {
		return
	}
	s.faults.set(false)
	s.Store.Close() // its error is that of the dead process
	s.Reopen(s.open)
}

func (s *scenario) submit(key string, sub job.Submission) string {
	s.t.Helper()
	sub.IdempotencyKey, sub.Fingerprint = key, key
	for {
		j, _, err := s.Submit(s.t.Context(), sub)
		if err == nil {
			return j.ID
		}
		s.mend()
	}
}

func (s *scenario) undoOf(id string) string {
	s.t.Helper()
	for {
		j, err := s.UndoJob(id)
		if err == nil {
			return j.ID
		}
		s.mend()
	}
}

// drive works until the job is final, as relays, workers and sweeps would.
func (s *scenario) drive(id string) {
	s.t.Helper()
	for range 1000 {
		if s.Read(id).State.Final() {
			return
		}
		if err := s.step(); err != nil {
			s.mend()
		}
	}
	s.t.Fatalf("job %s has not ended: %+v", id, s.Read(id))
}

// step does all work that is due, and redelivers the wake-ups of work without
// progress. It stops at the first error, as a process that dies does.
func (s *scenario) step() error {
	ctx := s.t.Context()
	liveness, _, err := s.Liveness(ctx, 0, 10)
	if err != nil {
		return err
	}
	for _, p := range liveness {
		if p.Idle {
			err = s.Finish(ctx, p.Ref)
		} else {
			err = s.Redeliver(ctx, []job.Liveness{p})
		}
		if err != nil {
			return err
		}
	}
	singles, err := s.Singles(ctx, 10)
	if err != nil {
		return err
	}
	bulks, err := s.Bulks(ctx, 10)
	if err != nil {
		return err
	}
	for _, r := range append(singles, bulks...) {
		if err := s.Sent(ctx, []job.WakeUp{r}); err != nil {
			return err
		}
		if err := s.work(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *scenario) work(r job.WakeUp) error {
	ctx := s.t.Context()
	if r.Single {
		return s.ApplySingle(ctx, r)
	}
	l, err := s.Claim(ctx, r)
	if err != nil {
		return err
	}
	if !l.Resolved {
		if _, err := s.Resolve(ctx, l); err != nil {
			return err
		}
	}
	chunks := s.Chunks(l)
	defer chunks.Close()
	for {
		step, err := chunks.Next(ctx, 5)
		switch {
		case err == job.ErrRefused:
			continue
		case err != nil:
			return err
		case step.Done:
			return s.Finish(ctx, l.Ref)
		}
	}
}
