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

// DefaultAttempts is how often a [Client] sends a call that is safe to repeat, if
// [WithAttempts] does not say otherwise.
const DefaultAttempts = 5

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	// longestAsked is the longest pause that a server may ask for by Retry-After.
	longestAsked = 30 * time.Second
	maxErrorBody = 1 << 20
)

// A Client calls one server with one API key. It is safe for concurrent use.
//
// When the server cannot be reached, an answer is lost, or it is 429, 502, 503 or 504,
// the client sends a call again if sending it twice has the effect of sending it once,
// at most [DefaultAttempts] times in all:
//
//   - calls that change nothing, previews included;
//   - calls that make a job: each has an idempotency key, a random one if the caller
//     gives none, so one call makes one job even if an answer was lost;
//   - calls that set something: pause, resume, cancel, throttle, the brake, and the
//     revocation of a key.
//
// It sends any other call once: what creates or deletes a record, creates or rotates a
// key, and imports. It waits between two attempts as long as the Retry-After header
// says. If that is more than 30 seconds it returns the [*Error] instead, whose
// RetryAfter says how long. A query that exceeded its time limit ([CodeQueryTimeout])
// is not sent again, because it would take as long again.
type Client struct {
	base     string
	key      string
	http     *http.Client
	attempts int
	pause    func(ctx context.Context, d time.Duration) error
}

// An Option changes how a [Client] calls.
type Option func(*Client)

// WithHTTPClient makes the client send its calls through h. By default it uses an
// [http.Client] of its own without a timeout, because imports and exports may take
// long; cancel the context to end a call.
func WithHTTPClient(h *http.Client) Option {
	return func(c *Client) { c.http = h }
}

// WithAttempts sets how often a call that is safe to repeat is sent at most. Values
// below 1 mean 1. The default is [DefaultAttempts].
func WithAttempts(n int) Option {
	return func(c *Client) { c.attempts = max(n, 1) }
}

// New returns a client for the server at the base address, such as
// http://127.0.0.1:8080. It returns an error when the address cannot be that of a
// server. It does not call the server.
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
	sets   bool      // sets something, so that a second call changes nothing more
}

// repeatable reports whether sending the call twice has the effect of sending it
// once. [Client] says which calls these are.
func (r call) repeatable() bool {
	return r.stream == nil && (r.method == http.MethodGet || r.sets || r.header.Get("Idempotency-Key") != "")
}

// repeat sends the call by once, again and again if that is safe, until it succeeds.
func (c *Client) repeat(ctx context.Context, r call, once func() error) error {
	attempts := 1
	if r.repeatable() {
		attempts = c.attempts
	}
	for n := 1; ; n++ {
		err := once()
		if err == nil || n >= attempts || ctx.Err() != nil || !transient(err) {
			return err
		}
		if err := c.pause(ctx, delay(n, err)); err != nil {
			return err
		}
	}
}

// stream sends the call and returns the first answer with a status below 400, whose
// body the caller reads and closes. Any other answer becomes an [*Error].
func (c *Client) stream(ctx context.Context, r call) (resp *http.Response, err error) {
	err = c.repeat(ctx, r, func() error {
		resp, err = c.send(ctx, r)
		return err
	})
	return resp, err
}

// send sends the call once.
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
		return nil, &unreachable{withoutQuery(err)}
	}
	if resp.StatusCode >= 400 {
		return nil, readError(resp)
	}
	return resp, nil
}

// json sends the call and decodes the body of the answer into out. If out is nil, it
// discards the body.
func (c *Client) json(ctx context.Context, r call, out any) (resp *http.Response, err error) {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set("Accept", "application/json")
	err = c.repeat(ctx, r, func() error {
		if resp, err = c.send(ctx, r); err != nil {
			return err
		}
		return decode(r, resp, out)
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// decode reads the answer to a call into out, and closes its body.
func decode(r call, resp *http.Response, out any) error {
	defer resp.Body.Close()
	if out == nil || resp.StatusCode == http.StatusNotModified || resp.StatusCode == http.StatusNoContent {
		_, _ = io.Copy(io.Discard, resp.Body) // the status is the answer
		return nil
	}
	if !hasType(resp, "application/json") {
		return fmt.Errorf("%w: %s %s", ErrForeign, r.method, r.path)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil { // the answer is lost, as if there had been none
		return &unreachable{fmt.Errorf("read the answer to %s %s: %w", r.method, r.path, err)}
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("read the answer to %s %s: %w", r.method, r.path, err)
	}
	return nil
}

// hasType reports whether an answer has a media type.
func hasType(resp *http.Response, want string) bool {
	got, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && got == want
}

// withoutQuery leaves the query out of the URL that an error of the connection names:
// programs log such errors, and it may have customers' values and the URL of a webhook.
func withoutQuery(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		failed.URL, _, _ = strings.Cut(failed.URL, "?")
	}
	return err
}

// unreachable wraps an error of the connection: there was no answer.
type unreachable struct{ err error }

// Error returns the text of the connection's error.
func (e *unreachable) Error() string { return e.err.Error() }

// Unwrap returns the connection's error.
func (e *unreachable) Unwrap() error { return e.err }

// transient reports whether the same call may succeed later.
func transient(err error) bool {
	var answer *Error
	if errors.As(err, &answer) {
		if answer.Code == CodeQueryTimeout || answer.Code == CodeTooManyStreams || answer.RetryAfter > longestAsked {
			return false
		}
		switch answer.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	var gone *unreachable
	return errors.As(err, &gone)
}

// delay returns how long to wait after attempt n: as long as the server asks for,
// or else twice as long each time. Half of it is random, so that many clients do
// not call again at the same moment.
func delay(n int, err error) time.Duration {
	var answer *Error
	if errors.As(err, &answer) && answer.hasRetryAfter {
		return min(answer.RetryAfter, longestAsked)
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

// retryAfter reads the Retry-After header, which holds seconds or a date. It
// reports whether there is a valid one.
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
