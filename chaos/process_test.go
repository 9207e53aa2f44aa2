package chaos

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// clockEnv is the environment variable with the name of a file. A program that was built
// with the tag stepclock reads from it how far to move its clock.
const clockEnv = "BULKPATCH_CLOCK_STEP"

// clockFile returns the name of that file, for all processes of the run.
func (r *run) clockFile() string { return filepath.Join(r.dir, "clock") }

// setClock sets how far the clocks of all processes are from the true time.
func (r *run) setClock(off time.Duration) error {
	next := r.clockFile() + ".next"
	if err := os.WriteFile(next, []byte(off.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(next, r.clockFile())
}

// restartPause is how long the supervisor waits before it restarts a process that ended
// by itself, as a service manager does.
const restartPause = 300 * time.Millisecond

// build builds the program, unless the flag names one that was built already.
func build(t *testing.T) string {
	t.Helper()
	if *readyBinary != "" {
		return *readyBinary
	}
	to := filepath.Join(t.TempDir(), "bulkpatch")
	args := append([]string{"build", "-tags", "stepclock", "-o", to}, raceFlag...)
	if out, err := exec.Command("go", append(args, "bulkpatch/cmd/bulkpatch")...).CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return to
}

// A process is the program under a supervisor, which restarts it whenever it has ended,
// until it is not wanted any more.
type process struct {
	name string
	path string
	args []string
	env  []string
	now  func() time.Duration // time of the run
	log  *os.File

	mu       sync.Mutex
	cmd      *exec.Cmd // nil while it is down
	wanted   bool
	stopped  bool
	downtime time.Duration // after a kill, until the next start
	killed   bool
	exits    []exit // ends that were not part of a fault
	failure  error  // why it cannot be started
	ended    chan struct{}
}

// An exit is an end of a process that was not part of a fault.
type exit struct {
	at     time.Duration
	status string
}

// newProcess starts the program for a run. Its output goes to a file in the run's folder.
func newProcess(r *run, name, path string, args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(r.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), clockEnv+"="+r.clockFile())
	p := &process{name: name, path: path, args: args, env: env, now: r.now, log: log, wanted: true, ended: make(chan struct{})}
	go p.supervise()
	return p, nil
}

// supervise runs the program, again and again, until it is not wanted any more.
func (p *process) supervise() {
	defer close(p.ended)
	defer p.log.Close()
	for {
		cmd := p.start()
		if cmd == nil {
			return
		}
		err := cmd.Wait()
		time.Sleep(p.note(cmd, err))
	}
}

// start starts the program once, or returns nil when it is not wanted.
func (p *process) start() *exec.Cmd {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.wanted {
		return nil
	}
	cmd := exec.Command(p.path, p.args...)
	cmd.Env = p.env
	cmd.Stdout, cmd.Stderr = p.log, p.log
	// The kernel kills it when the test ends, however that happens.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if p.failure = cmd.Start(); p.failure != nil {
		return nil
	}
	p.cmd = cmd
	return cmd
}

// note records why the program ended, and returns how long to wait before the restart.
func (p *process) note(cmd *exec.Cmd, err error) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	away := restartPause
	if p.killed {
		away = p.downtime
	} else if p.wanted {
		p.exits = append(p.exits, exit{p.now(), cmd.ProcessState.String()})
	}
	if !p.wanted && err != nil {
		p.exits = append(p.exits, exit{p.now(), cmd.ProcessState.String()})
	}
	p.cmd, p.killed, p.stopped = nil, false, false
	return away
}

// kill kills the program, which is restarted after a while. It returns false if the
// program is not running or is stopped.
func (p *process) kill(away time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.killed || p.stopped || p.cmd.Process.Kill() != nil {
		return false
	}
	p.killed, p.downtime = true, away
	return true
}

// stop stops the program (SIGSTOP). It returns false if the program is not running or is
// stopped already.
func (p *process) stop() (*exec.Cmd, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.killed || p.stopped || p.cmd.Process.Signal(syscall.SIGSTOP) != nil {
		return nil, false
	}
	p.stopped = true
	return p.cmd, true
}

// proceed lets a stopped program go on (SIGCONT). It returns false if the program has
// ended.
func (p *process) proceed(cmd *exec.Cmd) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != cmd {
		return false
	}
	p.stopped = false
	return cmd.Process.Signal(syscall.SIGCONT) == nil
}

// pid returns the process id of the running program, 0 for none.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

var errSlowEnd = errors.New("the process had to be killed, because it did not end after a SIGTERM")

// end ends the program by a SIGTERM, and waits until it has ended. It kills a program
// that takes too long.
func (p *process) end(within time.Duration) error {
	p.mu.Lock()
	p.wanted = false
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	}
	p.mu.Unlock()
	select {
	case <-p.ended:
		return nil
	case <-time.After(within):
	}
	p.mu.Lock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
	}
	p.mu.Unlock()
	<-p.ended
	return errSlowEnd
}

// unasked returns the ends that were not part of a fault.
func (p *process) unasked() []exit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]exit(nil), p.exits...)
}
