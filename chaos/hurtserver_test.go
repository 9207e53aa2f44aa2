package chaos

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

// hurtServer hurts PostgreSQL or the way there.
func (h *hurter) hurtServer(f fault) {
	if h.down && f.kind != endSessions {
		h.soon(func() { h.hurtServer(f) })
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
func (h *hurter) end() error   { h.server.server.Stop(h.server.t); return nil }
func (h *hurter) abort() error { h.server.server.Kill(h.server.t); return nil }

func (h *hurter) killSession() error {
	ctx, cancel := context.WithTimeout(context.Background(), alert)
	defer cancel()
	return h.server.killSession(ctx)
}

// takeServer takes the server away for a while.
func (h *hurter) takeServer(f fault, take func() error) {
	before, began := h.server.ways.felt(), h.now()
	if err := take(); err != nil {
		h.again(f, err)
		return
	}
	h.down = true
	h.since(began, f, func() (string, bool, error) {
		h.down = false
		return "", h.server.ways.felt() > before, h.server.up()
	})
}

// again tries a fault once more that could not take place, as another was in
// its way.
func (h *hurter) again(f fault, err error) {
	if h.now() < h.started+h.active+echo {
		h.soon(func() { h.begin(f) })
		return
	}
	h.failed(f, err)
}

// freeze makes all of the server stand still, while its connections stay.
func (h *hurter) freeze(f fault) {
	before, began := h.server.ways.asked(), h.now()
	if err := h.server.server.Stall(); err != nil {
		h.again(f, err)
		return
	}
	h.down = true
	h.since(began, f, func() (string, bool, error) {
		h.down = false
		return "", h.server.ways.asked() > before, errors.Join(h.server.server.Resume(), h.server.up())
	})
}

// spoilServer changes how connections to the server are treated for a while.
func (h *hurter) spoilServer(f fault, mode proxyMode) {
	before, began := h.server.ways.felt(), h.now()
	h.server.ways.set(mode, time.Duration(5+f.choice%60)*time.Millisecond)
	h.down = true
	h.since(began, f, func() (string, bool, error) {
		h.server.ways.set(forward, 0)
		h.down = false
		return "", h.server.ways.felt() > before, nil
	})
}

func (h *hurter) endSessions(f fault) {
	ctx, cancel := context.WithTimeout(context.Background(), alert)
	defer cancel()
	began := h.now()
	n, err := h.server.terminate(ctx, 1+f.choice%12)
	if err == nil && n == 0 {
		err = errNoSession
	}
	if err != nil {
		h.again(f, err)
		return
	}
	h.took(window{f, span{began, h.now()}, "", true})
}

var errNoSession = errors.New("the program had no session")

// block lets a session hold locks for a while, as somebody does who looks
// into the database and forgets to leave.
func (h *hurter) block(f fault) {
	b, err := h.server.newBlocker(f.choice)
	if err != nil {
		h.again(f, err)
		return
	}
	h.awaitBlock(f, b, h.now()+maxLockWait)
}

// awaitBlock keeps the locks once the session has them.
func (h *hurter) awaitBlock(f fault, b *blocker, until time.Duration) {
	held, err := b.holds()
	switch {
	case held:
		for part := range time.Duration(4) {
			h.add(step{h.now() + f.lasts*(part+1)/5, b.look})
		}
		h.lasting(f, func() (string, bool, error) {
			b.look()
			b.release(f.choice%2 == 0)
			return "", b.felt, nil
		})
	case err != nil: // it lost a deadlock, or its connection
		b.release(false)
		h.again(f, err)
	case h.now() > until:
		b.release(true)
		h.failed(f, errNoLock)
	default:
		h.soon(func() { h.awaitBlock(f, b, until) })
	}
}

// crowd makes the server's disk full. When the server cannot go on without
// room it ends, and is started when there is room again.
func (h *hurter) crowd(f fault) {
	if h.down {
		h.soon(func() { h.crowd(f) })
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
	h.down = true
	h.since(began, f, func() (string, bool, error) {
		h.down = false
		err := errors.Join(h.disk.clear(), h.server.up())
		return "", h.server.lacked() > before || h.tally.full.Load() > full, err
	})
}

var errNoDisk = errors.New("no file system may be mounted here")

// part takes one process's way to one server or to both, and leaves the
// others theirs: at once or without a word.
func (h *hurter) part(f fault) {
	victim := h.procs[f.choice%len(h.procs)].name
	mode := []proxyMode{silent, cut}[f.choice/7%2]
	var cutOff []*proxy
	for _, w := range h.partedWays(f.kind) {
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
func (h *hurter) partedWays(k faultKind) []*ways {
	switch k {
	case partPostgres:
		return []*ways{h.server.ways}
	case partRedis:
		return []*ways{h.queue.ways}
	}
	return []*ways{h.server.ways, h.queue.ways}
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
func (h *hurter) hold(p *process, cmd *exec.Cmd) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), alert)
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
