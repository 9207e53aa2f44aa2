package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/model/sample"
)

// patience is the limit of every wait in a test. Nothing takes nearly as long.
const patience = time.Minute

// built is the program that the tests run. The first test that needs it builds
// it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	end := compareAll()
	status := end(m.Run())
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(status)
}

// binary returns the path of the program, built as users build it: what it takes
// in memory and time is tested as well. Package chaos runs the program under the
// race detector.
func binary(tb testing.TB) string {
	tb.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "bulkpatch-test-"); built.err != nil {
			return
		}
		build := exec.Command("make", "--directory", "../..", "build", "BIN="+filepath.Join(built.dir, "bulkpatch"))
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return filepath.Join(built.dir, "bulkpatch")
}

// A process is a running program.
type process struct {
	cmd      *exec.Cmd
	base     string // address, once it listens
	firstKey string // what it printed, "" for none
	ended    chan struct{}
	logged   *logBuffer
}

// A logBuffer collects the log of a process, to print it if the test fails.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write appends to the log.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns the whole log.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start runs the program and returns when it listens. If the process still runs
// at the end of the test, it is killed.
func start(tb testing.TB, args ...string) *process {
	tb.Helper()
	p := &process{cmd: exec.Command(binary(tb), args...), ended: make(chan struct{}), logged: &logBuffer{}}
	p.cmd.Stderr = p.logged
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.ended
		if tb.Failed() {
			tb.Logf("%v said:\n%s", args, p.logged)
		}
	})
	listening := make(chan struct{})
	go p.read(out, listening)
	select {
	case <-listening:
		compareExchanges(tb, p.base)
	case <-p.ended:
		tb.Fatalf("%v ended at once: %s", args, p.logged)
	case <-time.After(patience):
		tb.Fatalf("%v does not listen: %s", args, p.logged)
	}
	return p
}

// read reads the address and the first key from standard output.
func (p *process) read(out io.Reader, listening chan<- struct{}) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			p.base = base
			close(listening)
		}
		if _, key, ok := strings.Cut(lines.Text(), "shown this once: "); ok {
			p.firstKey = key
		}
	}
	p.cmd.Wait()
	close(p.ended)
}

// client returns a client of the process with the key.
func (p *process) client(tb testing.TB, key string) *client.Client {
	tb.Helper()
	c, err := client.New(p.base, key)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// stop sends SIGTERM and returns the exit status. The process must end within
// ten seconds.
func (p *process) stop(tb testing.TB) int {
	tb.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		tb.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		tb.Fatal("the process has not ended within ten seconds")
	}
	return p.cmd.ProcessState.ExitCode()
}

// kill kills the process, as a crash would.
func (p *process) kill(tb testing.TB) {
	tb.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		tb.Fatal(err)
	}
	<-p.ended
}

// database returns the address of an SQLite database that does not exist yet.
func database(tb testing.TB) string {
	tb.Helper()
	return "sqlite://" + filepath.Join(tb.TempDir(), "test.db")
}

// migrated returns the address of a database with tables, for commands that
// create none.
func migrated(t *testing.T) string {
	t.Helper()
	db := database(t)
	must(t, "migrate", "--db", db)
	return db
}

// load imports n customers of the model desk.
func load(tb testing.TB, c *client.Client, n int) {
	tb.Helper()
	report, err := c.Import(tb.Context(), "desk", client.NDJSON, sample.DeskReader(1, n))
	if err != nil || report.Inserted != int64(n) {
		tb.Fatalf("import: %+v, %v", report, err)
	}
}

// wait waits for the end of a job.
func wait(tb testing.TB, c *client.Client, id string) client.Job {
	tb.Helper()
	j, err := c.Wait(tb.Context(), id, nil)
	if err != nil {
		tb.Fatalf("wait for job %s: %v", id, err)
	}
	return j
}

// under waits until some records of a job have an outcome. The job must not have
// ended by then.
func under(tb testing.TB, c *client.Client, j client.Job) client.Job {
	tb.Helper()
	for {
		if j.Done {
			tb.Fatalf("job %s ended %s too soon", j.ID, j.State)
		}
		if j.Counts.Tried() > 0 {
			return j
		}
		var err error
		if j, err = c.Next(tb.Context(), j); err != nil {
			tb.Fatal(err)
		}
	}
}

// checkSum checks that the job ended in the state, that it updated this many
// records and no others, and that its counts add up.
func checkSum(tb testing.TB, j client.Job, state string, updated int64) {
	tb.Helper()
	c := j.Counts
	if j.State != state || c.Matched == nil || c.Pending == nil || *c.Matched != c.Tried()+*c.Pending {
		tb.Fatalf("job %s: state %s, counts %+v, error %+v", j.ID, j.State, c, j.Error)
	}
	if c.Updated != updated || *c.Matched != updated {
		tb.Errorf("job %s: %d of %d updated instead of %d", j.ID, c.Updated, *c.Matched, updated)
	}
}
