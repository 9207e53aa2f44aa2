//go:build !race

package main

import (
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// A siteKind is what the walks of a file find.
type siteKind string

const (
	emptySite siteKind = "empty" // as the first start leaves it
	fullSite  siteKind = "full"  // as fillSite leaves it
	bigSite   siteKind = "big"   // 100,000 stores, of which 12 have no region
	downSite  siteKind = "down"  // a full site whose workers and Redis have gone
)

// fillings makes a site of each kind, in a file that does not exist yet.
var fillings = map[siteKind]func(t *testing.T, file string) site{
	emptySite: firstStart,
	fullSite:  fillSite,
	bigSite:   fillBigSite,
	downSite:  fillDownSite,
}

// A site tells walks where their installation is, and what it holds.
type site struct {
	Base    string            `json:"base"`
	Keys    map[string]string `json:"keys"`    // secrets, by the names of the keys
	Jobs    map[string]string `json:"jobs"`    // ids, by what the jobs show
	Records map[string]string `json:"records"` // ids of stores, by what is hard about them

	file string // the database of the stopped program
	down bool   // only the API runs, without Redis
}

// firstStart returns a site whose program was started for the first time, and stopped.
func firstStart(t *testing.T, file string) site {
	t.Helper()
	s := site{Keys: map[string]string{}, Jobs: map[string]string{}, Records: map[string]string{}, file: file}
	p := s.start(t)
	s.Keys["admin"] = p.firstKey
	p.stop(t)
	return s
}

// start starts the program on the site.
func (s site) start(t *testing.T) *process {
	t.Helper()
	part, redis := "serve", "embedded"
	if s.down {
		part, redis = "api", "redis://127.0.0.1:1"
	}
	return start(t, part, "--addr", "127.0.0.1:0", "--db", "sqlite://"+s.file, "--redis", redis,
		"--models", filepath.Join("testdata", "browser", "models"), "--shutdown-delay", "0s", "--log-level", "warn",
		"--webhook-allow", "127.0.0.1")
}

// again starts the program on a copy of the site.
func (s site) again(t *testing.T) site {
	t.Helper()
	s.file = s.copy(t, filepath.Join(t.TempDir(), "site.db"))
	s.Base = s.start(t).base
	return s
}

// copy copies the database of the site to a file.
func (s site) copy(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// rewrite changes rows of the stopped site, to make in a moment what takes hours or
// millions of records to come about.
func (s site) rewrite(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite3", s.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// fillDownSite returns a full site whose only worker was killed ten minutes ago, when
// it had the running job. Redis is gone as well.
func fillDownSite(t *testing.T, file string) site {
	t.Helper()
	s := fillSite(t, file)
	s.down, s.Jobs = true, maps.Clone(s.Jobs)
	s.Jobs["stalled"] = s.Jobs["running"]
	delete(s.Jobs, "running")
	s.rewrite(t, `UPDATE shards SET held = 1, beat_at = beat_at - 600000000 WHERE open = 1 AND job = (SELECT num FROM jobs WHERE id = ?)`, s.Jobs["stalled"])
	return s
}
