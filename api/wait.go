package api

import (
	"context"
	"time"

	"bulkpatch/job"
)

// How often a waiting call looks at a job. Hints make it look at once; the
// polls are for changes that other processes make.
const (
	firstPoll = 10 * time.Millisecond
	lastPoll  = 250 * time.Millisecond
)

// await reads a job until ok says so, limit has passed, the caller left or
// the process stops, and returns the last reading.
func (s *server) await(c *call, id string, limit time.Duration, ok func(job.Job) bool) (job.Job, error) {
	read := func() (job.Job, error) {
		j, err := s.Store.Job(c.ctx(), c.workspace(), id)
		return s.seen(c, j, err)
	}
	if limit <= 0 {
		return read()
	}
	ctx, cancel := context.WithTimeout(c.ctx(), limit)
	defer cancel()
	// Subscribing first makes sure that no change falls between reading and
	// waiting.
	changed, stop := s.Store.Subscribe(id)
	defer stop()
	pace := newPace()
	defer pace.stop()
	for {
		j, err := read()
		if err != nil || ok(j) {
			return j, err
		}
		select {
		case <-changed:
		case <-pace.next():
		case <-ctx.Done():
			if c.ctx().Err() != nil {
				return job.Job{}, c.ctx().Err()
			}
			return j, nil
		case <-s.Stopping:
			return j, nil
		}
	}
}

// A pace is a timer that slows down from poll to poll.
type pace struct {
	timer *time.Timer
	delay time.Duration
}

func newPace() *pace {
	return &pace{timer: time.NewTimer(firstPoll), delay: firstPoll}
}

// next starts the timer anew and doubles the delay.
func (p *pace) next() <-chan time.Time {
	p.timer.Reset(p.delay)
	p.delay = min(2*p.delay, lastPoll)
	return p.timer.C
}

func (p *pace) stop() { p.timer.Stop() }
