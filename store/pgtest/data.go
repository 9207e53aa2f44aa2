package pgtest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var initdb = []string{"-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"}

// makeData creates the data folder of a new server. It copies an unused one from
// the user's cache if there is one, which is much faster than initdb.
func (s *Server) makeData(tb testing.TB) {
	tb.Helper()
	kept := s.kept()
	if _, err := os.Stat(kept); kept != "" && err == nil {
		run(tb, "cp", "-a", kept, s.data)
		return
	}
	run(tb, s.program("initdb", initdb...)...)
	if kept == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(kept), 0o700); err != nil {
		tb.Fatal(err)
	}
	half, err := os.MkdirTemp(filepath.Dir(kept), "half")
	if err != nil {
		tb.Fatal(err)
	}
	defer os.RemoveAll(half)
	whole := filepath.Join(half, "data")
	run(tb, "cp", "-a", s.data, whole)
	_ = os.Rename(whole, kept) // fails if another test has just done the same
}

// kept returns the path of the unused data folder in the cache. Each version of
// the server and each way to create data has its own. It is "" if there is no
// cache.
func (s *Server) kept() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	version, err := exec.Command(s.Program("initdb"), "--version").Output()
	if err != nil {
		return ""
	}
	made := sha256.Sum256([]byte(fmt.Sprint(string(version), initdb, s.bin)))
	return filepath.Join(cache, "bulkpatch-tests", fmt.Sprintf("postgres-%x", made[:8]))
}
