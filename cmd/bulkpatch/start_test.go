package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bulkpatch/store"
)

// TestATakenAddressLeavesNothing starts on an address that is in use. The start
// must create neither a database nor a key.
func TestATakenAddressLeavesNothing(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr, free := taken.Addr().String(), "127.0.0.1:0"
	dir := t.TempDir()
	shared := []string{"--db", "sqlite://" + filepath.Join(dir, "new.db"), "--redis", "redis://127.0.0.1:1"}
	for command, flag := range map[string]string{"serve": "--addr", "api": "--addr", "worker": "--metrics-addr"} {
		status, out, complaint := call(t, append([]string{command, flag, addr}, shared...)...)
		if want := "bulkpatch: " + flag + ": cannot listen on " + addr + ": address already in use\n"; status != exitFailed || out != "" || complaint != want {
			t.Errorf("%s ended with %d and said %q, %q", command, status, out, complaint)
		}
	}
	if status, out, _ := call(t, "serve", "--addr", free, "--db", shared[1], "--chunk", "0"); status != exitUsage || out != "" {
		t.Errorf("a bad setting ended with %d and said %q", status, out)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// TestTheAdminKeyComesFromAFile reads settings as a start does.
func TestTheAdminKeyComesFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(chosenKey+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BULKPATCH_ADMIN_KEY", "a-variable-that-the-flag-beats")
	s := started(t, "serve", "--admin-key-file", file)
	if s.adminKey != chosenKey || len(s.warnings) > 0 {
		t.Errorf("the key is %q, with %q", s.adminKey, s.warnings)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if s = started(t, "serve", "--admin-key-file", file); len(s.warnings) != 1 || !strings.Contains(s.warnings[0], "chmod 600 "+file) {
		t.Errorf("a file that all can read gives %q", s.warnings)
	}
}

// TestAShortAdminKeyOfBeforeGoesOn starts with a key that earlier versions took.
func TestAShortAdminKeyOfBeforeGoesOn(t *testing.T) {
	db := migrated(t)
	if _, _, complaint := call(t, "serve", "--db", db, "--admin-key", "short"); !strings.Contains(complaint, "--admin-key must have at least 24 characters") {
		t.Errorf("a new short key is answered by %q", complaint)
	}
	s, err := store.Open(t.Context(), db, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, created, err := s.Bootstrap(t.Context(), "short"); err != nil || !created {
		t.Fatal(created, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s := started(t, "serve", "--db", db, "--admin-key", "short"); s.adminKey != "short" || len(s.warnings) != 1 || !strings.Contains(s.warnings[0], "fewer than 24 characters") {
		t.Errorf("the key is %q, with %q", s.adminKey, s.warnings)
	}
}

// started are the settings that a line of serve starts with.
func started(t *testing.T, args ...string) settings {
	t.Helper()
	parsed, line, err := parse(args, &app{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{line: line, stderr: t.Output(), faults: line.faults}
	parsed.Selected().Target.Addr().Interface().(subcommand).check(r)
	s, err := r.done()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
