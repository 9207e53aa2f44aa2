package store

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/sqldb"
)

// TestReads runs each test on a database of each kind without rows.
func TestReads(t *testing.T) {
	server := pgtest.Start(t)
	template := withTables(t, server.Database(t))
	for name, test := range map[string]func(*testing.T, *Store){
		"no class takes what another needs":      noClassTakesWhatAnotherNeeds,
		"a search ends in the database":          searchEndsInTheDatabase,
		"a session with an ended statement ends": aSessionWithAnEndedStatementIsGivenUp,
		"a search without a turn ends":           searchWithoutATurnEnds,
		"a cancel ends the statement":            cancelEndsTheStatement,
		"progress shows and only grows":          progressShowsAndOnlyGrows,
		"what is looked up waits for no search":  lookUpsWaitForNoSearch,
		"a job without a turn says so":           jobWithoutATurnSaysSo,
		"a history reads what it shows":          historyReadsWhatItShows,
		"a preview of one record reads that one": previewOfOneReadsOne,
		"ids are kept as strings":                idsAreKeptAsStrings,
		"a walk cuts what is slow":               walkCutsWhatIsSlow,
		"a filter is too much for one record":    tooMuchForOneRecord,
	} {
		for kind, address := range map[string]func(testing.TB) string{
			"SQLite":     func(tb testing.TB) string { return "sqlite://" + filepath.Join(tb.TempDir(), "reads.db") },
			"PostgreSQL": func(tb testing.TB) string { return server.Copy(tb, template) },
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				s, err := Open(t.Context(), address(t), Options{Models: model.Shipped()})
				must(t, err)
				defer s.Close()
				must(t, s.Migrate(t.Context()))
				test(t, s)
			})
		}
	}
}

// noClassTakesWhatAnotherNeeds has one workspace ask for more searches and
// resolving than it may have. Another workspace can still search and resolve, and
// keys can be looked up.
func noClassTakesWhatAnotherNeeds(t *testing.T, s *Store) {
	ctx, stop := context.WithCancel(t.Context())
	const many = 10
	reading := make(chan struct{}, 2*many)
	stay := func(*sqlx.Tx) error {
		reading <- struct{}{}
		<-ctx.Done()
		return nil
	}
	ended := make(chan error)
	for range many {
		go func() {
			ended <- s.inSearch(ctx, 1, func(_ context.Context, t *sqlx.Tx) error { return stay(t) })
		}()
		go func() {
			leave, err := s.resolving.Acquire(ctx, 1)
			if err == nil {
				defer leave()
				err = s.inWork(ctx, stay)
			}
			ended <- err
		}()
	}
	for range s.searching.Share + s.resolving.Share {
		<-reading
	}
	short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	nothing := func(*sqlx.Tx) error { return nil }
	must(t, s.Ping(short))
	_, err := s.Keys(short)
	must(t, err)
	must(t, s.inSearch(short, 2, func(context.Context, *sqlx.Tx) error { return nil }))
	must(t, s.inResolving(short, job.Lease{Ref: job.Ref{Workspace: 2}}, func(context.Context, *sqlx.Tx, func(float64)) error { return nil }))
	if err := s.inResolving(short, job.Lease{Ref: job.Ref{Workspace: 1}}, nil); !errors.Is(err, job.ErrResolvingFull) {
		t.Errorf("one job too many is resolved: %v", err)
	}
	must(t, s.inWork(short, nothing))
	stop()
	for range 2 * many {
		<-ended
	}
}

// fill takes all places of a workspace.
func fill(t *testing.T, g *sqldb.FairSemaphore, ws int64) (leave func()) {
	t.Helper()
	var leaves []func()
	for range g.Share {
		leave, err := g.Acquire(t.Context(), ws)
		must(t, err)
		leaves = append(leaves, leave)
	}
	return func() {
		for _, leave := range leaves {
			leave()
		}
	}
}

