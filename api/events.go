package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/job"
)

// The rhythm of an event stream.
const (
	eventGap  = 250 * time.Millisecond // at least, between two events
	heartbeat = 15 * time.Second
)

// events streams a job's changes as server-sent events: one event job for
// each new revision, with the revision as its id, until the final one. A
// caller that comes back with Last-Event-ID is told only what is new; one
// that has seen the end gets 204, at which browsers stop coming back.
func (s *server) events(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	j, err := s.visibleJob(c)
	if err != nil {
		return err
	}
	last, err := strconv.ParseInt(strings.TrimSpace(c.r.Header.Get("Last-Event-ID")), 10, 64)
	if err != nil {
		last = -1
	}
	if j.State.Final() && last == j.Revision {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // or nginx holds events back
	c.w.WriteHeader(http.StatusOK)
	if c.bodyless() {
		return nil
	}
	f := &feed{server: s, call: c, control: http.NewResponseController(c.w), last: last}
	if err := f.control.Flush(); err != nil { // the first event may be long in coming
		return err
	}
	return f.run(j)
}

// A feed is one open event stream.
type feed struct {
	*server
	call    *call
	control *http.ResponseController
	last    int64 // revision sent last
}

// run sends changes until the job is final, the caller leaves, the key ends
// or the process stops.
func (f *feed) run(j job.Job) error {
	changed, stop := f.Store.Subscribe(j.ID)
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if err := f.report(j); err != nil || j.State.Final() {
			return err
		}
		next, ok := f.nextChange(changed, beat)
		if !ok {
			return nil
		}
		j = next
	}
}

// report sends the job if its revision is new.
func (f *feed) report(j job.Job) error {
	if j.Revision == f.last {
		return nil
	}
	if err := f.addToken(f.call, &j); err != nil {
		return err
	}
	data, err := jsonLine(jobOf(j.Short()))
	if err != nil {
		return err
	}
	f.last = j.Revision
	return f.push(slices.Concat([]byte("event: job\nid: "+strconv.FormatInt(j.Revision, 10)+"\ndata: "), data, []byte("\n")))
}

// push sends bytes at once.
func (f *feed) push(b []byte) error {
	if _, err := f.call.w.Write(b); err != nil {
		return err
	}
	return f.control.Flush()
}

// nextChange waits until the job has another revision and enough time has
// passed since the last event. ok is false when the stream is over.
func (f *feed) nextChange(changed <-chan struct{}, beat *time.Ticker) (j job.Job, ok bool) {
	gap := time.NewTimer(eventGap)
	defer gap.Stop()
	select {
	case <-gap.C:
	case <-f.call.ctx().Done():
		return j, false
	case <-f.Stopping:
		return j, false
	}
	pace := newPace()
	defer pace.stop()
	for {
		j, err := f.Store.Job(f.call.ctx(), f.call.workspace(), f.call.r.PathValue("job"))
		switch {
		case err == nil && j.Revision != f.last:
			return j, true
		case errors.Is(err, job.ErrNotFound), errors.Is(err, job.ErrGone):
			return j, false
		}
		select {
		case <-changed:
		case <-pace.next():
		case <-beat.C:
			if !f.alive() {
				return j, false
			}
		case <-f.call.ctx().Done():
			return j, false
		case <-f.Stopping:
			return j, false
		}
	}
}

// alive sends the heartbeat, which also finds out that the caller has left,
// and ends the stream of a key that was revoked.
func (f *feed) alive() bool {
	if _, err := f.keys.find(f.call.ctx(), f.call.secret); errors.Is(err, job.ErrNotFound) {
		return false
	}
	return f.push([]byte(": still here\n\n")) == nil
}
