package chaos

import (
	"bufio"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A listener reads the event streams of one job. When a stream breaks, it opens the next
// one, at a random API process.
type listener struct {
	*caller
	j    *tracked
	last int64 // revision of the last event, 0 for none
	over bool  // the final event has come
}

// listen reads the job's events until the final one.
func (r *run) listen(c *caller, j *tracked) {
	l := &listener{caller: c, j: j}
	for !l.over {
		l.hear()
		if !l.over && !l.pause(time.Duration(100+rand.IntN(300))*time.Millisecond) {
			r.violation("the events of %s never told of its end; the last was revision %d", j.name(), l.last)
			return
		}
	}
}

// hear opens one stream and records its events until it breaks.
func (l *listener) hear() {
	q := request{method: "GET", path: "/v1/jobs/" + l.j.id + "/events", header: map[string]string{}}
	if l.last > 0 {
		q.header["Last-Event-ID"] = strconv.FormatInt(l.last, 10)
	}
	at := l.apis[rand.IntN(len(l.apis))]
	req, err := l.request(l.never, at, q)
	if err != nil {
		l.run.violation("%v", err)
		return
	}
	a := answer{span: span{sent: l.run.now()}, process: at.name}
	resp, err := l.http.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	a.status, a.done = resp.StatusCode, l.run.now()
	switch a.status {
	case http.StatusOK:
		l.read(a.sent, resp.Body)
	case http.StatusNoContent: // the final event was sent before
		l.over = true
	case http.StatusServiceUnavailable, http.StatusInsufficientStorage, http.StatusInternalServerError:
		a.body, _ = io.ReadAll(resp.Body) // only for the report
		l.run.checkStatus(q, a)
	default:
		l.run.violation("the events of %s were asked for and the answer is %s", l.j.name(), a)
	}
}

// read records the events of a stream. Each describes the job as it was at some moment
// since the stream was opened.
func (l *listener) read(opened time.Duration, body io.Reader) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 8<<20) // a job may carry a large patch
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		s := sighting{span: span{opened, l.run.now()}}
		if err := json.Unmarshal([]byte(data), &s.jobView); err != nil || s.JobID != l.j.id {
			l.run.violation("an event of %s cannot be read: %q, %v", l.j.name(), data, err)
			return
		}
		if s.Revision <= l.last {
			l.run.violation("an event of %s told of revision %d after %d", l.j.name(), s.Revision, l.last)
		}
		l.last, l.over = s.Revision, s.Done
		l.run.tally.events.Add(1)
		l.j.see(s)
	}
}
