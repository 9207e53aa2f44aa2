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

// clockEnv names the file that says how far the program's clock is off, for a
// build with the tag stepclock.
const clockEnv = "BULKPATCH_CLOCK_STEP"

// clockFile is that file for all processes of the run.
func (r *run) clockFile() string { return filepath.Join(r.dir, "clock") }

// setClock moves the clock of all processes, to so far from the true time.
func (r *run) setClock(off time.Duration) error {
	next := r.clockFile() + ".next"
	if err := os.WriteFile(next, []byte(off.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(next, r.clockFile())
}

// again is how long a process that ended by itself stays away, as a service
// manager would have it.
const restartPause = 300 * time.Millisecond

// build makes the program, unless the flag names one that is ready.
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

// A process is the program under a supervisor, which starts it again when it
// has ended, as long as it is wanted.
type process struct {
	name string
	path string
	args []string
	env  []string
	now  func() time.Duration // of the run
	log  *os.File

	mu       sync.Mutex
	cmd      *exec.Cmd // nil while it is down
	wanted   bool
	stopped  bool
	downtime time.Duration // until the next start, after a kill
	killed   bool
	exits    []exit // that nobody had asked for
	failure  error  // that keeps it from being started at all
	ended    chan struct{}
}

// An exit is an end of a process that nobody had asked for.
type exit struct {
	at     time.Duration
	status string
}

// newProcess starts the program with the arguments for a run; what it says
// goes to a file of the run's folder.
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

// supervise runs the program until it is not wanted any more.
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
	// It must not outlive the test, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if p.failure = cmd.Start(); p.failure != nil {
		return nil
	}
	p.cmd = cmd
	return cmd
}

// note keeps why the program ended and says when to start it again.
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

// kill ends the program at once and keeps it away for a while. It reports
// whether there was one to kill.
func (p *process) kill(away time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.killed || p.stopped || p.cmd.Process.Kill() != nil {
		return false
	}
	p.killed, p.downtime = true, away
	return true
}

// stop makes the program stand still. It reports whether it does.
func (p *process) stop() (*exec.Cmd, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.killed || p.stopped || p.cmd.Process.Signal(syscall.SIGSTOP) != nil {
		return nil, false
	}
	p.stopped = true
	return p.cmd, true
}

// proceed lets the program that was stopped go on. It reports whether it was
// still there.
func (p *process) proceed(cmd *exec.Cmd) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != cmd {
		return false
	}
	p.stopped = false
	return cmd.Process.Signal(syscall.SIGCONT) == nil
}

// pid is the number of the running program, 0 for none.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

var errSlowEnd = errors.New("the process had to be killed, as it did not end when it was told to")

// end tells the program to end, and waits until it has.
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

// unasked lists the ends that nobody had asked for.
func (p *process) unasked() []exit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]exit(nil), p.exits...)
}
