package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// endsWithin is how long calls may go on after their key was revoked, and
	// how long new ones may be taken. A second is promised; the rest is for a
	// machine that has no time to spare.
	endsWithin = slowness * 4 * time.Second
	// atOnce is how many lines of an import are sent before the rest trickles:
	// more than a batch.
	atOnce = 1100
)

// revoked draws keys that are revoked while calls of theirs are open. As the
// import that is one of these calls is a foreign write like others, it takes
// its turn among them.
func (d *planner) revoked() {
	p := d.plan
	for k := range max(1, d.per(0.1)) {
		n := len(p.foreign)
		at := d.between(500*time.Millisecond, p.active/2)
		p.foreign = append(p.foreign, newRevoke(n, k, at, p.tables[1], d.IntN(groups)))
	}
	slices.SortStableFunc(p.foreign, func(a, b foreignOp) int { return int(a.at - b.at) })
}

// newRevoke moves most of a table's records by an import that is cut off.
func newRevoke(n, k int, at time.Duration, t *table, group int) foreignOp {
	op := foreignOp{n: n, at: at, table: t, kind: "revoke", group: group}
	for i := k; i < min(t.initial-t.doomed, atOnce+200); i++ {
		op.indexes = append(op.indexes, i)
	}
	return op
}

// A holder is a key that is revoked while calls of it are open.
type holder struct {
	*caller
	op     foreignOp
	id     int64
	strict bool          // nothing else is wrong at the time
	gone   chan struct{} // closed when the revoke was answered

	mu      sync.Mutex
	revoked span
	ends    []ending
}

// An ending is a call that was open when its key was revoked, or the refusal of
// a new one.
type ending struct {
	what, process string
	at            time.Duration // when it ended, or was given up
	fault         string        // "" for none but that it may be late
}

