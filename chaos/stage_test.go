package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"bulkpatch/worker/redistest"
)

const (
	// settleWithin is how long jobs may take to end after the faults.
	settleWithin = slowness * 60 * time.Second
	// wholeWithin is the time limit of a whole run.
	wholeWithin = slowness * 5 * time.Minute
	// startWithin is how long a process or server may take to start.
	startWithin = time.Minute
	// endWithin is how long a process may take to end after a SIGTERM.
	endWithin = 20 * time.Second

	adminKey = "admin-key-of-the-chaos-runs"
)

var (
	errGone     = errors.New("the process was gone")
	errNotReady = errors.New("the service did not get ready")
)

// newRun creates what a run needs before its processes: a folder, a disk and the
// servers.
func newRun(t *testing.T, p *plan) (*run, error) {
	r := &run{plan: p, began: time.Now(), calm: make(chan struct{}), callers: make(map[string]*caller), baseline: make(map[*table]map[string]row)}
	var err error
	if r.dir, err = os.MkdirTemp("", fmt.Sprintf("bulkpatch-chaos-%d-", p.seed)); err != nil {
		return nil, err
	}
	size := diskSize
	if p.variant.postgres {
		size = serverDiskSize
	}
	if p.variant.computes {
		size *= 4
	}
	if r.disk, err = newDisk(r.dir, size); err != nil {
		return nil, err
	}
	r.database = sqlite{r.disk}
	if p.variant.postgres {
		if r.server, err = newPostgres(t, r.disk); err != nil {
			return nil, err
		}
		r.database = r.server
	}
	if p.variant.redis {
		if r.queue, err = newQueue(t); err != nil {
			return nil, err
		}
	}
	if p.variant.hooks {
		if r.receiver, err = newReceiver(r); err != nil {
			return nil, err
		}
	}
	r.deadline, r.cancel = context.WithTimeout(context.Background(), p.variant.slower()*wholeWithin)
	return r, nil
}

// close ends the processes and removes the folder. If keep names a folder, close
// keeps the run's folder, and copies the disk there.
func (r *run) close(keep string) error {
	r.cancel()
	err := r.endProcesses()
	if r.queue != nil {
		err = errors.Join(err, r.queue.close())
	}
	if r.server != nil {
		err = errors.Join(err, r.server.close())
	}
	if r.receiver != nil {
		err = errors.Join(err, r.receiver.close())
	}
	err = errors.Join(err, r.disk.close(keep))
	if keep == "" {
		err = errors.Join(err, os.RemoveAll(r.dir))
	}
	return err
}

