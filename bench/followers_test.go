package bench

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bulkpatch/client"
)

var followers = flag.Int("followers", 200, "event streams and long polls of BenchmarkFollowers, in all")

const (
	followed  = 20 // jobs
	following = 10 // keys
)

// BenchmarkFollowers has many followers of twenty jobs. Half of the jobs are
// paused, and half change one customer a second. Half of the followers keep an
// event stream open, and half make long polls. cores is the CPU time of the
// server's process per second; PostgreSQL's processes are not included.
// call-ms-median and call-ms-p99 are the times of other calls meanwhile, which
// read a job and a customer. lost is how many followers were refused or cut off,
// and told how many answers and events they got. At full size, with the allowed
// 200 followers for each of ten keys:
//
//	go test ./bench -run '^$' -bench Followers -followers 2000 -measured 30s
func BenchmarkFollowers(b *testing.B) { onBoth(b, desks(followed*100), follow) }

func follow(b *testing.B, program string, database func() string) {
	b.Helper()
	enoughFiles(b, *followers)
	s := serve(b, program, database(), "embedded")
	defer s.stop(b)
	jobs := s.slowJobs(b)
	keys := make([]*caller, following)
	for i := range keys {
		keys[i] = s.newCaller(b, fmt.Sprint("follower", i), "main", "jobs:read")
		keys[i].http.Transport.(*http.Transport).MaxIdleConnsPerHost = *followers
	}
	other := s.newCaller(b, "other", "main", everything...)
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		f := &crowd{}
		for i := range *followers {
			one := f.poll
			if i%2 == 0 {
				one = f.stream
			}
			f.join(ctx, keys[i%following], jobs[i/2%followed], one)
		}
		f.ready(b)
		before, began, told := s.cpu(b), time.Now(), f.told.Load()
		t := other.lookAround(b, jobs)
		b.ReportMetric((s.cpu(b)-before).Seconds()/time.Since(began).Seconds(), "cores")
		b.ReportMetric(ms(t.share(0.5)), "call-ms-median")
		b.ReportMetric(ms(t.share(0.99)), "call-ms-p99")
		b.ReportMetric(float64(f.told.Load()-told), "told")
		b.ReportMetric(float64(f.lost.Load()), "lost")
		cancel()
		f.all.Wait()
	}
	for _, id := range jobs {
		_, err := s.Cancel(b.Context(), id)
		fatal(b, err)
	}
}

// slowJobs starts jobs, half of which it pauses; the others run slowly.
func (s *server) slowJobs(b *testing.B) (ids []string) {
	b.Helper()
	rate := 1.0
	for i := range followed {
		filter := raw(fmt.Sprintf(`{"id": {"$between": [%d, %d]}}`, i*100+1, i*100+100))
		j, err := s.SubmitBulk(b.Context(), "desk", filter, raw(`{"jobTitle": "Followed"}`), client.Options{RecordsPerSecond: &rate})
		fatal(b, err)
		ids = append(ids, j.ID)
		if i%2 == 0 {
			_, err := s.Pause(b.Context(), j.ID)
			fatal(b, err)
		}
	}
	return ids
}

// cpu returns the CPU time that the server has used.
func (s *server) cpu(b *testing.B) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	fatal(b, err)
	// The second field is a name in brackets; the 14th and 15th are ticks of
	// a hundredth of a second.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		fatal(b, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// A crowd is the followers.
type crowd struct {
	all                sync.WaitGroup
	joined, told, lost atomic.Int64
}

// A followOnce asks for one answer or stream about a job. tag is the ETag of the
// last answer, next that of this one; "" before the first answer and for
// streams. opened is called when the server has begun to answer, or refused.
type followOnce func(ctx context.Context, c *caller, id, tag string, opened func()) (next string, err error)

// join adds a follower of a job, which asks again when a long poll is answered
// or a stream breaks.
func (f *crowd) join(ctx context.Context, c *caller, id string, one followOnce) {
	joined := sync.OnceFunc(func() { f.joined.Add(1) })
	f.all.Go(func() {
		for tag := ""; ctx.Err() == nil; {
			next, err := one(ctx, c, id, tag, joined)
			if err != nil && ctx.Err() == nil {
				f.lost.Add(1)
				time.Sleep(100 * time.Millisecond)
			}
			tag = next
		}
	})
}

// poll asks for news of a job and waits for them.
func (f *crowd) poll(ctx context.Context, c *caller, id, tag string, opened func()) (next string, err error) {
	path, header := "/v1/jobs/"+id, []string{}
	if tag != "" {
		path, header = path+"?wait=20", []string{"If-None-Match", tag}
	}
	resp, err := c.open(ctx, "GET", path, nil, header...)
	opened()
	if err != nil {
		return tag, err
	}
	defer resp.Body.Close()
	f.told.Add(1)
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.Header.Get("ETag"), err
}

// stream reads the events of a job until the stream breaks.
func (f *crowd) stream(ctx context.Context, c *caller, id, _ string, opened func()) (string, error) {
	return "", f.events(ctx, c, "/v1/jobs/"+id+"/events", opened)
}

// events reads a stream until it breaks.
func (f *crowd) events(ctx context.Context, c *caller, path string, opened func()) error {
	resp, err := c.open(ctx, "GET", path, nil)
	opened()
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data:") {
			f.told.Add(1)
		}
	}
	return lines.Err()
}

// ready waits until all followers have joined, and one second more, so that the
// cost of joining is not measured.
func (f *crowd) ready(b *testing.B) {
	b.Helper()
	f.readyWith(b, *followers)
}

// readyWith is ready for a number of followers.
func (f *crowd) readyWith(b *testing.B, n int) {
	b.Helper()
	for f.joined.Load() < int64(n) {
		pause(b, 10*time.Millisecond)
	}
	pause(b, time.Second)
}

// lookAround reads jobs and customers for as long as the flag says.
func (c *caller) lookAround(b *testing.B, jobs []string) *times {
	b.Helper()
	t, stop, n := &times{}, make(chan struct{}), 0
	time.AfterFunc(*measured, func() { close(stop) })
	t.loop(stop, 10*time.Millisecond, func() error {
		n++
		path := "/v1/jobs/" + jobs[n/2%len(jobs)]
		if n%2 == 0 {
			path = fmt.Sprint("/v1/desk/customers/", n%1000+1)
		}
		return c.get(b.Context(), path)
	})
	return t
}