// lookUpsWaitForNoSearch has a workspace search as much as it may: what it
// searches besides ends when the time is up, and what needs little is answered.
func lookUpsWaitForNoSearch(t *testing.T, s *Store) {
	ctx := t.Context()
	l := leased(t, s)
	_, err := s.Resolve(ctx, l)
	must(t, err)
	ws, all := l.Owner, filter.All(l.Model)
	single := job.Submission{Kind: job.Single, Model: l.Model, RecordID: int64(1), Patch: l.Patch}
	j, _, err := s.Submit(ctx, auth.Caller{Workspace: ws}, single)
	must(t, err)
	wakeUps, err := s.Singles(ctx, 1)
	must(t, err)

	s.searchLimit = 10 * time.Millisecond
	defer fill(t, s.searching, ws.ID)()
	for name, search := range map[string]func() error{
		"a list": func() error { _, err := s.Records(ctx, ws, l.Model, filter.Query{Filter: all, Limit: 1}); return err },
		"a count": func() error {
			_, err := s.Records(ctx, ws, l.Model, filter.Query{Filter: all, Limit: 1, Count: true})
			return err
		},
		"an export": func() error { return s.Scan(ctx, ws, l.Model, all, nil) },
		"a preview": func() error { _, err := s.Preview(ctx, auth.Caller{Workspace: ws}, single); return err },
		"jobs":      func() error { _, err := s.Jobs(ctx, ws, job.Query{Limit: 1}); return err },
		"results":   func() error { _, err := s.Results(ctx, ws, l.JobID, job.ResultQuery{Limit: 1}); return err },
		"a history": func() error { _, _, err := s.History(ctx, ws, l.Model, int64(1), 1, ""); return err },
	} {
		if err := search(); !errors.Is(err, job.ErrQueryTimeout) {
			t.Errorf("%s ended with %v", name, err)
		}
	}
	_, err = s.Record(ctx, ws, l.Model, int64(1))
	must(t, err)
	must(t, s.ApplySingle(ctx, wakeUps[0]))
	if j, err = s.Job(ctx, ws, j.ID); err != nil || j.State != job.Succeeded {
		t.Errorf("the single is %s, %v", j.State, err)
	}
	page, err := s.Results(ctx, ws, j.ID, job.ResultQuery{Limit: 1})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("its result: %+v, %v", page, err)
	}
	oneChunk(t, s, l)
}

func oneChunk(t *testing.T, s *Store, l job.Lease) {
	t.Helper()
	_, err := s.ApplyChunk(t.Context(), l, 20)
	must(t, err)
}

// jobWithoutATurnSaysSo has a workspace resolve as many jobs as it may. One more
// job gives its shard back with a wait reason, and is resolved later.
func jobWithoutATurnSaysSo(t *testing.T, s *Store) {
	ctx := t.Context()
	l := leased(t, s)
	leave := fill(t, s.resolving, l.Workspace)
	if _, err := s.Resolve(ctx, l); !errors.Is(err, job.ErrResolvingFull) {
		t.Fatalf("it ended with %v", err)
	}
	must(t, s.Yield(ctx, l, 0, job.WaitResolve))
	waits := func(want string) {
		t.Helper()
		if j, err := s.Job(ctx, l.Owner, l.JobID); err != nil || j.WaitReason != want || j.Resumes != 0 {
			t.Errorf("it waits for %q, with %d resumes, %v", j.WaitReason, j.Resumes, err)
		}
	}
	waits(job.WaitResolve)
	leave()
	wakeUps, err := s.Bulks(ctx, 1)
	must(t, err)
	must(t, s.Sent(ctx, wakeUps))
	l, err = s.Claim(ctx, wakeUps[0])
	must(t, err)
	must(t, s.Heartbeat(ctx, l, ""))
	waits(job.WaitResolve)
	_, err = s.Resolve(ctx, l)
	must(t, err)
	waits("")
}

// previewOfOneReadsOne asks where a preview of one record looks for it.
func previewOfOneReadsOne(t *testing.T, s *Store) {
	desk, ws := fillWithAcme(t, s)
	must(t, s.inSnapshot(t.Context(), func(db *sqlx.Tx) error {
		one, err := rangesOf(t.Context(), s.db.Dialect, db, choice{ws: ws.ID, model: desk, id: int64(5)})
		must(t, err)
		none, err := rangesOf(t.Context(), s.db.Dialect, db, choice{ws: ws.ID, model: desk, id: int64(500)})
		must(t, err)
		if len(one) != 1 || one[0].size() != 1 || len(none) != 0 {
			t.Errorf("it looks at %v, and for one that is not there at %v", one, none)
		}
		return nil
	}))
}

