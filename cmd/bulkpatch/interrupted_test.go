package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A held is a file of customers that stays open: after the last customer it
// calls end once, and then behaves as its tail says until the test is over.
type held struct {
	io.Reader
	end  func()
	hold chan struct{} // closed when the test is over
	tail tail
}

// A tail is what comes after the last customer of a held file.
type tail int

const (
	silence tail = iota
	blankLines
)

func (h *held) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != io.EOF {
		return n, err
	}
	if h.end != nil {
		h.end()
		h.end = nil
	}
	if h.tail == blankLines {
		return copy(p, "\n"), nil
	}
	<-h.hold
	return 0, io.EOF
}

// interruptedImport imports 2,500 customers, 100 of them without an id, and has
// end called when all are on their way. It returns what the command said, and
// its exit status.
func interruptedImport(t *testing.T, after tail, end func(interrupt func()), args ...string) (string, int) {
	t.Helper()
	var lines strings.Builder
	for i := range 2400 {
		fmt.Fprintf(&lines, `{"id": %d, "firstName": "Ana"}`+"\n", i+1)
	}
	lines.WriteString(strings.Repeat(`{"firstName": "Bo"}`+"\n", 100))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	file := &held{strings.NewReader(lines.String()), func() { end(cancel) }, make(chan struct{}), after}
	defer close(file.hold)
	var out, complaint bytes.Buffer
	status := run(ctx, append([]string{"import", "desk", "-"}, args...), &app{in: file, out: &out, err: &complaint})
	if status == exitOK || out.Len() > 0 {
		t.Errorf("the import ended with %d and said %q", status, out.String())
	}
	if said := complaint.String(); strings.Contains(said, "canceled") || strings.Contains(said, "memory") || strings.Contains(said, "Post") {
		t.Errorf("it says %q", said)
	}
	return complaint.String(), status
}

func TestAnInterruptedImportOfADatabaseSaysHowFarItCame(t *testing.T) {
	db := migrated(t)
	said, status := interruptedImport(t, silence, func(interrupt func()) { interrupt() }, "--db", db)
	stored := strings.Count(must(t, "export", "desk", "--db", db), "\n")
	reached := regexp.MustCompile(`Lines up to (\d+) were imported|No line was imported`).FindStringSubmatch(said)
	if status != exitFailed || !strings.Contains(said, "interrupted before the end") {
		t.Errorf("it ends with %d and says %q", status, said)
	}
	if reached == nil || reached[1] != "" && reached[1] != strconv.Itoa(stored) || reached[1] == "" && stored > 0 {
		t.Errorf("%d customers were stored; it says %q", stored, said)
	}
}

func TestAnInterruptedImportOverHTTPSaysWhatItKnows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(p *process, interrupt func())
		tail tail
		says string
		exit int
	}{
		"by Ctrl-C":               {func(_ *process, interrupt func()) { interrupt() }, silence, "interrupted before the end\nbulkpatch: At most the first 2500 lines were imported.", exitFailed},
		"by a killed server":      {func(p *process, _ func()) { p.cmd.Process.Kill() }, blankLines, "the connection to the server broke: ", exitRefused},
		"by a stop of the server": {func(p *process, _ func()) { p.cmd.Process.Signal(os.Interrupt) }, silence, "The process is stopping, which ended this import. Lines up to ", exitRefused},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
			begun := func(interrupt func()) {
				c := p.client(t, p.firstKey)
				for _, err := c.Record(t.Context(), "desk", "1"); err != nil && t.Context().Err() == nil; {
					_, err = c.Record(t.Context(), "desk", "1")
				}
				test.end(p, interrupt)
			}
			said, status := interruptedImport(t, test.tail, begun, "--server", p.base, "--key", p.firstKey)
			if status != test.exit {
				t.Errorf("it ends with %d", status)
			}
			if !strings.Contains(said, test.says) || !strings.Contains(said, " imported") {
				t.Errorf("it says %q", said)
			}
		})
	}
}
