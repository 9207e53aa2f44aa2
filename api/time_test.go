package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A bubble is the API under a clock that moves by itself when all wait, and
// so without a network.
type bubble struct {
	store   *fake
	handler http.Handler
	admin   string
	job     string
}

func newBubble(t *testing.T, change ...func(*api.Config)) *bubble {
	t.Helper()
	b := &bubble{store: newFake(time.Now)}
	_, secret, err := b.store.CreateKey(context.Background(), auth.Caller{}, auth.Key{
		Name: "ops", Workspace: auth.Workspace{Name: "main"}, Scopes: []auth.Scope{auth.Admin},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.admin = secret
	config := api.Config{Store: b.store, Models: model.Shipped(), Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&config)
	}
	b.handler = api.New(config)
	b.job = "job1"
	b.store.jobs[b.job] = job.Job{ID: b.job, Workspace: "main", State: job.Running, Revision: 1, ExpiresAt: time.Now().Add(24 * time.Hour)}
	return b
}

// call runs a request to its end.
func (b *bubble) call(path string, header ...string) *httptest.ResponseRecorder {
	return b.as(context.Background(), b.admin, path, header...)
}

// as runs a request of another key, or one whose caller leaves.
func (b *bubble) as(ctx context.Context, key, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, "GET", path, nil)
	r.Header.Set("X-API-Key", key)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	b.handler.ServeHTTP(w, r)
	return w
}

func TestEventsComeAtMostFourTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		go func() {
			for range 200 {
				time.Sleep(10 * time.Millisecond)
				b.store.change(b.job, func(*job.Job) {})
			}
			b.store.change(b.job, func(j *job.Job) { j.State = job.Succeeded })
		}()
		text := b.call("/v1/jobs/" + b.job + "/events").Body.String()
		if n := strings.Count(text, "event: job\n"); n < 8 || n > 10 {
			t.Errorf("%d events in two seconds", n)
		}
		if !strings.Contains(text, `"state":"succeeded"`) {
			t.Error("the final event is missing")
		}
	})
}

func TestEventStreamBeatsAndEndsWithItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		began := time.Now()
		go func() {
			time.Sleep(40 * time.Second)
			_ = b.store.RevokeKey(context.Background(), auth.Caller{}, 1)
		}()
		text := b.call("/v1/jobs/" + b.job + "/events").Body.String()
		if n := strings.Count(text, ": still here\n\n"); n != 2 {
			t.Errorf("%d heartbeats: %q", n, text)
		}
		if d := time.Since(began); d < 40*time.Second || d >= 41*time.Second {
			t.Errorf("the stream ended after %v", d)
		}
	})
}

func TestLongPollEndsWithNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		began := time.Now()
		w := b.call("/v1/jobs/"+b.job+"?wait=20", "If-None-Match", `W/"1"`)
		if w.Code != 304 || time.Since(began) != 20*time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(began))
		}
	})
}

func TestChangeOfAnotherProcessIsSeenSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		began := time.Now()
		go func() {
			time.Sleep(10 * time.Second)
			b.store.changeUnseen(b.job, func(*job.Job) {})
		}()
		w := b.call("/v1/jobs/"+b.job+"?wait=20", "If-None-Match", `W/"1"`)
		if d := time.Since(began); w.Code != 200 || d > 10250*time.Millisecond {
			t.Errorf("%d after %v", w.Code, d)
		}
	})
}

func TestADatabaseThatSaysNothingIsWaitedForBriefly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.store.silent = true
		began := time.Now()
		w := b.call("/v1/jobs/" + b.job)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
			t.Errorf("answered %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
		if d := time.Since(began); d != 30*time.Second {
			t.Errorf("after %v", d)
		}
	})
}

func TestAPreviewThatTakesLongBecomesAJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.store.onPreview = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		r := httptest.NewRequest("PATCH", "/v1/desk/customers"+activeFilter+"&dryRun=true", strings.NewReader(leadPatch))
		r.Header.Set("X-API-Key", b.admin)
		w := httptest.NewRecorder()
		began := time.Now()
		b.handler.ServeHTTP(w, r)
		if w.Code != 202 || !strings.Contains(w.Body.String(), `"kind":"preview"`) || time.Since(began) != 30*time.Second {
			t.Errorf("%d %s after %v", w.Code, w.Body, time.Since(began))
		}
	})
}