// revoke has a key submit a job, import, export, and follow that job, and
// revokes it meanwhile. Then what the import had not yet written is imported
// by another key: so it is known what the records hold.
func (r *run) revoke(op foreignOp, value string) error {
	h, err := r.newHolder(op)
	if err != nil {
		return err
	}
	made, q, err := h.submit()
	if err != nil {
		return err
	}
	began := r.now()
	h.holdOpen(made.job(), value)
	err = r.moveSince(began, op, value)
	if made.status == http.StatusAccepted {
		r.enter(r.callers[op.table.workspace], made, op.table, q.key, func(j *tracked) { j.bulk = q.op }, nil, nil)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revocations = append(r.revocations, h)
	return err
}

// moveSince moves records that an import may have moved already since a time.
func (r *run) moveSince(began time.Duration, op foreignOp, value string) error {
	t := op.table
	if err := r.move(r.of(t), op, value); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, i := range op.indexes {
		groups := t.records[i].groups
		groups[len(groups)-1].sent = began
	}
	return nil
}

// newHolder makes a key. Where nobody answers, another name is tried: the key
// may have been made.
func (r *run) newHolder(op foreignOp) (*holder, error) {
	admin := r.callers["main"]
	for try := 0; ; try++ {
		a, err := admin.persist(request{method: "POST", path: "/v1/keys", body: jsonBody(map[string]any{
			"name": fmt.Sprintf("holder-%d-%d", op.n, try), "workspace": op.table.workspace,
			"scopes": []string{"customers:read", "customers:write", "jobs:read"},
		})})
		if err == nil && a.status == http.StatusConflict {
			continue // an earlier try has made it
		}
		var made struct {
			ID     int64
			Secret string
		}
		if err != nil || a.status != http.StatusCreated || json.Unmarshal(a.body, &made) != nil {
			return nil, unexpected(a, err)
		}
		c := *r.callers[op.table.workspace]
		c.key, c.http = made.Secret, narrowClient()
		return &holder{caller: &c, op: op, id: made.ID, strict: r.isCalm(), gone: make(chan struct{})}, nil
	}
}

// A heldJob is what a holder has submitted.
type heldJob struct {
	op  *bulkOp
	key string
}

// submit has the key make a job, which is paused by another: it is idle while
// it is followed, and goes on when the key is gone.
func (h *holder) submit() (answer, heldJob, error) {
	t := h.op.table
	made := heldJob{key: fmt.Sprintf("held-%d", h.op.n), op: &bulkOp{
		n: -h.op.n, table: t, cond: idRange{0, 39}, patch: map[string]any{t.texts[0]: fmt.Sprintf("held %d", h.op.n)},
		options: map[string]any{"recordsPerSecond": 5}, slow: true, asJob: true,
	}}
	a, err := h.persist(request{method: "POST", path: "/v1/jobs", header: map[string]string{"Idempotency-Key": made.key}, body: jsonBody(map[string]any{
		"model": t.model, "filter": made.op.cond.filter(t), "patch": made.op.patch, "options": made.op.options,
	})})
	if err != nil || a.status != http.StatusAccepted || a.job() == "" {
		return a, made, unexpected(a, err)
	}
	p, err := h.run.callers[t.workspace].persist(request{method: "POST", path: "/v1/jobs/" + a.job() + "/pause"})
	if err != nil || p.status != http.StatusOK && p.status != http.StatusConflict {
		return a, made, unexpected(p, err)
	}
	return a, made, nil
}

// holdOpen opens the calls, revokes the key, and returns when they have ended
// and no front takes the key any more.
func (h *holder) holdOpen(job, value string) {
	var all sync.WaitGroup
	keep := func(what string, open func(context.Context, apiProcess) (string, error)) {
		all.Go(func() { h.keep(what, open) })
	}
	keep("event stream", func(ctx context.Context, at apiProcess) (string, error) {
		return h.drain(ctx, at, request{method: "GET", path: "/v1/jobs/" + job + "/events"}, nil)
	})
	keep("long poll", func(ctx context.Context, at apiProcess) (string, error) { return h.poll(ctx, at, job) })
	keep("export", func(ctx context.Context, at apiProcess) (string, error) {
		return h.drain(ctx, at, request{method: "GET", path: "/v1/" + h.op.table.model + "/export"}, func(body io.Reader) error {
			_, err := io.CopyN(io.Discard, body, 4<<10)
			time.Sleep(40 * time.Millisecond)
			return err
		})
	})
	keep("import", func(ctx context.Context, at apiProcess) (string, error) { return h.trickle(ctx, at, value) })
	h.pause(500*time.Millisecond + time.Duration(rand.IntN(1000))*time.Millisecond)
	h.end()
	for _, at := range h.apis {
		all.Go(func() { h.refusedBy(at) })
	}
	all.Wait()
	h.run.tally.revoked.Add(1)
}

// patience is how long after the revoke a call is waited for: where a process
// may stand still, as long as that may last.
func (h *holder) patience() time.Duration {
	switch {
	case h.strict:
		return 2 * endsWithin
	case h.run.long:
		return slowness * 50 * time.Second
	}
	return slowness * 20 * time.Second
}

// end revokes the key.
func (h *holder) end() {
	a, err := h.run.callers["main"].persist(request{method: "DELETE", path: fmt.Sprint("/v1/keys/", h.id)})
	if err != nil || a.status != http.StatusNoContent && a.status != http.StatusNotFound && !h.run.isDisturbed(a) {
		h.run.violation("a key was revoked and the answer is %s, %v", a, err)
	}
	h.mu.Lock()
	h.revoked = a.span
	h.mu.Unlock()
	close(h.gone)
}

// keep opens a call again and again until the key is gone, and notes how that
// one ended which was open then.
func (h *holder) keep(what string, open func(context.Context, apiProcess) (string, error)) {
	ctx, cancel := context.WithCancel(h.never)
	defer cancel()
	go func() {
		select {
		case <-ctx.Done():
		case <-h.gone:
			time.AfterFunc(h.patience(), cancel)
		}
	}()
	for {
		at := h.apis[rand.IntN(len(h.apis))]
		fault, err := open(ctx, at)
		select {
		case <-h.gone:
			if err != nil && ctx.Err() != nil {
				fault = "it never ended"
			}
			h.note(ending{what, at.name, h.run.now(), fault})
			h.run.tally.cut.Add(1)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (h *holder) note(e ending) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ends = append(h.ends, e)
}

// goneFor reports whether the revoke was answered some time ago.
func (h *holder) goneFor(d time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.revoked.done > 0 && h.run.now() > h.revoked.done+d
}

// refusedBy waits until a front takes the key no more.
func (h *holder) refusedBy(at apiProcess) {
	one := *h.caller
	one.apis = []apiProcess{at}
	for {
		a, err := one.once(request{method: "GET", path: "/v1/jobs?limit=1", timeout: endsWithin})
		switch late := h.run.now() > h.revoked.done+h.patience(); {
		case err == nil && a.status == http.StatusUnauthorized:
			h.note(ending{"new call", at.name, a.sent, ""})
			return
		case late, !one.pause(100 * time.Millisecond):
			h.note(ending{"new call", at.name, h.run.now(), fmt.Sprintf("it was still taken: %s, %v", a, err)})
			return
		}
	}
}

// checkRevocations judges how calls ended whose key was revoked.
func (c *checker) checkRevocations() {
	for _, h := range c.revocations {
		for _, e := range h.ends {
			if s := (span{h.revoked.sent, e.at}); !h.strict && (c.excused(e.process, s) || c.stepping(s)) {
				continue
			}
			if fault := e.judge(h.revoked.done); fault != "" {
				c.violation("the %s at %s of a key that was revoked by %.3fs: %s", e.what, e.process, h.revoked.done.Seconds(), fault)
			}
		}
	}
}

// stepping reports whether the clock of the processes was moved at a time. The
// build for that moves what they measure times by, too, which no machine does:
// a key that was remembered for a second is so until the clock is back.
func (r *run) stepping(s span) bool {
	return slices.ContainsFunc(r.windows, func(w window) bool {
		return w.kind == stepClock && w.sent <= s.done && s.sent <= w.done+time.Second
	})
}

// judge says what is wrong with how a call ended, "" for nothing.
func (e ending) judge(revoked time.Duration) string {
	late := ""
	if e.at > revoked+endsWithin {
		late = fmt.Sprintf("it took %.3fs to end", (e.at - revoked).Seconds())
	}
	return strings.Trim(e.fault+"; "+late, "; ")
}
