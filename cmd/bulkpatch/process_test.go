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

// patience bounds every wait of a test, far above what anything takes.
const patience = time.Minute

// built holds the program that the tests run, once some test has asked for
// it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(status)
}

// binary builds the program as it is, under the race detector where the test
// runs under it.
func binary(tb testing.TB) string {
	tb.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "bulkpatch-test-"); built.err != nil {
			return
		}
		args := append([]string{"build", "-o", built.dir}, raceFlag...)
		if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return filepath.Join(built.dir, "bulkpatch")
}

// A process is the program as it runs.
type process struct {
	cmd      *exec.Cmd
	base     string // address, once it listens
	firstKey string // what it printed, "" for none
	ended    chan struct{}
	logged   *logBuffer
}

// A logBuffer keeps what a process says, to be shown when the test fails.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write keeps some text.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String is everything kept.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start runs the program with the flags and returns when it listens. The
// process is killed at the end of the test if it runs still.
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
	case <-p.ended:
		tb.Fatalf("%v ended at once: %s", args, p.logged)
	case <-time.After(patience):
		tb.Fatalf("%v does not listen: %s", args, p.logged)
	}
	return p
}

// read takes from standard output what the tests need to know.
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

// client calls the process with the key.
func (p *process) client(tb testing.TB, key string) *client.Client {
	tb.Helper()
	c, err := client.New(p.base, key)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// stop asks the process to end and returns its exit status, which must come
// within ten seconds.
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

// kill ends the process as a crash would.
func (p *process) kill(tb testing.TB) {
	tb.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		tb.Fatal(err)
	}
	<-p.ended
}

// database is the address of a database in a folder of the test's own.
func database(tb testing.TB) string {
	tb.Helper()
	return "sqlite://" + filepath.Join(tb.TempDir(), "test.db")
}

// migrated is the address of a database that has its tables: commands of their
// own make none.
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

// wait follows a job to its end.
func wait(tb testing.TB, c *client.Client, id string) client.Job {
	tb.Helper()
	j, err := c.Wait(tb.Context(), id, nil)
	if err != nil {
		tb.Fatalf("wait for job %s: %v", id, err)
	}
	return j
}

// under follows a job until some of its records have an outcome, and others
// not yet.
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

// checkSum fails the test unless the job ended in the state, with all of its
// records updated.
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
