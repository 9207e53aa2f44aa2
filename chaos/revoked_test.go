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
	// endsWithin is how long open calls may go on after their key was revoked, and how
	// long new calls may be accepted. The promise is a second; the rest is for a busy
	// machine.
	endsWithin = slowness * 4 * time.Second
	// atOnce is how many lines of an import are sent at once, before the rest is sent
	// slowly. It is more than one batch.
	atOnce = 1100
)

// revoked adds keys that are revoked while calls of theirs are open. One of these calls
// is an import, so they are among the foreign writes, which are done one after the other.
func (d *planner) revoked() {
	p := d.plan
	for k := range max(1, d.per(0.1)) {
		n := len(p.foreign)
		at := d.between(500*time.Millisecond, p.active/2)
		p.foreign = append(p.foreign, newRevoke(n, k, at, p.tables[1], d.IntN(groups)))
	}
	slices.SortStableFunc(p.foreign, func(a, b foreignOp) int { return int(a.at - b.at) })
}

// newRevoke returns a foreign write that puts most of a table's records into another
// group, by an import that is cut off.
func newRevoke(n, k int, at time.Duration, t *table, group int) foreignOp {
	op := foreignOp{n: n, at: at, table: t, what: "revoke", group: group}
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
	strict bool          // there are no faults at the time
	gone   chan struct{} // closed when the revocation was answered

	mu      sync.Mutex
	revoked span
	ends    []ending
}

// An ending is the end of a call that was open when its key was revoked, or the refusal
// of a new call.
type ending struct {
	what, process string
	at            time.Duration // when it ended, or when waiting for that ended
	fault         string        // what is wrong apart from the time, "" for nothing
}

// revoke lets a key submit a job, import, export, and follow the job, and revokes the key
// meanwhile. Then another key imports the lines that the import had not written, so that
// it is known which values the records have.
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

// moveSince is like move, for records that another import may have moved already since a
// time.
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

// newHolder creates a key. If an attempt got no answer, it tries another name, because
// the key may have been created.
func (r *run) newHolder(op foreignOp) (*holder, error) {
	admin := r.callers["main"]
	for try := 0; ; try++ {
		a, err := admin.persist(request{method: "POST", path: "/v1/keys", body: jsonBody(map[string]any{
			"name": fmt.Sprintf("holder-%d-%d", op.n, try), "workspace": op.table.workspace,
			"scopes": []string{"customers:read", "customers:write", "jobs:read"},
		})})
		if err == nil && a.status == http.StatusConflict {
			continue // an earlier attempt has created it
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

// submit submits a job with the key. Another key pauses the job: it is idle while it is
// followed, and goes on after the key was revoked.
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

// holdOpen opens the calls and revokes the key. It returns when the calls have ended and
// no API process accepts the key any more.
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

// patience returns how long to wait for the end of a call after the revocation: with
// faults, as long as a process may be stopped.
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

// keep opens a call again and again until the key is revoked, and records how the call
// ended that was open then.
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

// note records the end of a call.
func (h *holder) note(e ending) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ends = append(h.ends, e)
}

// goneFor reports whether the revocation was answered at least so long ago.
func (h *holder) goneFor(d time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.revoked.done > 0 && h.run.now() > h.revoked.done+d
}

// refusedBy waits until an API process refuses the key.
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
			h.note(ending{"new call", at.name, h.run.now(), fmt.Sprintf("it was still accepted: %s, %v", a, err)})
			return
		}
	}
}

// checkRevocations checks how the calls ended whose key was revoked.
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

// stepping reports whether the clock of the processes was moved at a time. The build with
// the tag stepclock also moves the monotonic clock, which no machine does: a process that
// caches a key for a second may then do so until the clock is moved back.
func (r *run) stepping(s span) bool {
	return slices.ContainsFunc(r.windows, func(w window) bool {
		return w.what == stepClock && w.sent <= s.done && s.sent <= w.done+time.Second
	})
}

// judge says what is wrong with the end of a call, "" for nothing.
func (e ending) judge(revoked time.Duration) string {
	late := ""
	if e.at > revoked+endsWithin {
		late = fmt.Sprintf("it took %.3fs to end", (e.at - revoked).Seconds())
	}
	return strings.Trim(e.fault+"; "+late, "; ")
}
