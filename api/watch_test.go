package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// counts is how often the store was asked so far.
func (f *fake) counts() (queries, reads, keyLooks int) {
	defer f.lock()()
	return f.queries, f.reads, f.keyLooks
}

// set changes what the fake does.
func (f *fake) set(how func()) {
	defer f.lock()()
	how()
}

// keys makes so many more keys for all jobs.
func (b *bubble) keys(n int) []string {
	var secrets []string
	for i := range n {
		_, secret, err := b.store.CreateKey(context.Background(), auth.Caller{}, auth.Key{
			Name: fmt.Sprint("k", i), Workspace: auth.Workspace{Name: "main"}, Scopes: []auth.Scope{auth.JobsRead, auth.CustomersWrite},
		})
		if err != nil {
			panic(err)
		}
		secrets = append(secrets, secret)
	}
	return secrets
}

// followers opens so many event streams and long polls of the job, half and
// half, and returns what ends them and what waits for their end.
func (b *bubble) followers(n int, answered func(*httptest.ResponseRecorder)) (leave, wait func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	keys := b.keys((n + api.MaxStreams - 1) / api.MaxStreams)
	for i := range n {
		path, key := "/v1/jobs/"+b.job+"/events", keys[i/api.MaxStreams]
		if i%2 == 0 {
			path = "/v1/jobs/" + b.job + "?wait=30"
		}
		all.Go(func() { answered(b.as(ctx, key, path, "If-None-Match", `W/"1"`, "Last-Event-ID", "1")) })
	}
	return cancel, all.Wait
}

// TestFollowersShareOneQueryATick counts what 500 followers of one job cost
// that does not change: four queries a second for all of them, and as many as
// the promise about keys needs; nothing once they have left.
func TestFollowersShareOneQueryATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		leave, wait := b.followers(500, func(*httptest.ResponseRecorder) {})
		time.Sleep(time.Second)
		queries, reads, looks := b.store.counts()
		time.Sleep(10 * time.Second)
		q, r, l := b.store.counts()
		if n := q - queries; n < 39 || n > 41 || r != reads || l-looks > 34 {
			t.Errorf("in ten seconds: %d queries for revisions, %d reads of jobs, %d queries for keys", q-queries, r-reads, l-looks)
		}
		leave()
		wait()
		time.Sleep(time.Second)
		queries, _, looks = b.store.counts()
		time.Sleep(time.Minute)
		if q, _, l := b.store.counts(); q != queries || l != looks {
			t.Errorf("%d and %d queries with nobody to tell", q-queries, l-looks)
		}
	})
}

// TestOneReadTellsAllFollowers changes a job in this process, and in another
// one: all followers are told by one read, at once or within a tick.
func TestOneReadTellsAllFollowers(t *testing.T) {
	for name, within := range map[string]time.Duration{"here": 0, "elsewhere": 250 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t)
				_, wait := b.followers(300, func(w *httptest.ResponseRecorder) {
					if text := w.Body.String(); w.Code != 200 || !strings.Contains(text, `"state":"succeeded"`) || strings.Count(text, `"revision":2`) != 1 {
						t.Errorf("told %d %q", w.Code, text)
					}
				})
				time.Sleep(time.Second)
				queries, reads, _ := b.store.counts()
				began := time.Now()
				change := b.store.changeUnseen
				if within == 0 {
					change = b.store.change
				}
				change(b.job, func(j *job.Job) { j.State = job.Succeeded })
				wait()
				if d := time.Since(began); d > within {
					t.Errorf("told after %v", d)
				}
				if q, r, _ := b.store.counts(); r-reads != 1 || q-queries > 1 {
					t.Errorf("%d reads and %d queries", r-reads, q-queries)
				}
			})
		})
	}
}

