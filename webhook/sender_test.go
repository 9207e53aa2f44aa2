package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"bulkpatch/job"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// patience is the limit of every wait in a test. Nothing takes nearly as long.
const patience = 30 * time.Second

// A receiver is told of ends, and answers as the test says.
type receiver struct {
	*httptest.Server
	told chan string // the ids of webhooks
}

// receive starts a receiver. answer may block; then it ends with the test.
func receive(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{told: make(chan string, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		r.told <- req.Header.Get("webhook-id")
		answer(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) next(t *testing.T) string {
	t.Helper()
	select {
	case id := <-r.told:
		return id
	case <-time.After(patience):
		t.Fatal("nothing was received")
		return ""
	}
}

func ok(http.ResponseWriter, *http.Request) {}

// until returns a receiver's answer that lasts until the test ends, or the sender
// hangs up.
func until(t *testing.T) http.HandlerFunc {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	return func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-end:
		case <-r.Context().Done():
		}
	}
}

// kit opens a store with a person.
func kit(t *testing.T) *storetest.Kit {
	t.Helper()
	k := storetest.NewKit(t, func(tb testing.TB, o store.Options) *store.Store {
		s, err := store.Open(context.Background(), "sqlite://"+filepath.Join(tb.TempDir(), "x.db"), o)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { s.Close() })
		return s
	})
	k.Add(1, func(int) string { return `{"id":1,"name":"Ana","visits":1}` })
	return k
}

// end ends a job that calls a URL.
func end(k *storetest.Kit, url string) job.Job {
	sub := k.Bulk(`{"id":1}`, `{"visits":2}`, job.Options{})
	sub.Webhook = url
	j := k.Accept(sub)
	k.Run(10)
	return j
}

// send runs a sender, and returns a function that stops it and waits for its end.
func send(t *testing.T, s Store) (*Sender, func()) {
	t.Helper()
	sender := NewSender(Config{
		Store: s, Allow: local(t), Secrets: []string{job.NewWebhookSecret()}, Log: slog.New(slog.DiscardHandler),
		Render: func(j job.Job) ([]byte, error) { return []byte(`{"type":"job.` + string(j.State) + `"}`), nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := sender.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop := sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(stop)
	return sender, stop
}

// reached waits until the delivery of a job is in a state.
func reached(t *testing.T, k *storetest.Kit, id string, want job.DeliveryState) job.Delivery {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		d, err := k.Delivery(t.Context(), k.WS, id)
		if err != nil {
			t.Fatal(err)
		}
		if d.State == want {
			return d
		}
		if time.Since(began) > patience {
			t.Fatalf("the delivery is %s and not %s: %+v", d.State, want, d.Attempts)
		}
	}
}

func TestAnEndIsDeliveredOnce(t *testing.T) {
	k, r := kit(t), receive(t, ok)
	before := end(k, r.URL) // before there is a sender
	send(t, k)
	send(t, k) // and another one
	after := end(k, r.URL)
	reached(t, k, before.ID, job.Delivered)
	d := reached(t, k, after.ID, job.Delivered)
	if d.Attempts[0].Status != 200 || len(d.Attempts) != 1 {
		t.Errorf("its attempts are %+v", d.Attempts)
	}
	got := map[string]bool{r.next(t): true, r.next(t): true}
	if len(r.told) > 0 || !got[before.ID+".succeeded"] || !got[after.ID+".succeeded"] {
		t.Errorf("received were %v and %d more", got, len(r.told))
	}
}

func TestAFailedEndIsDeliveredLater(t *testing.T) {
	tries := 0
	k := kit(t)
	r := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries == 1 {
			w.WriteHeader(500)
		}
	})
	s, _ := send(t, k)
	j := end(k, r.URL)
	first := r.next(t)
	for d, err := k.Delivery(t.Context(), k.WS, j.ID); len(d.Attempts) == 0; d, err = k.Delivery(t.Context(), k.WS, j.ID) {
		if err != nil {
			t.Fatal(err)
		}
	}
	k.Pass(time.Minute)
	if again := r.next(t); again != first {
		t.Errorf("%s was sent again as %s", first, again)
	}
	d := reached(t, k, j.ID, job.Delivered)
	if len(d.Attempts) != 2 || d.Attempts[1].Status != 500 {
		t.Errorf("its attempts are %+v", d.Attempts)
	}
	for result, want := range map[string]float64{resultDelivered: 1, resultFailed: 1, resultGaveUp: 0} {
		if n := counted(t, s, result); n != want {
			t.Errorf("%v attempts are counted as %s", n, result)
		}
	}
}

// counted reads how many attempts are counted with a result.
func counted(t *testing.T, s *Sender, result string) float64 {
	t.Helper()
	var m dto.Metric
	if err := s.stats.attempts.WithLabelValues(result).Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.Counter.GetValue()
}

// TestASlowReceiverHoldsUpNobody gives the sender more for one receiver than it sends at
// a time, which never answers, and then something for another one.
func TestASlowReceiverHoldsUpNobody(t *testing.T) {
	k, slow, quick := kit(t), receive(t, until(t)), receive(t, ok)
	for range pageSize + ofOneReceiver + 1 {
		end(k, slow.URL)
	}
	s, stop := send(t, k)
	for range ofOneReceiver {
		slow.next(t)
	}
	j := end(k, quick.URL)
	if id := quick.next(t); id != j.ID+".succeeded" {
		t.Errorf("received was %s", id)
	}
	reached(t, k, j.ID, job.Delivered)
	if n := len(slow.told); n > 0 {
		t.Errorf("the slow receiver was sent %d more at the same time", n)
	}
	began := time.Now()
	stop()
	if took := time.Since(began); took > 2*stopWithin || len(s.taken)+len(s.shares) > 0 {
		t.Errorf("the stop took %v, with %d attempts left", took, len(s.taken))
	}
}

