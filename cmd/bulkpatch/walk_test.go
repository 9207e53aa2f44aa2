package main

import (
	"encoding/json"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"bulkpatch/client"
)

// walk returns the README's section "A walk in 60 seconds".
func walk(t *testing.T) string {
	t.Helper()
	_, rest, found := strings.Cut(document(t, "README.md"), "## A walk in 60 seconds\n")
	text, _, ended := strings.Cut(rest, "\n## ")
	if !found || !ended {
		t.Fatal("the README has no walk")
	}
	return text
}

var (
	jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)```")
	textBlock = regexp.MustCompile("(?s)```text\n(.*?)```")
)

// TestTheREADMEsWalk runs the shell blocks of the walk as one script, with the
// real program and curl, and looks for each answer that the README shows.
func TestTheREADMEsWalk(t *testing.T) {
	t.Parallel()
	var script strings.Builder
	for _, block := range shellBlock.FindAllStringSubmatch(walk(t), -1) {
		script.WriteString(block[1])
	}
	port := freePort(t)
	out := runScript(t, strings.NewReplacer(
		"127.0.0.1:8080", "127.0.0.1:"+port,
		"bulkpatch serve", "bulkpatch serve --addr 127.0.0.1:"+port,
	).Replace(script.String()))

	var answers []any
	for line := range strings.Lines(out) {
		var answer any
		if json.Unmarshal([]byte(line), &answer) == nil {
			answers = append(answers, answer)
		}
	}
	for _, block := range textBlock.FindAllStringSubmatch(walk(t), -1) {
		for line := range strings.Lines(block[1]) {
			if !strings.Contains(squeezed(out), squeezed(line)) {
				t.Errorf("the walk did not print %q in\n%s", line, out)
			}
		}
	}
	shown := jsonBlock.FindAllStringSubmatch(walk(t), -1)
	if len(shown) == 0 {
		t.Error("the walk shows no answer")
	}
	for _, block := range shown {
		var want any
		if err := json.Unmarshal([]byte(block[1]), &want); err != nil {
			t.Fatalf("%s: %v", block[1], err)
		}
		found := false
		for _, got := range answers {
			found = found || shows(got, want)
		}
		if !found {
			t.Errorf("no answer is as the README shows it:\n%s\nThe walk printed\n%s", block[1], out)
		}
	}
}

// freePort returns a port of this machine that nobody listens on. It is below
// the ports that the system assigns by itself: one of those could be taken before
// the walk starts its server.
func freePort(t *testing.T) string {
	t.Helper()
	var err error
	for range 100 {
		port := strconv.Itoa(15_000 + rand.IntN(17_000))
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal(err)
	return ""
}

// runScript runs a shell script in an empty folder that has bin/bulkpatch and
// returns what it printed. The script fails at its first command that fails.
func runScript(t *testing.T, script string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary(t), filepath.Join(folder, "bin", "bulkpatch")); err != nil {
		t.Fatal(err)
	}
	// Files, and not pipes: a server that the script has left behind would hold
	// a pipe open.
	out, log := filepath.Join(folder, "out"), filepath.Join(folder, "log")
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", script+"wait\n")
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, create(t, out), create(t, log)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the server, if the script failed
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the walk failed: %v\n%s\n%s", err, contents(t, out), contents(t, log))
	}
	return contents(t, out)
}

// create makes a file that is closed at the end of the test.
func create(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// contents reads a file.
func contents(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shows reports whether got has everything that want shows. Objects of got may
// have more members, and … stands for any value.
func shows(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		members, ok := got.(map[string]any)
		for name, value := range want {
			member, there := members[name]
			ok = ok && there && shows(member, value)
		}
		return ok
	case []any:
		items, ok := got.([]any)
		ok = ok && len(items) == len(want)
		for i := 0; ok && i < len(want); i++ {
			ok = shows(items[i], want[i])
		}
		return ok
	case string:
		text, ok := got.(string)
		return want == "…" || ok && text == want
	default:
		return got == want
	}
}

// TestTheREADMEsJobIsAJob reads the job at the top of the README: each member
// that it shows is one that jobs have.
func TestTheREADMEsJobIsAJob(t *testing.T) {
	block := jsonBlock.FindStringSubmatch(document(t, "README.md"))
	if block == nil {
		t.Fatal("the README shows no job")
	}
	d := json.NewDecoder(strings.NewReader(block[1]))
	d.DisallowUnknownFields()
	var j client.Job
	if err := d.Decode(&j); err != nil || j.State != client.StateSucceeded || j.Counts.Matched == nil || *j.Counts.Matched != j.Counts.Tried() {
		t.Errorf("%+v: %v", j, err)
	}
}
