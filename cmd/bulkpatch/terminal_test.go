package main

import (
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"bulkpatch/client"
)

// A running command is one that a test talks with.
type runningCommand struct {
	t     *testing.T
	cmd   *exec.Cmd
	said  *heard
	typed io.Writer     // its terminal, nil for a command in a pipe
	ended chan struct{} // closed when all that it said on its terminal has been read
}

// heard is what a command has said so far.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newHeard() *heard { return &heard{more: make(chan struct{}, 1)} }

// Write takes what the command says.
func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case h.more <- struct{}{}:
	default:
	}
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// until waits until a command has said something.
func (h *heard) until(t *testing.T, text string) {
	t.Helper()
	late := time.After(patience)
	for !strings.Contains(h.String(), text) {
		select {
		case <-h.more:
		case <-late:
			t.Fatalf("it does not say %q but\n%s", text, h)
		}
	}
}

// onTerminal runs the program on a terminal of its own.
func (d *desk) onTerminal(args ...string) *runningCommand {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), binary(d.t), append(args, "--server", d.base, "--key", d.key)...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		d.t.Fatal(err)
	}
	r := &runningCommand{d.t, cmd, newHeard(), terminal, make(chan struct{})}
	go func() {
		defer close(r.ended)
		io.Copy(r.said, terminal) // ends with an error when the program does
	}()
	d.t.Cleanup(func() {
		cmd.Process.Kill()
		terminal.Close()
		<-r.ended
	})
	return r
}

// answer types a text when the command asks, and returns the exit status.
func (r *runningCommand) answer(text string) int {
	r.t.Helper()
	r.said.until(r.t, "[y/N] ")
	io.WriteString(r.typed, text)
	r.cmd.Wait()
	<-r.ended
	return r.cmd.ProcessState.ExitCode()
}

// TestALargeUpdateIsConfirmedOnATerminal answers yes, no, with Ctrl-C, and too late: the
// customers are others by then.
func TestALargeUpdateIsConfirmedOnATerminal(t *testing.T) {
	t.Parallel()
	d := served(t, 1001)
	all := []string{"submit", "desk", "--where", "id>0", "--set", "extraData=seen", "--wait"}
	for _, no := range []string{"n\n", "\n", "\x03"} {
		r := d.onTerminal(all...)
		if status := r.answer(no); status != exitFailed || !strings.Contains(r.said.String(), "Nothing was changed.") {
			t.Errorf("after %q it ended with %d and said %s", no, status, r.said)
		}
	}
	for j, err := range d.Jobs(t.Context(), client.JobQuery{}) {
		t.Errorf("there is job %s, %v", j.ID, err)
	}
	r := d.onTerminal(all...)
	r.said.until(t, "[y/N] ")
	if err := d.DeleteRecord(t.Context(), "desk", "7", 0); err != nil {
		t.Fatal(err)
	}
	if status := r.answer("y\n"); status != exitFailed || !strings.Contains(r.said.String(), "nothing was changed") {
		t.Errorf("over other customers it ended with %d and said %s", status, r.said)
	}
	load(t, d.Client, 0)
	if _, err := d.CreateRecord(t.Context(), "desk", map[string]any{"firstName": "Ada"}); err != nil {
		t.Fatal(err)
	}
	r = d.onTerminal(all...)
	status := r.answer("yes\n")
	for _, want := range []string{"1,001 customers match: 1,001 would change", "and 996 more", "Change 1,001 customers?", "\r", "100%", "succeeded: 1,001 updated"} {
		if status != exitOK || !strings.Contains(r.said.String(), want) {
			t.Errorf("it ended with %d and did not say %q but %s", status, want, r.said)
		}
	}
	id := strings.Fields(must(t, "jobs", "--limit", "1", "--server", d.base, "--key", d.key))[6]
	if status := d.onTerminal("undo", id).answer("y\n"); status != exitOK {
		t.Errorf("undo ended with %d", status)
	}
}
