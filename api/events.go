package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// Times of an event stream.
const (
	eventGap  = 250 * time.Millisecond // minimum between two events
	heartbeat = 15 * time.Second
)

// events streams a job's changes as server-sent events: one event named job for
// each new revision, with the revision as its id, until the job is final. A
// caller that reconnects with Last-Event-ID gets only newer revisions. One that
// has the final revision gets 204, which makes browsers stop reconnecting.
func (s *server) events(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	follower := s.watcher.follow(c.workspace(), c.r.PathValue("job"))
	defer follower.stop()
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
	if err := s.calls.stream(c); err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // or nginx holds events back
	c.w.WriteHeader(http.StatusOK)
	if c.bodyless() {
		return nil
	}
	f := &feed{server: s, call: c, control: http.NewResponseController(c.w), follower: follower}
	if err := f.control.Flush(); err != nil { // the first event may come late
		return err
	}
	return f.run(newReading(j), last)
}

// A feed is one open event stream.
type feed struct {
	*server
	call     *call
	control  *http.ResponseController
	follower *follower
}

// run sends changes until the job is final, the caller leaves, the key is
// revoked or the process stops. The caller has the revision last already.
func (f *feed) run(r *reading, last int64) error {
	ticks := time.NewTicker(heartbeat)
	defer ticks.Stop()
	if r.job.Revision == last {
		r = f.next(last, ticks)
	}
	for r != nil && r.err == nil {
		if err := f.report(r); err != nil || r.job.State.Final() {
			return err
		}
		revision := r.job.Revision
		r = nil // may be large, and it may be long until the next one
		if f.rest() {
			r = f.next(revision, ticks)
		}
	}
	return nil
}

// report sends a job as an event. All callers share the same bytes, except for
// a preview: what it shows depends on the key.
func (f *feed) report(r *reading) error {
	if r.job.Preview == nil && r.job.UndoPreview == nil {
		event, err := r.event()
		if err != nil {
			return err
		}
		return f.push(event)
	}
	j := r.job
	if err := f.addToken(f.call, &j); err != nil {
		return err
	}
	event, err := eventOf(j)
	if err != nil {
		return err
	}
	return f.push(event)
}

// eventOf returns a job as an event.
func eventOf(j job.Job) ([]byte, error) {
	data, err := web.JSONLine(jobOf(j.Short()))
	return slices.Concat([]byte("event: job\nid: "+strconv.FormatInt(j.Revision, 10)+"\ndata: "), data, []byte("\n")), err
}

// push sends bytes at once.
func (f *feed) push(b []byte) error {
	if _, err := f.call.w.Write(b); err != nil {
		return err
	}
	return f.control.Flush()
}

// rest waits for eventGap, and reports whether the stream goes on.
func (f *feed) rest() bool {
	gap := time.NewTimer(eventGap)
	defer gap.Stop()
	select {
	case <-gap.C:
		return true
	case <-f.call.ctx().Done():
	case <-f.Stopping:
	}
	return false
}

// next waits for a reading with another revision. It returns nil when the
// stream is over. Heartbeats are sent to notice that the caller has left.
func (f *feed) next(seen int64, heartbeats *time.Ticker) *reading {
	for {
		r, changed := f.follower.news(seen)
		if r != nil {
			return r
		}
		select {
		case <-changed:
		case <-heartbeats.C:
			if f.push([]byte(": still here\n\n")) != nil {
				return nil
			}
		case <-f.call.ctx().Done():
			return nil
		case <-f.Stopping:
			return nil
		}
	}
}
