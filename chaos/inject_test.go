package chaos

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os/exec"
	"slices"
	"time"
)

// A step is something to do at a time, such as the start or the end of a fault.
type step struct {
	at time.Duration
	do func()
}

// An injector carries out the faults of a plan. It does all steps one after the other,
// in the goroutine of the test.
type injector struct {
	*run
	db         *sql.DB // read-only
	probe      *sql.DB // tries to take SQLite's lock
	steps      []step
	bad        int  // malformed tasks queued so far
	redisHurt  bool // there is a fault of Redis or of the connections to it
	serverHurt bool // there is one of PostgreSQL or of the connections to it

	locked bool // a locker waits for SQLite's lock, or has it
}

// injectFaults carries out the faults, and returns when the last one is over.
func (r *run) injectFaults() error {
	db, err := r.database.open()
	if err != nil {
		return err
	}
	defer db.Close()
	probe, err := sql.Open("sqlite3", dataSource(r.disk.database())+"?_busy_timeout=50")
	if err != nil {
		return err
	}
	defer probe.Close()
	probe.SetMaxOpenConns(1)
	h := &injector{run: r, db: db, probe: probe}
	for _, f := range r.faults {
		h.add(step{r.started + f.at, func() { h.begin(f) }})
	}
	for len(h.steps) > 0 {
		next := h.steps[0]
		h.steps = h.steps[1:]
		time.Sleep(next.at - r.now())
		next.do()
	}
	time.Sleep(r.started + r.active - r.now())
	return nil
}

// add plans a step.
func (h *injector) add(s step) {
	i, _ := slices.BinarySearchFunc(h.steps, s, func(a, b step) int { return int(a.at - b.at) })
	h.steps = slices.Insert(h.steps, i, s)
}

// lasting plans the end of a fault that has just started. undo ends it, and returns
// which process was hit and whether any process noticed the fault, or an error if
// it did not take place.
func (h *injector) lasting(f fault, undo func() (victim string, felt bool, err error)) {
	h.since(h.now(), f, undo)
}

// since is like lasting, for a fault that processes may have noticed since began.
func (h *injector) since(began time.Duration, f fault, undo func() (victim string, felt bool, err error)) {
	h.add(step{h.now() + f.lasts, func() {
		victim, felt, err := undo()
		if err != nil {
			h.failed(f, err)
			return
		}
		h.took(window{f, span{began, h.now()}, victim, felt})
	}})
}

// failed records a fault that did not take place.
func (h *injector) failed(f fault, err error) {
	h.missed = append(h.missed, f.String()+": "+err.Error())
}

// begin starts a fault.
func (h *injector) begin(f fault) {
	switch f.what {
	case killProcess:
		h.await(h.working)
		h.kill(f)
	case stopProcess:
		h.await(h.working)
		h.stop(f)
	case lockDatabase:
		if h.server != nil {
			h.block(f)
		} else {
			h.lock(f)
		}
	case fillDisk:
		if h.server != nil {
			h.fillServerDisk(f)
		} else {
			h.fill(f)
		}
	case stepClock:
		h.step(f)
	case partitionPostgres, partitionRedis, partitionBoth:
		h.partition(f)
	default:
		if slices.Contains(ofPostgres, f.what) {
			h.hurtServer(f)
		} else {
			h.hurtQueue(f)
		}
	}
}

// momentWait is how long a fault waits for a moment in which it is likely to do harm.
const momentWait = 600 * time.Millisecond

// await waits for a condition, for a short time.
func (h *injector) await(there func(context.Context) bool) { within(momentWait, there) }

