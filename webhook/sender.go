package webhook

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
	"bulkpatch/trace"
)

// How many attempts a process makes at the same time: in all, of one workspace, and of
// one workspace to one receiver. So a receiver that takes long to answer holds up
// neither other receivers nor other workspaces. Besides, a workspace has no more than
// are left for all others: what is free goes to those that have the fewest, however
// many workspaces have slow receivers and long waiting deliveries.
const (
	atOnce         = 32
	ofOneWorkspace = 8
	ofOneReceiver  = 4
)

const (
	// pollEvery is how often the store is asked without a notification: other
	// processes end jobs, too, and failed attempts become due again.
	pollEvery = time.Second
	// searchEvery is how often some deliveries are looked at whose job may have ended
	// without making them due.
	searchEvery = 5 * time.Second
	// pageSize bounds the deliveries that one question to the store returns.
	pageSize = 2 * atOnce
	// storeWithin is how long one question to the store may take.
	storeWithin = 10 * time.Second
	// stopWithin is how long attempts may go on when the process stops. Together
	// with recordWithin it is shorter than the time that the process has.
	stopWithin   = 5 * time.Second
	recordWithin = 2 * time.Second
	recordEvery  = 200 * time.Millisecond
)

// Config is what a [Sender] needs. All of it is required, except Secrets and
// Tracer.
type Config struct {
	Store Store
	Allow *Allow
	// Secrets sign for workspaces that have no secret of their own, each of them, as
	// [job.ValidWebhookSecret] has it. Without one those workspaces are left to
	// other processes.
	Secrets []string
	// Render returns the body that tells of the end of a job.
	Render func(job.Job) ([]byte, error)
	Log    *slog.Logger
	Tracer *trace.Tracer // begins the trace of each attempt; nil for no traces
}

// A Sender delivers the ends of jobs.
type Sender struct {
	Config
	stats   *stats
	running sync.WaitGroup
	freed   chan struct{} // holds a value when an attempt has ended

	mu     sync.Mutex
	taken  map[job.Ref]bool  // deliveries that are being attempted
	shares map[job.Share]int // how many of them belong to each workspace, and to each receiver in it
	logged bool              // the last question to the store failed, and that was logged
}

// NewSender returns a sender that does nothing until it runs.
func NewSender(c Config) *Sender {
	return &Sender{Config: c, stats: newStats(), freed: make(chan struct{}, 1), taken: map[job.Ref]bool{}, shares: map[job.Share]int{}}
}

// Metrics returns the sender's metrics.
func (s *Sender) Metrics() prometheus.Collector { return s.stats }

// Run sends what is due until the context ends, and returns nil when all attempts have
// ended: it waits for them for some seconds, and then cuts them off. Those are repeated by
// another process or after the next start.
func (s *Sender) Run(ctx context.Context) error {
	attempts, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	poll, search := time.NewTicker(pollEvery), time.NewTicker(searchEvery)
	defer poll.Stop()
	defer search.Stop()
	var behind job.Ref
	for ctx.Err() == nil {
		s.note(ctx, s.pass(ctx, attempts))
		select {
		case <-ctx.Done():
		case <-s.Store.WebhooksDue():
		case <-s.freed:
		case <-poll.C:
		case <-search.C:
			var err error
			behind, err = s.search(ctx, behind)
			s.note(ctx, err)
		}
	}
	defer time.AfterFunc(stopWithin, cut).Stop()
	s.running.Wait()
	return nil
}

// note logs an error of the store, unless the question before has failed, too.
func (s *Sender) note(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && !s.logged {
		s.Log.Error("webhooks cannot be sent now; they are kept and will be", "error", err)
	}
	s.logged = err != nil
}

func (s *Sender) search(ctx context.Context, behind job.Ref) (job.Ref, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return s.Store.LostWebhooks(ctx, behind)
}

// pass starts the attempts that are due, as long as there is room for them. It starts
// none twice: what could not be begun may be due still, and waits for the next poll.
func (s *Sender) pass(ctx, attempts context.Context) error {
	seen := map[job.Ref]bool{}
	for {
		full, room := s.full()
		if !room {
			return nil
		}
		due, err := s.due(ctx, full)
		if err != nil {
			return err
		}
		started := false
		for _, w := range due {
			if !seen[w.Ref] && s.take(w) {
				seen[w.Ref], started = true, true
				s.running.Go(func() { s.deliver(attempts, w) })
			}
		}
		if !started {
			return nil
		}
	}
}

func (s *Sender) due(ctx context.Context, full []job.Share) ([]job.WebhookRef, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return s.Store.DueWebhooks(ctx, full, len(s.Secrets) > 0, pageSize)
}

// sharesOf are the shares to which a delivery belongs.
func sharesOf(w job.WebhookRef) (ofWorkspace, ofReceiver job.Share) {
	return job.Share{Workspace: w.Workspace}, job.Share{Workspace: w.Workspace, Receiver: w.Receiver}
}

// full lists the shares that have as many attempts as they may have, and reports
// whether there is room for others.
func (s *Sender) full() (full []job.Share, room bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for share := range s.shares {
		if s.isFull(share) {
			full = append(full, share)
		}
	}
	return full, len(s.taken) < atOnce
}

// isFull reports whether a share has as many attempts as it may have. s.mu is held.
func (s *Sender) isFull(share job.Share) bool {
	if share.Receiver != "" {
		return s.shares[share] >= ofOneReceiver
	}
	return s.shares[share] >= min(ofOneWorkspace, atOnce-len(s.taken))
}

