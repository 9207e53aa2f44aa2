package pgtest

import (
	"database/sql"
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