// within reports whether a condition becomes true within d. It never takes longer: a
// process that is stopped at a bad moment can keep all others from reading, and then
// SQLite returns only after ten seconds, whatever the context says.
func within(d time.Duration, there func(context.Context) bool) bool {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	found := make(chan struct{})
	go func() {
		for ctx.Err() == nil {
			if there(ctx) {
				close(found)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	select {
	case <-found:
		return true
	case <-ctx.Done():
		return false
	}
}

// working reports whether a worker is working on a job with many records to go.
func (h *injector) working(ctx context.Context) bool {
	var held int
	err := h.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM shards s JOIN jobs j ON j.workspace = s.workspace AND j.num = s.job
		WHERE s.held = 1 AND s.open = 1 AND j.throttle IS NULL AND j.matched - s.updated - s.unchanged > 1000`).Scan(&held)
	return err == nil && held > 0
}

// kill kills a process that is running. The supervisor starts it again later.
func (h *injector) kill(f fault) {
	for i := range h.procs {
		if p := h.procs[(f.choice+i)%len(h.procs)]; p.kill(f.lasts) {
			h.took(window{f, span{h.now(), h.now() + f.lasts}, p.name, true})
			return
		}
	}
	h.retrySoon(func() { h.kill(f) })
}

// retrySoon plans another attempt of a step.
func (h *injector) retrySoon(try func()) { h.add(step{h.now() + restartPause, try}) }

// stop stops a worker (SIGSTOP): on PostgreSQL any process, and if there is only one,
// that.
func (h *injector) stop(f fault) {
	workers := h.procs
	if len(workers) > 1 && h.server == nil {
		workers = workers[1:]
	}
	for i := range workers {
		p, began := workers[(f.choice+i)%len(workers)], h.now()
		cmd, ok := p.stop()
		if !ok {
			continue
		}
		// A long stop tests a worker that comes back, not the lock that it holds.
		switch {
		case h.server != nil && f.choice%4 != 0:
			cmd = h.hold(p, cmd)
		case h.server == nil && (f.choice%4 != 0 || f.lasts > longStop):
			h.unlock(p, cmd)
		}
		h.since(began, f, func() (string, bool, error) {
			if p.proceed(cmd) {
				return p.name, true, nil
			}
			// The process had ended before the stop took effect.
			if h.now() < h.started+h.active+aftermath {
				h.retrySoon(func() { h.stop(f) })
			}
			return "", false, errGone
		})
		return
	}
	h.retrySoon(func() { h.stop(f) })
}

// longStop is shorter than the stops of long seeds, and longer than all others.
const longStop = 20 * time.Second

// unlock lets a stopped process go on until it does not hold SQLite's lock. If it held
// the lock, no process could write. Without it the others take its work over, and the
// stopped process must not do that work again later.
func (h *injector) unlock(p *process, cmd *exec.Cmd) {
	for range unlockTries {
		if h.locked || within(momentWait/10, h.free) || !p.proceed(cmd) {
			return
		}
		h.await(h.free) // on a busy machine the process needs a while to go on
		var ok bool
		if cmd, ok = p.stop(); !ok {
			return
		}
	}
}

// unlockTries is how often unlock lets a process go on. It may take several attempts,
// because the process takes the lock again and again.
const unlockTries = 10

// free reports whether no process holds SQLite's lock. It ignores the context, so that
// it never stops between the BEGIN and the ROLLBACK.
func (h *injector) free(context.Context) bool {
	_, err := h.probe.Exec(`BEGIN IMMEDIATE; ROLLBACK`)
	return err == nil
}

// lock starts a process that takes the database's write lock. The lock is released in
// order or by killing that process.
func (h *injector) lock(f fault) {
	l, err := newLocker(h.disk.database())
	if err != nil {
		h.failed(f, err)
		return
	}
	h.locked = true
	h.awaitLock(f, l, h.now()+maxLockWait)
}

// maxLockWait is how long a locker may wait for the lock, which a stopped process may
// hold.
const maxLockWait = 50 * time.Second

// awaitLock waits until the locker has the lock, and then plans its release.
func (h *injector) awaitLock(f fault, l *locker, until time.Duration) {
	switch {
	case l.holds():
		h.lasting(f, func() (string, bool, error) {
			h.locked = false
			return "", true, l.release(wayOf(f.choice))
		})
	case h.now() > until:
		h.locked = false
		h.failed(f, l.release(byForce))
	default:
		h.retrySoon(func() { h.awaitLock(f, l, until) })
	}
}

// fill makes the disk full. Meanwhile a reader keeps a snapshot open, as a backup does,
// so that SQLite cannot restart the WAL, and every write needs space.
func (h *injector) fill(f fault) {
	reader, err := h.readOn()
	if err != nil {
		h.tryAgain(f, err)
		return
	}
	var pids []int
	for _, p := range h.procs {
		if pid := p.pid(); pid != 0 {
			pids = append(pids, pid)
		}
	}
	began, before := h.now(), h.tally.unserved()
	if err := h.disk.fill(pids); err != nil {
		h.failed(f, errors.Join(err, reader.Close()))
		return
	}
	h.since(began, f, func() (string, bool, error) {
		return "", h.tally.unserved() > before, errors.Join(h.disk.clear(), reader.Close())
	})
}

// step moves the clock of all processes, which run on one machine.
func (h *injector) step(f fault) {
	if err := h.setClock(clockSteps[f.choice%len(clockSteps)]); err != nil {
		h.failed(f, err)
		return
	}
	before := h.tally.accepted.Load()
	h.lasting(f, func() (string, bool, error) { return "", h.tally.accepted.Load() > before, h.setClock(0) })
}

// readOn opens a read transaction, which stays open until it is closed.
func (h *injector) readOn() (io.Closer, error) {
	db, err := h.database.open()
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	reading, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	var jobs int
	if err := reading.QueryRow(`SELECT COUNT(*) FROM jobs`).Scan(&jobs); err != nil {
		return nil, errors.Join(err, reading.Rollback(), db.Close())
	}
	return closer(func() error { return errors.Join(reading.Rollback(), db.Close()) }), nil
}

// A closer is a function as an [io.Closer].
type closer func() error

// Close calls the function.
func (c closer) Close() error { return c() }