// endProcesses ends all processes in order, and waits until they have ended.
func (r *run) endProcesses() error {
	faults := make([]error, len(r.procs))
	var all sync.WaitGroup
	for i, p := range r.procs {
		all.Go(func() {
			if err := p.end(endWithin); err != nil {
				faults[i] = fmt.Errorf("%s: %w", p.name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(faults...)
}

// setUp starts the processes and fills the tables.
func (r *run) setUp(t testing.TB, binary string) error {
	apis, err := r.launch(t, binary)
	if err != nil {
		return err
	}
	main := &caller{apis: apis, key: adminKey, http: newHTTPClient(), run: r, never: r.deadline}
	r.callers["main"] = main
	for _, f := range apis {
		one := *main
		one.apis = []apiProcess{f}
		if err := one.await("/readyz", startWithin); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	north, err := main.newWorkspace("north")
	if err != nil {
		return err
	}
	r.callers["north"] = north
	if r.receiver != nil {
		if err := r.receiver.ownSecret(north, "north"); err != nil {
			return err
		}
	}
	for _, t := range r.tables {
		if err := r.of(t).fill(t); err != nil {
			return fmt.Errorf("fill %s: %w", t, err)
		}
	}
	return r.readBaseline()
}

// launch starts the processes of the run, the API processes first.
func (r *run) launch(t testing.TB, binary string) (apis []apiProcess, err error) {
	for _, role := range append(slices.Clone(r.apis), r.workers...) {
		args := []string{role.command, "--log-format", "json"}
		if role.command != "worker" {
			addr := redistest.FreeAddr(t)
			args = append(args, "--addr", addr, "--admin-key", adminKey)
			apis = append(apis, apiProcess{role.name, "http://" + addr})
		}
		if role.command != "api" {
			args = append(args, "--chunk", fmt.Sprint(r.chunk), "--concurrency", fmt.Sprint(r.concurrency))
		}
		if r.receiver != nil {
			args = append(args, "--webhook-secret", hookSecret, "--webhook-allow", "127.0.0.1")
		}
		models, err := r.models(role.name)
		if err != nil {
			return nil, err
		}
		if models != "" {
			args = append(args, "--models", models)
		}
		if err := r.launchOne(binary, role.name, args); err != nil {
			return nil, err
		}
	}
	return apis, nil
}

// launchOne starts a process with its own proxies before the database and Redis.
func (r *run) launchOne(binary, name string, args []string) error {
	db, err := r.database.address(name)
	if err != nil {
		return err
	}
	queue := "embedded"
	if r.queue != nil {
		if queue, err = r.queue.address(name); err != nil {
			return err
		}
	}
	p, err := newProcess(r, name, binary, append(args, "--db", db, "--redis", queue)...)
	if err == nil {
		r.procs = append(r.procs, p)
	}
	return err
}

// await polls a path until it answers 200.
func (c *caller) await(path string, within time.Duration) error {
	for began := c.run.now(); c.run.now()-began < within; c.pause(20 * time.Millisecond) {
		if a, err := c.once(request{method: "GET", path: path, timeout: 2 * time.Second}); err == nil && a.status == http.StatusOK {
			return nil
		}
	}
	return errNotReady
}

// newWorkspace creates a workspace and returns a caller with a key of it.
func (c *caller) newWorkspace(name string) (*caller, error) {
	a, err := c.once(request{method: "POST", path: "/v1/keys", body: jsonBody(map[string]any{
		"name": "chaos", "workspace": name, "scopes": []string{"admin"},
	})})
	if err != nil {
		return nil, err
	}
	var made struct{ Secret string }
	if err := json.Unmarshal(a.body, &made); err != nil || made.Secret == "" {
		return nil, fmt.Errorf("no key was made: %s", a)
	}
	other := *c
	other.key = made.Secret
	return &other, nil
}

// fill imports the records that a table starts with.
func (c *caller) fill(t *table) error {
	var lines bytes.Buffer
	for _, r := range t.all() {
		lines.Write(jsonBody(r.values))
		lines.WriteByte('\n')
	}
	a, err := c.once(request{
		method: "POST", path: "/v1/" + t.model + "/import", body: lines.Bytes(),
		header: map[string]string{"Content-Type": "application/x-ndjson"},
	})
	if err != nil {
		return err
	}
	var report struct{ Inserted int }
	if err := json.Unmarshal(a.body, &report); err != nil || report.Inserted != t.initial {
		return fmt.Errorf("the import of %d records answered %s", t.initial, a)
	}
	return nil
}

// carryOut runs load and faults at the same time. Then it waits until all jobs have
// ended, or until settleWithin is over.
func (r *run) carryOut() {
	r.started = r.now()
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		r.load()
	}()
	if err := r.injectFaults(); err != nil {
		r.violation("no evidence: %v", err)
	}
	r.faultsEnded = r.now()
	close(r.calm)
	limit := time.AfterFunc(r.variant.slower()*settleWithin, r.cancel)
	<-loaded
	r.settled = r.now()
	if r.receiver != nil {
		r.receiver.tired.Store(true)
	}
	if limit.Stop() {
		return
	}
	// The time is over, and so is the context. The checker needs a new one.
	r.deadline, r.cancel = context.WithTimeout(context.Background(), r.variant.slower()*wholeWithin)
	for _, c := range r.callers {
		c.never = r.deadline
	}
}
