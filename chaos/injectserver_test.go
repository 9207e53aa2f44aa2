package chaos

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

// hurtServer starts a fault of PostgreSQL or of the connections to it.
func (h *injector) hurtServer(f fault) {
	if h.serverHurt && f.what != endSessions {
		h.retrySoon(func() { h.hurtServer(f) })
		return
	}
	switch f.what {
	case killPostgres:
		h.await(h.working)
		h.takeServer(f, []func() error{h.server.crash, h.abort, h.killSession}[f.choice%3])
	case endPostgres:
		h.takeServer(f, h.end)
	case freezePostgres:
		h.await(h.working)
		h.freeze(f)
	case slowPostgres:
		h.spoilServer(f, slow)
	case cutPostgres:
		h.spoilServer(f, cut)
	case silencePostgres:
		h.spoilServer(f, silent)
	case endSessions:
		h.await(h.working)
		h.endSessions(f)
	}
}

// end stops the server in order, abort stops it without a checkpoint, and killSession
// kills one of its processes.
func (h *injector) end() error   { h.server.server.Stop(h.server.t); return nil }
func (h *injector) abort() error { h.server.server.Kill(h.server.t); return nil }

func (h *injector) killSession() error {
	ctx, cancel := context.WithTimeout(context.Background(), momentWait)
	defer cancel()
	return h.server.killSession(ctx)
}

// takeServer stops the server for a while.
func (h *injector) takeServer(f fault, take func() error) {
	before, began := h.server.proxies.felt(), h.now()
	if err := take(); err != nil {
		h.tryAgain(f, err)
		return
	}
	h.serverHurt = true
	h.since(began, f, func() (string, bool, error) {
		h.serverHurt = false
		return "", h.server.proxies.felt() > before, h.server.up()
	})
}

// tryAgain plans another attempt of a fault that another fault prevented.
func (h *injector) tryAgain(f fault, err error) {
	if h.now() < h.started+h.active+aftermath {
		h.retrySoon(func() { h.begin(f) })
		return
	}
	h.failed(f, err)
}

// freeze stops all processes of the server (SIGSTOP) for a while. Its connections stay
// open.
func (h *injector) freeze(f fault) {
	before, began := h.server.proxies.asked(), h.now()
	if err := h.server.server.Stall(); err != nil {
		h.tryAgain(f, err)
		return
	}
	h.serverHurt = true
	h.since(began, f, func() (string, bool, error) {
		h.serverHurt = false
		return "", h.server.proxies.asked() > before, errors.Join(h.server.server.Resume(), h.server.up())
	})
}

// spoilServer slows down, cuts or silences the connections to the server for a while.
func (h *injector) spoilServer(f fault, mode proxyMode) {
	before, began := h.server.proxies.felt(), h.now()
	h.server.proxies.set(mode, time.Duration(5+f.choice%60)*time.Millisecond)
	h.serverHurt = true
	h.since(began, f, func() (string, bool, error) {
		h.server.proxies.set(forward, 0)
		h.serverHurt = false
		return "", h.server.proxies.felt() > before, nil
	})
}

// endSessions ends some sessions of the program.
func (h *injector) endSessions(f fault) {
	ctx, cancel := context.WithTimeout(context.Background(), momentWait)
	defer cancel()
	began := h.now()
	n, err := h.server.terminate(ctx, 1+f.choice%12)
	if err == nil && n == 0 {
		err = errNoSession
	}
	if err != nil {
		h.tryAgain(f, err)
		return
	}
	h.took(window{f, span{began, h.now()}, "", true})
}

var errNoSession = errors.New("the program had no session")

// block lets a session hold locks for a while, as one that somebody has opened by hand
// and forgotten.
func (h *injector) block(f fault) {
	b, err := h.server.newBlocker(f.choice)
	if err != nil {
		h.tryAgain(f, err)
		return
	}
	h.awaitBlock(f, b, h.now()+maxLockWait)
}

// awaitBlock waits until the session has its locks, and then plans their release.
func (h *injector) awaitBlock(f fault, b *blocker, until time.Duration) {
	held, err := b.holds()
	switch {
	case held:
		for part := range time.Duration(4) {
			h.add(step{h.now() + f.lasts*(part+1)/5, b.look})
		}
		h.lasting(f, func() (string, bool, error) {
			b.look()
			b.release(wayOf(f.choice))
			return "", b.felt, nil
		})
	case err != nil: // it lost a deadlock, or its connection
		b.release(inOrder)
		h.tryAgain(f, err)
	case h.now() > until:
		b.release(byForce)
		h.failed(f, errNoLock)
	default:
		h.retrySoon(func() { h.awaitBlock(f, b, until) })
	}
}

// fillServerDisk makes the server's disk full for a while. If the server ends because
// of that, it is started again when there is space.
func (h *injector) fillServerDisk(f fault) {
	if h.serverHurt {
		h.retrySoon(func() { h.fillServerDisk(f) })
		return
	}
	before, full, began := h.server.lacked(), h.tally.full.Load(), h.now()
	if !h.disk.mounted {
		h.failed(f, errNoDisk)
		return
	}
	if err := h.disk.fill(nil); err != nil {
		h.failed(f, err)
		return
	}
	h.serverHurt = true
	h.since(began, f, func() (string, bool, error) {
		h.serverHurt = false
		err := errors.Join(h.disk.clear(), h.server.up())
		return "", h.server.lacked() > before || h.tally.full.Load() > full, err
	})
}

var errNoDisk = errors.New("no file system can be mounted here")

// partition cuts one process off from one server or from both, while the other
// processes stay connected. Its connections are closed, or silent.
func (h *injector) partition(f fault) {
	victim := h.procs[f.choice%len(h.procs)].name
	mode := []proxyMode{silent, cut}[f.choice/7%2]
	var cutOff []*proxy
	for _, w := range h.proxiesOf(f.what) {
		way, err := w.from(victim)
		if err != nil {
			h.failed(f, err)
			return
		}
		cutOff = append(cutOff, way)
	}
	before, began := felt(cutOff), h.now()
	for _, way := range cutOff {
		way.set(onProcess, mode, 0)
	}
	h.since(began, f, func() (string, bool, error) {
		for _, way := range cutOff {
			way.set(onProcess, forward, 0)
		}
		return victim, felt(cutOff) > before, nil
	})
}

// proxiesOf returns the proxies that a partition concerns.
func (h *injector) proxiesOf(k faultType) []*proxies {
	switch k {
	case partitionPostgres:
		return []*proxies{h.server.proxies}
	case partitionRedis:
		return []*proxies{h.queue.proxies}
	}
	return []*proxies{h.server.proxies, h.queue.proxies}
}

// felt returns how often connections of some proxies were hurt so far.
func felt(list []*proxy) (n int64) {
	for _, p := range list {
		n += p.felt.Load()
	}
	return n
}

// hold lets a stopped process go on until it holds locks in an open transaction, which
// the other processes must cope with. It returns the process, stopped again.
func (h *injector) hold(p *process, cmd *exec.Cmd) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), momentWait)
	defer cancel()
	for ctx.Err() == nil {
		time.Sleep(2 * time.Millisecond) // the server may be about to answer
		if h.server.holding(ctx, p.name) {
			h.tally.zombies.Add(1)
			return cmd
		}
		if !p.proceed(cmd) {
			return cmd
		}
		time.Sleep(time.Millisecond)
		again, ok := p.stop()
		if !ok {
			return cmd
		}
		cmd = again
	}
	return cmd
}