// TestSlowReceiversOfManyWorkspacesLeaveRoom lets workspaces with endless deliveries take
// what they get, and then one more ask.
func TestSlowReceiversOfManyWorkspacesLeaveRoom(t *testing.T) {
	s := NewSender(Config{})
	of := func(ws, n int64) job.WebhookRef {
		return job.WebhookRef{Ref: job.Ref{Workspace: ws, Job: n}, Receiver: strconv.FormatInt(n%3, 10)}
	}
	crowd := func(from int64) (got []job.WebhookRef) {
		for n := from; n < from+20; n++ {
			for ws := range int64(5) {
				if w := of(ws+1, n); s.take(w) {
					got = append(got, w)
				}
			}
		}
		return got
	}
	busy := crowd(0)
	if full, room := s.full(); len(busy) < 20 || !room || len(full) < 5 {
		t.Fatalf("five workspaces make %d attempts, %v are full, and there is room: %v", len(busy), full, room)
	}
	for n, w := range busy {
		s.release(w)
		crowd(100 + 20*int64(n))
		if other := of(9, int64(n)); !s.take(other) {
			t.Fatalf("another workspace gets nothing after %d attempts", n)
		} else {
			s.release(other)
		}
	}
}

// A stuckStore can begin no attempt.
type stuckStore struct {
	Store
	asked chan struct{} // gets a value for each question what is due
	tries atomic.Int64
}

func (s *stuckStore) DueWebhooks(ctx context.Context, full []job.Share, secret bool, most int) ([]job.WebhookRef, error) {
	select {
	case s.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return s.Store.DueWebhooks(ctx, full, secret, most)
}

func (s *stuckStore) BeginWebhook(context.Context, job.WebhookRef, []byte) (job.Dispatch, bool, error) {
	s.tries.Add(1)
	return job.Dispatch{}, false, nil
}

// TestWhatCannotBeBegunWaitsForTheNextPoll counts how often the store is asked until the
// next poll: twice at the start, and twice since it has notified the sender.
func TestWhatCannotBeBegunWaitsForTheNextPoll(t *testing.T) {
	k := kit(t)
	end(k, "http://127.0.0.1:1/")
	stuck := &stuckStore{Store: k, asked: make(chan struct{})}
	send(t, stuck)
	began := time.Now()
	for range 6 {
		select {
		case <-stuck.asked:
		case <-time.After(patience):
			t.Fatal("the store is not asked")
		}
	}
	if took := time.Since(began); took < pollEvery {
		t.Errorf("the store was asked six times in %v, for %d tries", took, stuck.tries.Load())
	}
}

// An illegibleStore cannot read the jobs with the lowest numbers.
type illegibleStore struct {
	Store
	upTo int64
}

func (s *illegibleStore) WebhookJob(ctx context.Context, w job.WebhookRef) (job.Job, error) {
	if w.Job <= s.upTo {
		return job.Job{}, errors.New("illegible")
	}
	return s.Store.WebhookJob(ctx, w)
}

// TestWhatCanNeverBeBegunHoldsUpNobody has a page of deliveries that cannot be begun
// before one that can.
func TestWhatCanNeverBeBegunHoldsUpNobody(t *testing.T) {
	k, r := kit(t), receive(t, ok)
	var last job.Job
	for range pageSize + 1 {
		last = end(k, r.URL)
	}
	good := end(k, r.URL)
	s, _ := send(t, &illegibleStore{Store: k, upTo: last.Num})
	if id := r.next(t); id != good.ID+".succeeded" {
		t.Errorf("received was %s", id)
	}
	k.Pass(job.WebhookPeriod + time.Hour)
	d := reached(t, k, last.ID, job.DeliveryGaveUp)
	if len(d.Attempts) > 0 {
		t.Errorf("its attempts are %+v", d.Attempts)
	}
	if n := counted(t, s, resultGaveUp); n == 0 {
		t.Error("none is counted as given up")
	}
}

// A lossyStore loses the record of each first attempt, as a process does that is killed
// before it can write it.
type lossyStore struct {
	Store
	lost chan struct{}
}

func (s *lossyStore) EndWebhook(ctx context.Context, d job.Dispatch, e job.DispatchEnd) (job.DeliveryState, error) {
	if d.Epoch == 1 {
		close(s.lost)
		return e.State, nil
	}
	return s.Store.EndWebhook(ctx, d, e)
}

func TestAnEndWhoseRecordIsLostIsSentAgainAsTheSame(t *testing.T) {
	k, r := kit(t), receive(t, ok)
	lossy := &lossyStore{Store: k, lost: make(chan struct{})}
	send(t, lossy)
	j := end(k, r.URL)
	first := r.next(t)
	<-lossy.lost
	k.Pass(2 * job.WebhookTimeout)
	if again := r.next(t); again != first {
		t.Errorf("%s was sent again as %s", first, again)
	}
	d := reached(t, k, j.ID, job.Delivered)
	if len(d.Attempts) != 2 || !strings.Contains(d.Attempts[1].Error, "may have arrived") {
		t.Errorf("its attempts are %+v", d.Attempts)
	}
}
