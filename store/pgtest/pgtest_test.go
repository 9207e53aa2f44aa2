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
	s.Kill(t)
	if err := db.Ping(); err == nil {
		t.Fatal("a server that was killed still answers")
	}
	s.Restart(t)
	if err := db.Ping(); err != nil {
		t.Error(err)
	}
}
