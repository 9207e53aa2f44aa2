package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestReads runs each test on an empty database of each kind.
func TestReads(t *testing.T) {
	server := pgtest.Start(t)
	for name, test := range map[string]func(*testing.T, *Store){
		"no class takes what another needs":   noClassTakesWhatAnotherNeeds,
		"a search ends in the database":       searchEndsInTheDatabase,
		"a search without a turn ends":        searchWithoutATurnEnds,
		"a cancel ends the statement":         cancelEndsTheStatement,
		"progress shows and only grows":       progressShowsAndOnlyGrows,
		"a walk cuts what is slow":            walkCutsWhatIsSlow,
		"a filter is too much for one record": tooMuchForOneRecord,
	} {
		for kind, address := range map[string]string{
			"SQLite":     "sqlite://" + filepath.Join(t.TempDir(), "reads.db"),
			"PostgreSQL": server.Database(t),
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
				must(t, err)
				defer s.Close()
				must(t, s.Migrate(t.Context()))
				test(t, s)
			})
		}
	}
}

// noClassTakesWhatAnotherNeeds has one workspace search and resolve
// as much as it may, and more: another one searches and resolves beside it, and
// keys are looked up.
func noClassTakesWhatAnotherNeeds(t *testing.T, s *Store) {
	ctx, stop := context.WithCancel(t.Context())
	reading := make(chan struct{})
	stay := func(*sqlx.Tx) error {
		reading <- struct{}{}
		<-ctx.Done()
		return nil
	}
	const many = 10
	ended := make(chan error)
	for range many {
		go func() {
			ended <- s.inSearch(ctx, 1, func(_ context.Context, t *sqlx.Tx) error { return stay(t) })
		}()
		go func() {
			leave, err := s.resolving.enter(ctx, 1)
			if err == nil {
				defer leave()
				err = s.inWork(ctx, stay)
			}
			ended <- err
		}()
	}
	for range s.searching.share + s.resolving.share {
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
	if err := s.inResolving(short, job.Lease{Ref: job.Ref{Workspace: 1}}, nil); !errors.Is(err, job.ErrNoTurn) {
		t.Errorf("one job too many is resolved: %v", err)
	}
	must(t, s.inWork(short, nothing))
	stop()
	for range 2 * many {
		<-ended
	}
}

// endlessQuery is a query that no database ever answers.
const endlessQuery = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT COUNT(*) FROM n`

// searchEndsInTheDatabase looks for what still runs, and
// for whether the connections can be used again.
func searchEndsInTheDatabase(t *testing.T, s *Store) {
	s.searchLimit = 50 * time.Millisecond
	for range 2 * s.sizes.searches {
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

// searchWithoutATurnEnds keeps the workspace's places.
func searchWithoutATurnEnds(t *testing.T, s *Store) {
	s.searchLimit = 20 * time.Millisecond
	for range s.searching.share {
		leave, err := s.searching.enter(t.Context(), 1)
		must(t, err)
		defer leave()
	}
	err := s.inSearch(t.Context(), 1, func(context.Context, *sqlx.Tx) error { return nil })
	if !errors.Is(err, job.ErrQueryTimeout) {
		t.Errorf("it ended with %v", err)
	}
}

// nothingRuns makes sure that no search is left behind: on a server no
// statement, and of the pool no connection.
func nothingRuns(t *testing.T, s *Store) {
	t.Helper()
	if n := s.searches.Stats().InUse; n > 0 {
		t.Errorf("%d connections are in use", n)
	}
	if s.d != postgresDialect {
		return
	}
	var active int
	must(t, s.read.Get(&active, `SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH RECURSIVE n%'`))
	if active > 0 {
		t.Errorf("%d statements still run", active)
	}
}
