package main

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// inScripts runs a program in the folder of the scripts.
func inScripts(t *testing.T, dir string, env []string, program string, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	// npm may need a proxy to reach its registry; the program under test is here.
	cmd.Env = append(append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1"), env...)
	// The browser may outlive what has started it by a moment, with the output open.
	cmd.WaitDelay = 10 * time.Second
	return cmd.CombinedOutput()
}
