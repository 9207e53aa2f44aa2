package client_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain starts the real server, on a database of its own, for the examples and the
// separate program. They find it by the environment, as their readers do.
func TestMain(m *testing.M) {
	status, err := withServer(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// withServer runs the tests while the server runs.
func withServer(run func() int) (status int, err error) {
	dir, err := os.MkdirTemp("", "bulkpatch-client-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "bulkpatch")
	if out, err := exec.Command("go", "build", "-o", program, "bulkpatch/cmd/bulkpatch").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the server: %w\n%s", err, out)
	}
	server := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--db", "sqlite://"+filepath.Join(dir, "test.db"), "--log-level", "error")
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	defer server.Wait()
	defer server.Process.Kill()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, key, ok := strings.Cut(lines.Text(), "shown this once: "); ok {
			os.Setenv("BULKPATCH_KEY", key)
		}
		if base, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			os.Setenv("BULKPATCH_SERVER", base)
			return run(), nil
		}
	}
	return 0, errors.New("the server ended before it listened")
}
