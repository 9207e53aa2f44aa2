package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestPlaneSDK has Plane's own Node SDK carry out testdata/planesdk/round.mjs
// against the program. The SDK comes from the npm registry, in the versions
// that the lock beside the script names; npm keeps what it has once fetched.
func TestPlaneSDK(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("Plane's SDK needs %s (Node 18 or later). On Debian and Ubuntu: apt-get install nodejs npm; .ci/test does that by itself.", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "planesdk"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	inFolder := func(env []string, program string, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir = dir
		// npm may need a proxy to reach its registry; the program under test is here.
		cmd.Env = append(append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1"), env...)
		return cmd.CombinedOutput()
	}
	if out, err := inFolder(nil, "npm", "ci", "--prefer-offline"); err != nil {
		t.Fatalf("npm ci: %v; what testdata/planesdk/package-lock.json names must be in npm's cache, or its registry within reach\n%s", err, out)
	}
	s := startVendor(t, bearer)
	out, err := inFolder([]string{"BASE_URL=" + s.base, "API_KEY=" + s.key, "WORKSPACE=main"}, "node", "round.mjs")
	if err != nil {
		t.Fatalf("%v, after these steps:\n%s", err, out)
	}
}
