package pgtest

import (
	"context"
	"database/sql"
	"sync"
	"testing"
)

func TestAServerKeepsItsAddressAndDataOverARestart(t *testing.T) {
	s := Start(t)
	url := s.Database(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE kept AS SELECT 1 AS n"); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(testing.TB){"killed": s.Kill, "stopped": s.Stop} {
		if s.Pid() == 0 {
			t.Fatal("a server that runs has no process")
		}
		end(t)
		if err := db.Ping(); err == nil || s.Pid() != 0 {
			t.Fatalf("a server that was %s still answers", name)
		}
		s.Restart(t)
		if err := db.Ping(); err != nil {
			t.Error(err)
		}
	}
}

// TestAStalledServerAnswersNobody stalls a server while sessions begin: one
// that began meanwhile would go on.
func TestAStalledServerAnswersNobody(t *testing.T) {
	s := Start(t)
	db, err := sql.Open("pgx", s.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxIdleConns(0) // each call is a session of its own
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	defer callers.Wait()
	defer cancel()
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				_ = db.PingContext(ctx)
			}
		})
	}
	for range 20 {
		if err := s.Stall(); err != nil {
			t.Fatal(err)
		}
		for _, pid := range s.Processes() {
			if state, _ := stat(pid); state != "T" && state != "Z" {
				t.Errorf("process %d of a stalled server is in the state %q", pid, state)
			}
		}
		if err := s.Resume(); err != nil {
			t.Fatal(err)
		}
	}
}