// TestWhoComesBackReadsNothing has callers poll again with what they were told,
// as clients do: what all of them have seen is not read for each anew.
func TestWhoComesBackReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		const callers = 50
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for tag := `W/"1"`; tag != ""; {
					w := b.call("/v1/jobs/"+b.job+"?wait=30", "If-None-Match", tag)
					if tag = w.Header().Get("ETag"); strings.Contains(w.Body.String(), `"done":true`) {
						tag = ""
					}
				}
			})
		}
		time.Sleep(time.Second)
		var before int
		b.store.set(func() { before = b.store.lone })
		for range 10 {
			b.store.change(b.job, func(*job.Job) {})
			time.Sleep(time.Second)
		}
		b.store.set(func() {
			if n := b.store.lone - before; n > 0 {
				t.Errorf("%d reads of the job for %d answers", n, 10*callers)
			}
		})
		b.store.change(b.job, func(j *job.Job) { j.State = job.Succeeded })
		all.Wait()
	})
}

var eventID = regexp.MustCompile(`(?m)^id: (\d+)$`)

// TestRevisionsOnlyRise changes a job in both ways while many follow it, some
// from the beginning and some later.
func TestRevisionsOnlyRise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 17 * time.Millisecond)
				last := 0
				for _, id := range eventID.FindAllStringSubmatch(b.call("/v1/jobs/"+b.job+"/events").Body.String(), -1) {
					n, _ := strconv.Atoi(id[1])
					if n <= last {
						t.Errorf("revision %d after %d", n, last)
					}
					last = n
				}
				if last != 302 {
					t.Errorf("the last revision is %d", last)
				}
			})
		}
		for i := range 300 {
			time.Sleep(10 * time.Millisecond)
			change := b.store.changeUnseen
			if i%3 > 0 {
				change = b.store.change
			}
			change(b.job, func(*job.Job) {})
		}
		b.store.changeUnseen(b.job, func(j *job.Job) { j.State = job.Succeeded })
		all.Wait()
	})
}

// TestASingleIsWaitedForInShortTicks changes a single that a caller waits for
// in this process, without a query, and in another one.
func TestASingleIsWaitedForInShortTicks(t *testing.T) {
	for name, within := range map[string]time.Duration{"here": 0, "elsewhere": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t)
				b.store.set(func() {
					j := b.store.jobs[b.job]
					j.Kind = job.Single
					b.store.jobs[b.job] = j
				})
				var began time.Time
				go func() {
					time.Sleep(15 * time.Millisecond)
					began = time.Now()
					change := b.store.changeUnseen
					if within == 0 {
						change = b.store.change
					}
					change(b.job, func(j *job.Job) { j.State = job.Succeeded })
				}()
				w := b.call("/v1/jobs/"+b.job+"?wait=20", "If-None-Match", `W/"1"`)
				queries, reads, _ := b.store.counts()
				if d := time.Since(began); w.Code != 200 || d > within || reads != 1 || within == 0 && queries > 0 {
					t.Errorf("%d after %v, %d queries, %d reads", w.Code, d, queries, reads)
				}
			})
		})
	}
}

// TestASlowStoreIsAskedLessOften follows a job in a store that takes a second
// for each answer: it is left alone for most of the time.
func TestASlowStoreIsAskedLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.store.slow = time.Second
		b.call("/v1/jobs/"+b.job+"?wait=30", "If-None-Match", `W/"1"`)
		if queries, _, _ := b.store.counts(); queries > 8 {
			t.Errorf("asked %d times in half a minute", queries)
		}
	})
}

// TestAStreamThatIsNotReadHoldsNobodyUp opens two streams and reads one.
func TestAStreamThatIsNotReadHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		client, done := b.serve(t)
		defer done()
		open := func() *bufio.Reader {
			req, err := http.NewRequest("GET", "http://api/v1/jobs/"+b.job+"/events", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-API-Key", b.admin)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { resp.Body.Close() })
			return bufio.NewReader(resp.Body)
		}
		open()
		reader := open()
		for revision := 1; revision <= 20; revision++ {
			for line := ""; line != fmt.Sprintf("id: %d\n", revision); {
				var err error
				if line, err = reader.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
			}
			b.store.change(b.job, func(*job.Job) {})
		}
	})
}

