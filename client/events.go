package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// silence is how long an event stream may say nothing: the server sends a heartbeat
	// every 15 seconds.
	silence = 45 * time.Second
	// maxEventLine bounds a line of an event stream in bytes. Events leave out filters and
	// patches above 4 KiB.
	maxEventLine = 4 << 20
)

var errStreamEnded = errors.New("the event stream ended before the job")

// Events follows a job by its event stream: it lists the job as it is, and then again
// after each change, at most a few per second, until it has ended. The first error ends
// the list. after is the Revision of the job that the caller has seen already, 0 for
// none: a program that was restarted can go on where it stopped.
//
// When the connection breaks, says nothing for 45 seconds, or is ended by a server that
// stops, Events opens another one that resumes with the header Last-Event-ID. It gives
// up as [WithAttempts] says, counted anew after each event. A key may have 200 streams
// and long polls open; above that the error has the code [CodeTooManyStreams].
func (c *Client) Events(ctx context.Context, jobID string, after int64) iter.Seq2[Job, error] {
	return func(yield func(Job, error) bool) {
		for failures := 1; ; failures++ {
			done, err := c.eventStream(ctx, jobID, func(j Job) bool {
				failures, after = 1, j.Revision
				return yield(j, nil)
			}, after)
			if done {
				return
			}
			if ctx.Err() == nil && failures < c.attempts && transient(err) {
				err = c.pause(ctx, delay(failures, err))
			}
			if err != nil {
				yield(Job{}, err)
				return
			}
		}
	}
}

// eventStream reads one event stream, and shows each event. done: there is nothing more
// to read, because the job has ended or show has returned false.
func (c *Client) eventStream(ctx context.Context, jobID string, show func(Job) bool, after int64) (done bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	watchdog := time.AfterFunc(silence, stop)
	defer watchdog.Stop()
	header := http.Header{"Accept": {"text/event-stream"}}
	if after > 0 {
		header.Set("Last-Event-ID", strconv.FormatInt(after, 10))
	}
	r := call{method: http.MethodGet, path: jobPath(jobID) + "/events", header: header}
	resp, err := c.send(ctx, r)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNoContent { // the final revision was seen already
		return true, nil
	}
	if !hasType(resp, "text/event-stream") {
		return false, fmt.Errorf("%w: %s %s", ErrForeign, r.method, r.path)
	}
	return readEvents(resp.Body, func() { watchdog.Reset(silence) }, func(j Job) bool { return show(j) && !j.Done })
}

// readEvents reads events until show returns false. It calls alive for each line.
func readEvents(body io.Reader, alive func(), show func(Job) bool) (done bool, err error) {
	text := bufio.NewScanner(body)
	text.Buffer(nil, maxEventLine)
	var data strings.Builder
	for text.Scan() {
		alive()
		line := text.Text()
		if value, ok := strings.CutPrefix(line, "data:"); ok {
			data.WriteString(value)
		}
		if line != "" || data.Len() == 0 {
			continue
		}
		var j Job
		if err := json.Unmarshal([]byte(data.String()), &j); err != nil {
			return false, fmt.Errorf("read an event: %w", err)
		}
		data.Reset()
		if !show(j) {
			return true, nil
		}
	}
	err = text.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return false, fmt.Errorf("read an event: %w", err)
	}
	if err == nil {
		err = errStreamEnded
	}
	return false, &unreachable{err}
}