// historyReadsWhatItShows looks for the history of a record in a job that
// changed others, much, and in one that changed it.
func historyReadsWhatItShows(t *testing.T, s *Store) {
	ctx := t.Context()
	desk, ws := fillWithAcme(t, s)
	run := func(filter string) {
		t.Helper()
		l := leaseOf(ctx, t, s, desk, ws, filter)
		_, err := s.Resolve(ctx, l)
		must(t, err)
		oneChunk(t, s, l)
		must(t, s.Finish(ctx, l.Ref))
	}
	run(`{"id": {"$nin": [5]}}`)
	run(`{"id": 5}`)
	must(t, s.inTx(ctx, func(tx *tx) error {
		much := strings.Repeat("x", 8<<20)
		must(t, tx.Run(`UPDATE jobs SET change = ? WHERE num = 1`, much))
		return tx.Run(`UPDATE changes SET former = ? WHERE job = 1`, []byte(`{"jobTitle": {"all": "`+much+`"}}`))
	}))
	must(t, s.inSnapshot(ctx, func(db *sqlx.Tx) error {
		var rid int64
		must(t, db.Get(&rid, `SELECT rid FROM c_desk WHERE id = 5`))
		h := historian{snapshotReader: snapshotReader{ctx, db, s.db.Dialect}, ws: ws.ID, m: desk, rid: rid}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		items, _, err := h.page(100, 10)
		runtime.ReadMemStats(&after)
		if err != nil || len(items) != 1 || h.read > 1000 || after.TotalAlloc-before.TotalAlloc > 4<<20 {
			t.Errorf("%d jobs, for which %d bytes were read and %d taken, %v", len(items), h.read, after.TotalAlloc-before.TotalAlloc, err)
		}
		return nil
	}))
}

// endlessQuery is a query that no database ever answers.
const endlessQuery = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT COUNT(*) FROM n`

// searchEndsInTheDatabase looks for what still runs, and
// for whether the connections can be used again.
func searchEndsInTheDatabase(t *testing.T, s *Store) {
	s.searchLimit = 50 * time.Millisecond
	for range 2 * s.db.Sizes.Searches {
		if err := s.inSearch(t.Context(), 1, readForever); !errors.Is(err, job.ErrQueryTimeout) || errors.Is(err, job.ErrUnavailable) {
			t.Fatalf("it ended with %v", err)
		}
		nothingRuns(t, s)
	}
	s.searchLimit = time.Minute
	ctx, leave := context.WithCancel(t.Context())
	err := s.inSearch(ctx, 1, func(bounded context.Context, db *sqlx.Tx) error {
		leave() // the caller does
		return readForever(bounded, db)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("its caller left, and it ended with %v", err)
	}
	nothingRuns(t, s)
	must(t, s.inSearch(t.Context(), 1, func(ctx context.Context, db *sqlx.Tx) error {
		var n int
		return db.GetContext(ctx, &n, `SELECT 1`)
	}))
}

// aSessionWithAnEndedStatementIsGivenUp makes sure that no other call meets the
// request to end that statement, which may come late.
func aSessionWithAnEndedStatementIsGivenUp(t *testing.T, s *Store) {
	if s.db.Dialect != sqldb.PostgreSQL {
		return
	}
	session := func(conn *sqlx.Conn) (pid int) {
		must(t, conn.GetContext(t.Context(), &pid, `SELECT pg_backend_pid()`))
		return pid
	}
	conn, err := s.db.Searches.Connx(t.Context())
	must(t, err)
	hit := session(conn)
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer leave()
	if _, err := conn.ExecContext(ctx, `SELECT pg_sleep(60)`); err == nil {
		t.Error("the statement was not ended")
	}
	must(t, conn.Close())
	for range s.db.Sizes.Searches {
		conn, err := s.db.Searches.Connx(t.Context())
		must(t, err)
		defer conn.Close()
		if session(conn) == hit {
			t.Error("its session is used again")
		}
	}
}

// searchWithoutATurnEnds keeps the workspace's places.
func searchWithoutATurnEnds(t *testing.T, s *Store) {
	s.searchLimit = 20 * time.Millisecond
	defer fill(t, s.searching, 1)()
	err := s.inSearch(t.Context(), 1, func(context.Context, *sqlx.Tx) error { return nil })
	if !errors.Is(err, job.ErrQueryTimeout) {
		t.Errorf("it ended with %v", err)
	}
}

// nothingRuns makes sure that no search is left behind: on a server no
// statement, and of the pool no connection.
func nothingRuns(t *testing.T, s *Store) {
	t.Helper()
	if n := s.db.Searches.Stats().InUse; n > 0 {
		t.Errorf("%d connections are in use", n)
	}
	if s.db.Dialect != sqldb.PostgreSQL {
		return
	}
	var active int
	must(t, s.db.Lookups.Get(&active, `SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH RECURSIVE n%'`))
	if active > 0 {
		t.Errorf("%d statements still run", active)
	}
}
