package chaos

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

// hurtServer hurts PostgreSQL or the way there.
func (h *injector) hurtServer(f fault) {
	if h.serverHurt && f.kind != endSessions {
		h.retrySoon(func() { h.hurtServer(f) })
		return
	}
	switch f.kind {
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

// end ends the server in order, and abort without a checkpoint.
func (h *injector) end() error   { h.server.server.Stop(h.server.t); return nil }
func (h *injector) abort() error { h.server.server.Kill(h.server.t); return nil }

func (h *injector) killSession() error {
	ctx, cancel := context.WithTimeout(context.Background(), momentWait)
	defer cancel()
	return h.server.killSession(ctx)
}

// takeServer takes the server away for a while.
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

// again tries a fault once more that could not take place, as another was in
// its way.
func (h *injector) tryAgain(f fault, err error) {
	if h.now() < h.started+h.active+aftermath {
		h.retrySoon(func() { h.begin(f) })
		return
	}
	h.failed(f, err)
}

// freeze makes all of the server stand still, while its connections stay.
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

// spoilServer changes how connections to the server are treated for a while.
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

// block lets a session hold locks for a while, as somebody does who looks
// into the database and forgets to leave.
func (h *injector) block(f fault) {
	b, err := h.server.newBlocker(f.choice)
	if err != nil {
		h.tryAgain(f, err)
		return
	}
	h.awaitBlock(f, b, h.now()+maxLockWait)
}

// awaitBlock keeps the locks once the session has them.
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

// crowd makes the server's disk full. When the server cannot go on without
// room it ends, and is started when there is room again.
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

var errNoDisk = errors.New("no file system may be mounted here")

// part takes one process's way to one server or to both, and leaves the
// others theirs: at once or without a word.
func (h *injector) partition(f fault) {
	victim := h.procs[f.choice%len(h.procs)].name
	mode := []proxyMode{silent, cut}[f.choice/7%2]
	var cutOff []*proxy
	for _, w := range h.proxiesOf(f.kind) {
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

// partedWays are the ways that a fault of this kind takes.
func (h *injector) proxiesOf(k faultKind) []*proxies {
	switch k {
	case partitionPostgres:
		return []*proxies{h.server.proxies}
	case partitionRedis:
		return []*proxies{h.queue.proxies}
	}
	return []*proxies{h.server.proxies, h.queue.proxies}
}

func felt(list []*proxy) (n int64) {
	for _, p := range list {
		n += p.felt.Load()
	}
	return n
}

// hold moves a process that stands still on to where it holds locks in an
// open transaction: so others must get past it. It returns the process as it
// stands still then.
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
