package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// A request is one call of the API.
type request struct {
	method  string
	path    string // with its query
	header  map[string]string
	body    []byte
	timeout time.Duration // 0: as long as it takes
	costly  bool          // it may be answered that it takes too long
}

// An answer is the answer to a call, with the time of the call: two answers have an
// order only if their calls do not overlap.
type answer struct {
	span
	process string // name of the API process
	status  int
	header  http.Header
	body    []byte
}

// job returns the id of the job in the Location header, or "".
func (a answer) job() string {
	const prefix = "/v1/jobs/"
	at := a.header.Get("Location")
	if len(at) <= len(prefix) || at[:len(prefix)] != prefix {
		return ""
	}
	return at[len(prefix):]
}

func (a answer) String() string {
	return fmt.Sprintf("%d %.300s", a.status, bytes.TrimSpace(a.body))
}

// A caller calls the API with one key. Each call goes to a random API process, whether
// or not that is running.
type caller struct {
	apis  []apiProcess
	key   string
	http  *http.Client
	run   *run
	never context.Context // ends with the run
}

// An apiProcess is a process that serves the API, and its address.
type apiProcess struct{ name, base string }

// newHTTPClient returns a client that gives up soon if it cannot connect.
func newHTTPClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 100,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	}}
}

// once makes one call. It returns an error if no whole answer came.
func (c *caller) once(r request) (answer, error) {
	ctx, cancel := c.never, context.CancelFunc(func() {})
	if r.timeout > 0 {
		ctx, cancel = context.WithTimeout(c.never, r.timeout)
	}
	defer cancel()
	at := c.apis[rand.IntN(len(c.apis))]
	req, err := c.request(ctx, at, r)
	if err != nil {
		return answer{}, err
	}
	a := answer{span: span{sent: c.run.now()}, process: at.name}
	resp, err := c.http.Do(req)
	if err == nil {
		a.status, a.header = resp.StatusCode, resp.Header
		a.body, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	a.done = c.run.now()
	c.run.tally.answered(a, err)
	if err == nil {
		c.run.checkStatus(r, a)
	}
	return a, err
}

// request returns the HTTP request for a call of an API process.
func (c *caller) request(ctx context.Context, at apiProcess, r request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, at.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	return req, nil
}

// checkStatus records a 500 as a violation, and a 503 or 507 as a refusal, for which
// the checker then looks for a reason.
func (r *run) checkStatus(q request, a answer) {
	switch a.status {
	case http.StatusInternalServerError:
		r.violation("%s %s answered %s", q.method, q.path, a)
	case http.StatusServiceUnavailable, http.StatusInsufficientStorage:
		if tooCostly(q, a) {
			r.tally.timeouts.Add(1)
			return
		}
		r.refused(q, a)
	}
}

// errGivenUp is the error of a call that had no answer at the run's deadline.
var errGivenUp = errors.New("no answer until the deadline")

// persist repeats a call until it gets a whole answer other than 503 and 507, which
// faults may cause. The span of the answer begins with the first attempt.
func (c *caller) persist(r request) (answer, error) {
	first := c.run.now()
	for try := 0; ; try++ {
		a, err := c.once(r)
		passing := a.status == http.StatusServiceUnavailable || a.status == http.StatusInsufficientStorage
		if err == nil && !passing {
			a.sent = first
			return a, nil
		}
		if !c.pause(time.Duration(50+rand.IntN(300)) * time.Millisecond) {
			return a, fmt.Errorf("%w: %s %s: last %s, %w", errGivenUp, r.method, r.path, a, errOr(err))
		}
	}
}

var errNone = errors.New("no error")

// errOr returns err, or errNone if it is nil, to be wrapped.
func errOr(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// pause waits for a time. It returns false at the run's deadline.
func (c *caller) pause(d time.Duration) bool {
	select {
	case <-c.never.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// jsonBody encodes a body.
func jsonBody(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // this package builds only values that can be encoded
	}
	return text
}
