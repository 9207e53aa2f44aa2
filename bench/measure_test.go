package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"bulkpatch/client"
)

// onBoth runs a benchmark on both databases, on a copy of its own each time
// that it asks for one.
func onBoth(b *testing.B, of stock, run func(b *testing.B, program string, database func() string)) {
	b.Helper()
	program := binary(b)
	b.Run("SQLite", func(b *testing.B) {
		base := imported(b, program, of)
		run(b, program, func() string { return "sqlite://" + copied(b, base) })
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		c := startCluster(b, program, of)
		run(b, program, func() string { return c.URL(c.copied(b)) })
	})
}

// times are the durations of calls of one sort. Several goroutines may add to
// them.
type times struct {
	mu   sync.Mutex
	took []time.Duration
	bad  int // of them, those that were not answered as they should
}

// errCutOff is of a call that was ended by the caller, and does not count.
var errCutOff = errors.New("cut off")

func (t *times) add(took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took = append(t.took, took)
	if err != nil {
		t.bad++
	}
}

// share returns the time within which this share of the calls was answered.
func (t *times) share(of float64) time.Duration {
	slices.Sort(t.took)
	if len(t.took) == 0 {
		return 0
	}
	return t.took[min(int(float64(len(t.took))*of), len(t.took)-1)]
}

// over is the share of the calls that took longer than a time, in percent.
func (t *times) over(limit time.Duration) float64 {
	n := 0
	for _, took := range t.took {
		if took > limit {
			n++
		}
	}
	return percent(n, len(t.took))
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

// loop makes one call after the other, with a pause between them, until stop is
// closed. The last call counts, even if it ends later: otherwise the slowest
// calls would be missing.
func (t *times) loop(stop <-chan struct{}, pause time.Duration, call func() error) {
	for {
		began := time.Now()
		err := call()
		if err != errCutOff {
			t.add(time.Since(began), err)
		}
		select {
		case <-stop:
			return
		case <-time.After(pause):
		}
	}
}

// A caller makes calls with one key. Unlike the client it does not repeat calls
// that fail.
type caller struct {
	*client.Client
	base, key string
	http      *http.Client
}

// newCaller makes a key of a workspace.
func (s *server) newCaller(b *testing.B, name, workspace string, scopes ...string) *caller {
	b.Helper()
	_, secret, err := s.CreateKey(b.Context(), name, workspace, scopes)
	fatal(b, err)
	h := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	c, err := client.New(s.base, secret, client.WithAttempts(1), client.WithHTTPClient(h))
	fatal(b, err)
	return &caller{c, s.base, secret, h}
}

var everything = []string{"customers:read", "customers:write", "jobs:read", "jobs:write"}

// open makes a call. Any status but success is an error.
func (c *caller) open(ctx context.Context, method, path string, body io.Reader, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 300)) // it is only shown
		return nil, errors.Join(fmt.Errorf("%s %.60s answered %d: %s", method, path, resp.StatusCode, text), resp.Body.Close())
	}
	return resp, nil
}

// get reads an answer to its end.
func (c *caller) get(ctx context.Context, path string) error {
	resp, err := c.open(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}
