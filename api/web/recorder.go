package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// How long the server reads on when the body of a call is ended: until a read that
// waits is given up, and from the answer on.
const (
	lastRead  = 50 * time.Millisecond
	lingering = 500 * time.Millisecond
)

// A Recorder remembers what was answered, before it is compressed. It also
// moves the write deadline on as the reader takes what is written.
type Recorder struct {
	http.ResponseWriter
	Status int // 0 until the header was written
	Bytes  int64
	Left   bool // the caller closed the connection, or was too slow
	Broken bool // the answer was cut off
	// Actor and Workspace say whose key made the call, for the log.
	Actor, Workspace string
	// Method and Route say which route serves the call, for metrics: its pattern, or ""
	// for none.
	Method, Route string
	Problem       string    // code of the problem that was answered, "" for none
	Waited        bool      // the call took long because its caller asked for that
	Arrived       time.Time // when the request arrived

	step     time.Duration
	extended time.Time
	body     *timedBody  // nil for none
	cut      atomic.Bool // by [EndBody]
}

// NewRecorder returns a recorder that gives each write the time step.
func NewRecorder(w http.ResponseWriter, arrived time.Time, step time.Duration) *Recorder {
	return &Recorder{ResponseWriter: w, Arrived: arrived, step: step}
}

// WriteHeader notes the status.
func (r *Recorder) WriteHeader(status int) {
	if r.Status == 0 && status >= 200 {
		r.Status = status
		r.linger()
	}
	r.Extend()
	r.ResponseWriter.WriteHeader(status)
}

// Write counts what is sent.
func (r *Recorder) Write(b []byte) (int, error) {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	r.Extend()
	n, err := r.ResponseWriter.Write(b)
	r.Bytes += int64(n)
	if err != nil {
		r.Left = true
	}
	return n, err
}

// Unwrap lets [http.ResponseController] reach the connection.
func (r *Recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Extend gives the next write its time. It moves the deadline only now and
// then, so that many small writes cost little.
func (r *Recorder) Extend() {
	now := time.Now()
	if now.Sub(r.extended) < r.step/8 {
		return
	}
	r.extended = now
	_ = http.NewResponseController(r.ResponseWriter).SetWriteDeadline(now.Add(r.step))
}

// EndBody ends a read of the body that waits for the caller, soon. One that has
// something to read is not broken off, because the server could then no longer read
// on; see linger.
func EndBody(w http.ResponseWriter) {
	if r, ok := w.(*Recorder); ok {
		r.cut.Store(true)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lastRead))
}

// linger gives the server time to read on after [EndBody], and when it refuses a call
// whose body it has not read, since the caller may still be sending. To close the
// connection at once would reset it, and the reset can overtake the answer; to read
// for longer would hold up the answer for as long as the caller likes.
func (r *Recorder) linger() {
	unread := r.body != nil && !r.body.ended.Load()
	if r.cut.Load() || unread && r.Status >= 400 {
		_ = http.NewResponseController(r.ResponseWriter).SetReadDeadline(time.Now().Add(lingering))
	}
}

// LimitBody gives the body of a request, if it has one, until a deadline to
// arrive. The deadline is removed once the body was read to its end. The server
// then goes on reading, to notice when the caller closes the connection, and it
// would take a deadline that passes for that.
func (r *Recorder) LimitBody(request *http.Request, deadline time.Time) {
	if request.Body == nil || request.Body == http.NoBody {
		return
	}
	control := http.NewResponseController(r.ResponseWriter)
	_ = control.SetReadDeadline(deadline) // writers of tests have no deadlines
	r.body = &timedBody{ReadCloser: request.Body, control: control}
	request.Body = r.body
}

// A timedBody is a body with a deadline; see [Recorder.LimitBody].
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	ended   atomic.Bool // it was read to its end
}

// Read reads. A body that breaks off or comes too late is the caller's fault,
// so its error is a problem.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == io.EOF:
		b.ended.Store(true)
		_ = b.control.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = NewProblem("request_timeout", "The body did not arrive in time.").Set("Connection", "close")
	case err != nil:
		err = NewProblem("incomplete_body", "The body broke off before its end.").Set("Connection", "close")
	}
	return n, err
}