// take reserves the place of an attempt, if there is one.
func (s *Sender) take(w job.WebhookRef) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ofWorkspace, ofReceiver := sharesOf(w)
	if s.taken[w.Ref] || s.isFull(ofWorkspace) || s.isFull(ofReceiver) {
		return false
	}
	s.taken[w.Ref] = true
	s.shares[ofWorkspace]++
	s.shares[ofReceiver]++
	return true
}

// release frees the place of an attempt.
func (s *Sender) release(w job.WebhookRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.taken, w.Ref)
	ofWorkspace, ofReceiver := sharesOf(w)
	for _, share := range []job.Share{ofWorkspace, ofReceiver} {
		if s.shares[share]--; s.shares[share] == 0 {
			delete(s.shares, share)
		}
	}
}

// deliver makes one attempt, from its beginning in the store to its recorded end.
func (s *Sender) deliver(ctx context.Context, w job.WebhookRef) {
	free := true
	defer func() {
		s.release(w)
		if free {
			select {
			case s.freed <- struct{}{}:
			default:
			}
		}
	}()
	ctx, span := s.beginTrace(ctx, w)
	defer span.End()
	d, begun, err := s.begin(ctx, w)
	if err != nil || !begun {
		free = s.putOff(ctx, w, err)
		return
	}
	secrets := d.Secrets
	if secrets == nil {
		secrets = s.Secrets
	}
	at := time.Now()
	got := s.post(ctx, d, secrets)
	end := job.DispatchEnd{Took: time.Since(at), Status: got.status, Error: got.failure}
	switch {
	case got.failure == "":
		end.State = job.Delivered
	case ctx.Err() != nil: // the process stops; the receiver is not to blame
		end.State = job.DeliveryPending
	default:
		end.State, end.After = after(d, got)
	}
	end.State, err = s.record(ctx, d, end)
	s.failed(ctx, w, "the end of a webhook could not be recorded; it will be sent again", err)
	s.stats.seconds.Observe(end.Took.Seconds())
	s.tell(ctx, w, end)
}

// begin begins an attempt. The body is made before the first one.
func (s *Sender) begin(ctx context.Context, w job.WebhookRef) (d job.Dispatch, begun bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	var body []byte
	if !w.Begun && w.JobID != "" {
		j, err := s.Store.WebhookJob(ctx, w)
		if errors.Is(err, job.ErrGone) || errors.Is(err, job.ErrNotFound) {
			return d, false, nil
		}
		if err == nil {
			body, err = s.Render(j)
		}
		if err != nil {
			return d, false, err
		}
	}
	return s.Store.BeginWebhook(ctx, w, body)
}

// putOff puts off a delivery that could not be begun, whatever the reason, so that it
// holds up no other one. err is nil if it was not due any more. It reports whether the
// delivery has left the list of those that are due: if it may be due still, that is
// tried not sooner than after the next poll.
func (s *Sender) putOff(ctx context.Context, w job.WebhookRef, err error) bool {
	if err == nil || ctx.Err() != nil {
		return false
	}
	if !errors.Is(err, job.ErrWebhookOver) {
		s.failed(ctx, w, "a webhook could not be begun", err)
		ctx, cancel := context.WithTimeout(ctx, storeWithin)
		defer cancel()
		err = s.Store.PutOffWebhook(ctx, w)
	}
	if !errors.Is(err, job.ErrWebhookOver) {
		s.failed(ctx, w, "a webhook that could not be begun could not be put off", err)
		return err == nil
	}
	s.tell(ctx, w, job.DispatchEnd{State: job.DeliveryGaveUp, Error: "The time for attempts was over before this one."})
	return true
}

// record stores how an attempt ended, and returns the state of the delivery. If the
// store does not answer, it tries again as long as nobody else may send the same, or
// until the process stops.
func (s *Sender) record(ctx context.Context, d job.Dispatch, end job.DispatchEnd) (job.DeliveryState, error) {
	until := time.Now().Add(job.WebhookTimeout - recordWithin)
	for {
		state, err := s.recordOnce(ctx, d, end)
		if err == nil || ctx.Err() != nil || time.Now().After(until) {
			return state, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(recordEvery):
		}
	}
}

func (s *Sender) recordOnce(ctx context.Context, d job.Dispatch, end job.DispatchEnd) (job.DeliveryState, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin) // also when the process stops
	defer cancel()
	return s.Store.EndWebhook(ctx, d, end)
}

// failed logs an error about a delivery.
func (s *Sender) failed(ctx context.Context, w job.WebhookRef, what string, err error) {
	if err != nil {
		trace.Of(ctx).Fail("store")
		s.Log.ErrorContext(ctx, what, "job", w.JobID, "error", err)
	}
}

// tell counts and logs what became of a delivery. The log has neither the path of the URL
// nor anything that a receiver has said.
func (s *Sender) tell(ctx context.Context, w job.WebhookRef, end job.DispatchEnd) {
	result := map[job.DeliveryState]string{job.Delivered: resultDelivered, job.DeliveryPending: resultFailed, job.DeliveryGaveUp: resultGaveUp}[end.State]
	trace.Of(ctx).Text(trace.Result, result)
	s.stats.attempts.WithLabelValues(result).Inc()
	level := map[string]slog.Level{resultDelivered: slog.LevelDebug, resultFailed: slog.LevelInfo, resultGaveUp: slog.LevelWarn}[result]
	s.Log.Log(ctx, level, "webhook "+result, "job", w.JobID, "receiver", w.Receiver, "status", end.Status, "error", end.Error, "seconds", end.Took.Seconds())
}
