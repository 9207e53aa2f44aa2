package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
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
	Arrived          time.Time // when the request arrived

	step     time.Duration
	extended time.Time
}

// NewRecorder returns a recorder that gives each write the time step.
func NewRecorder(w http.ResponseWriter, arrived time.Time, step time.Duration) *Recorder {
	return &Recorder{ResponseWriter: w, Arrived: arrived, step: step}
}

// WriteHeader notes the status.
func (r *Recorder) WriteHeader(status int) {
	if r.Status == 0 && status >= 200 {
		r.Status = status
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

// LimitBody gives the body of a request, if it has one, until a deadline to
// arrive. The deadline is removed once the body was read to its end. The server
// then goes on reading, to notice when the caller closes the connection, and it
// would take a deadline that passes for that.
func LimitBody(w http.ResponseWriter, r *http.Request, deadline time.Time) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(deadline) // writers of tests have no deadlines
	r.Body = &timedBody{ReadCloser: r.Body, control: control}
}

// A timedBody is a body with a deadline; see [LimitBody].
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read reads. A body that breaks off or comes too late is the caller's fault,
// so its error is a problem.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == io.EOF:
		_ = b.control.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = NewProblem("request_timeout", "The body did not arrive in time.").Set("Connection", "close")
	case err != nil:
		err = NewProblem("incomplete_body", "The body broke off before its end.").Set("Connection", "close")
	}
	return n, err
}
