package api

import (
	"bytes"
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
	f := &feed{server: s, call: c}
	f.show = f.jobEvent
	return f.serve()
}

// A feed is one open event stream about a job.
type feed struct {
	*server
	call     *call
	control  *http.ResponseController
	follower *follower

	show func(*reading) ([]byte, error) // returns the event that shows a reading, nil for none
	end  []byte                         // is sent behind the event of the final state; nil for nothing
	// every is how often a job that has not ended is read again although its revision is
	// the same, because its rate and the like do not raise that; 0 for never.
	every time.Duration
}

// serve answers the call with the stream.
func (f *feed) serve() error {
	c := f.call
	f.follower = f.watcher.follow(c.workspace(), c.r.PathValue("job"))
	defer f.follower.stop()
	j, err := f.visibleJob(c)
	if err != nil {
		return err
	}
	last, err := strconv.ParseInt(strings.TrimSpace(c.r.Header.Get("Last-Event-ID")), 10, 64)
	if err != nil {
		last = -1
	}
	if j.State.Final() && last == j.Revision && f.end == nil {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err := f.calls.stream(c); err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // or nginx holds events back
	c.w.WriteHeader(http.StatusOK)
	if c.bodyless() {
		return nil
	}
	f.control = http.NewResponseController(c.w)
	if err := f.control.Flush(); err != nil { // the first event may come late
		return err
	}
	return f.run(newReading(j), last)
}

// run sends changes until the job is final, the caller leaves, the key is
// revoked or the process stops. The caller has the revision last already.
func (f *feed) run(r *reading, last int64) error {
	ticks := time.NewTicker(heartbeat)
	defer ticks.Stop()
	if r.job.Revision == last {
		if r.job.State.Final() {
			return f.push(f.end)
		}
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

// report sends a reading as an event, and behind the final one the end.
func (f *feed) report(r *reading) error {
	event, err := f.show(r)
	if err != nil {
		return err
	}
	if r.job.State.Final() && f.end != nil {
		event = slices.Concat(event, f.end)
	}
	if len(event) == 0 {
		return nil
	}
	return f.push(event)
}

// jobEvent returns a job as an event. All callers share the same bytes, except for
// a preview: what it shows depends on the key.
func (f *feed) jobEvent(r *reading) ([]byte, error) {
	if r.job.Preview == nil && r.job.UndoPreview == nil {
		return r.event()
	}
	j := r.job
	if err := f.addToken(f.call, &j); err != nil {
		return nil, err
	}
	return eventOf(j)
}

// eventOf returns a job as an event.
func eventOf(j job.Job) ([]byte, error) {
	data, err := web.JSONLine(jobOf(j.Short()))
	return eventNamed("job", j.Revision, dataLines(data)), err
}

// eventNamed returns an event with its name, its id and its data, as dataLines returns
// it.
func eventNamed(name string, id int64, data ...[]byte) []byte {
	event := []byte("event: " + name + "\nid: " + strconv.FormatInt(id, 10) + "\n")
	return append(slices.Concat(event, slices.Concat(data...)), '\n')
}

// dataLines returns data as that of an event. What follows a line break in the data
// never becomes a part of the event by itself.
func dataLines(data []byte) []byte {
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	var lines bytes.Buffer
	for line := range bytes.Lines(data) {
		lines.WriteString("data: ")
		lines.Write(bytes.TrimSuffix(line, []byte("\n")))
		lines.WriteByte('\n')
	}
	return lines.Bytes()
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

// next waits for a reading with another revision, or for one that is due again. It
// returns nil when the stream is over. Heartbeats are sent to notice that the caller
// has left.
func (f *feed) next(seen int64, heartbeats *time.Ticker) *reading {
	again, stop := f.again()
	defer stop()
	var due time.Time
	for {
		r, changed := f.follower.news(seen)
		if r == nil && !due.IsZero() {
			r, changed = f.follower.since(due)
		}
		if r != nil {
			return r
		}
		select {
		case <-changed:
		case due = <-again:
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

// again returns a channel that says when the job is to be read again, and what
// releases it. All feeds do that at the same instants, so that one read serves all of
// them.
func (f *feed) again() (<-chan time.Time, func()) {
	if f.every == 0 {
		return nil, func() {}
	}
	now := time.Now()
	t := time.NewTimer(now.Truncate(f.every).Add(f.every).Sub(now))
	return t.C, func() { t.Stop() }
}