// TestFollowersOutliveAnOutage changes a job while the store does not answer.
func TestFollowersOutliveAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		_, wait := b.followers(10, func(w *httptest.ResponseRecorder) {
			if w.Code != 200 || !strings.Contains(w.Body.String(), `"state":"succeeded"`) {
				t.Errorf("told %d %q", w.Code, w.Body)
			}
		})
		time.Sleep(time.Second)
		b.store.set(func() { b.store.down = true })
		b.store.change(b.job, func(j *job.Job) { j.State = job.Succeeded })
		time.Sleep(10 * time.Second)
		b.store.set(func() { b.store.down = false })
		wait()
	})
}

// TestFollowersOfAJobThatGoesAreTold removes a job, and what was left of it.
func TestFollowersOfAJobThatGoesAreTold(t *testing.T) {
	for status, remove := range map[int]func(b *bubble){
		410: func(b *bubble) {
			b.store.changeUnseen(b.job, func(j *job.Job) { j.ExpiredAt = new(time.Time); j.State = job.Succeeded })
		},
		404: func(b *bubble) { b.store.set(func() { delete(b.store.jobs, b.job) }) },
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t)
			_, wait := b.followers(2, func(w *httptest.ResponseRecorder) {
				if stream := w.Header().Get("Content-Type") == "text/event-stream"; !stream && w.Code != status || stream && w.Body.Len() > 0 {
					t.Errorf("told %d %q, not %d", w.Code, w.Body, status)
				}
			})
			time.Sleep(time.Second)
			remove(b)
			wait()
		})
	}
}

// TestStreamsOfAKeyAreLimited opens as many as a key may have. Those that have
// their answer at once do not count, nor do those of other keys.
func TestStreamsOfAKeyAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		keys := b.keys(2)
		ctx, cancel := context.WithCancel(context.Background())
		events, poll := "/v1/jobs/"+b.job+"/events", "/v1/jobs/"+b.job+"?wait=5"
		var all sync.WaitGroup
		for range api.MaxStreams {
			all.Go(func() { b.as(ctx, keys[0], events) })
		}
		synctest.Wait()
		for _, path := range []string{events, poll} {
			w := b.as(ctx, keys[0], path, "If-None-Match", `W/"1"`)
			if w.Code != 429 || !strings.Contains(w.Body.String(), `"code":"too_many_streams"`) || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s is answered with %d %q", path, w.Code, w.Body)
			}
		}
		if w := b.as(ctx, keys[0], poll, "If-None-Match", `W/"0"`); w.Code != 200 {
			t.Errorf("with news: %d", w.Code)
		}
		if w := b.as(ctx, keys[1], poll, "If-None-Match", `W/"1"`); w.Code != 304 {
			t.Errorf("another key: %d", w.Code)
		}
		cancel()
		all.Wait()
		if w := b.as(context.Background(), keys[0], poll, "If-None-Match", `W/"1"`); w.Code != 304 {
			t.Errorf("when they have left: %d", w.Code)
		}
	})
}

// A slowBody arrives after a while.
type slowBody struct {
	io.Reader
	after time.Duration
}

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(b.after)
	b.after = 0
	return b.Reader.Read(p)
}

func (b *slowBody) Close() error { return nil }

// TestAWaitCountsFromTheArrival sends a body that takes three seconds of the
// five that the caller is willing to wait.
func TestAWaitCountsFromTheArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		began := time.Now()
		r := httptest.NewRequest("PATCH", "/v1/desk/customers"+activeFilter, &slowBody{strings.NewReader(leadPatch), 3 * time.Second})
		r.Header.Set("X-API-Key", b.admin)
		r.Header.Set("Prefer", "wait=5")
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if d := time.Since(began); w.Code != http.StatusAccepted || d != 5*time.Second {
			t.Errorf("%d after %v", w.Code, d)
		}
	})
}
