package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Defaults of a [Client].
const (
	DefaultAttempts = 5
	firstPause      = 200 * time.Millisecond
	longestPause    = 10 * time.Second
	maxErrorBody    = 1 << 20
)

// A Client calls one server with one key. It is safe for concurrent use.
//
// A call that changes nothing, or that carries an idempotency key, is sent
// again when the server is out of reach or answers 429 or 503: then two
// deliveries have the effect of one. Any other call is sent once, and so is a
// query that took longer than it may (code "query_timeout"): it would again.
type Client struct {
	base     string
	key      string
	http     *http.Client
	attempts int
	pause    func(ctx context.Context, d time.Duration) error
}

// An Option changes how a [Client] calls.
type Option func(*Client)

// WithHTTPClient makes calls through h. Without it the client has one of its
// own without a timeout, since imports and exports may run for long: end a
// call by its context.
func WithHTTPClient(h *http.Client) Option {
	return func(c *Client) { c.http = h }
}

// WithAttempts sets how often a call that is safe to repeat is sent in all;
// [DefaultAttempts] without it, and at least once.
func WithAttempts(n int) Option {
	return func(c *Client) { c.attempts = max(n, 1) }
}

// New returns a client of the server at the base address, such as
// http://127.0.0.1:8080. It does not call the server.
func New(base, key string, options ...Option) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("the server's address must look like http://host:port")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("the server's address must have no user, query or fragment")
	}
	c := &Client{
		base:     strings.TrimSuffix(u.String(), "/"),
		key:      key,
		http:     &http.Client{},
		attempts: DefaultAttempts,
		pause:    pause,
	}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// A call is one request, kept so that it can be sent more than once.
type call struct {
	method string
	path   string // escaped, below the base address
	query  url.Values
	header http.Header
	body   []byte
	stream io.Reader // instead of body; such a call is sent once
}

// repeatable reports whether two deliveries of the call have the effect of
// one.
func (r call) repeatable() bool {
	return r.stream == nil && (r.method == http.MethodGet || r.header.Get("Idempotency-Key") != "")
}

// do sends the call, again where that is safe, and returns the first answer
// below 400 with its body open. Any other answer is an [*Error].
func (c *Client) do(ctx context.Context, r call) (*http.Response, error) {
	attempts := 1
	if r.repeatable() {
		attempts = c.attempts
	}
	for n := 1; ; n++ {
		resp, err := c.send(ctx, r)
		if err == nil {
			return resp, nil
		}
		if n >= attempts || ctx.Err() != nil || !transient(err) {
			return nil, err
		}
		if err := c.pause(ctx, delay(n, err)); err != nil {
			return nil, err
		}
	}
}

// send makes one attempt.
func (c *Client) send(ctx context.Context, r call) (*http.Response, error) {
	body := r.stream
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("build the request: %w", err)
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &unreachable{err}
	}
	if resp.StatusCode >= 400 {
		return nil, readError(resp)
	}
	return resp, nil
}

// json sends the call and decodes the answer into out, which may be nil.
func (c *Client) json(ctx context.Context, r call, out any) (*http.Response, error) {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set("Accept", "application/json")
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if out == nil || resp.StatusCode == http.StatusNotModified || resp.StatusCode == http.StatusNoContent {
		_, err = io.Copy(io.Discard, resp.Body)
		return resp, err
	}
	if !hasType(resp, "application/json") {
		return nil, fmt.Errorf("%w: %s %s", ErrForeign, r.method, r.path)
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return nil, fmt.Errorf("read the answer to %s %s: %w", r.method, r.path, err)
	}
	return resp, nil
}

// hasType reports whether an answer is of a media type.
func hasType(resp *http.Response, want string) bool {
	got, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && got == want
}

// unreachable wraps a fault of the connection: no answer came.
type unreachable struct{ err error }

func (e *unreachable) Error() string { return e.err.Error() }
func (e *unreachable) Unwrap() error { return e.err }

// Codes of answers after which a call is not sent again as it is.
const (
	codeQueryTimeout   = "query_timeout"
	codeTooManyStreams = "too_many_streams"
)

// transient reports whether a later attempt may succeed.
func transient(err error) bool {
	var answer *Error
	if errors.As(err, &answer) {
		if answer.Code == codeQueryTimeout || answer.Code == codeTooManyStreams {
			return false
		}
		return answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable
	}
	var gone *unreachable
	return errors.As(err, &gone)
}

// delay is how long to wait after attempt n: what the server asks for, else
// twice as long each time, with jitter so that many clients do not return at
// once.
func delay(n int, err error) time.Duration {
	var answer *Error
	if errors.As(err, &answer) && answer.hasRetryAfter {
		return min(answer.RetryAfter, longestPause)
	}
	d := min(firstPause<<(n-1), longestPause)
	return d/2 + rand.N(d/2)
}

// pause waits for d or until the context ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// retryAfter reads a Retry-After header, as seconds or as a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}
