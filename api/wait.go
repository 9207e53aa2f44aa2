package api

import (
	"context"
	"time"

	"bulkpatch/job"
)

// longPoll reads the job of the path, and waits until news returns true for it,
// but no longer than wait after the arrival of the request.
func (s *server) longPoll(c *call, wait time.Duration, news func(job.Job) bool) (job.Job, error) {
	f := s.watcher.follow(c.workspace(), c.r.PathValue("job"))
	defer f.stop()
	// A caller that knows the revision of the shared reading needs no query. The
	// reading is used only for that, never as an answer: it may be older than
	// what another process answered, and revisions must not decrease.
	var j job.Job
	var err error
	if r := f.current(); r != nil && !news(r.job) {
		j, err = s.checkVisible(c, r.job, nil)
	} else {
		j, err = s.visibleJob(c)
	}
	if err != nil || news(j) {
		return j, err
	}
	if err := s.calls.stream(c); err != nil {
		return job.Job{}, err
	}
	return s.await(c, f, j, wait, news)
}

// awaitEnd waits for the end of an accepted job, but no longer than wait after
// the arrival of the request, and returns the job as it then is.
func (s *server) awaitEnd(c *call, j job.Job, wait time.Duration) (job.Job, error) {
	f := s.watcher.follow(c.workspace(), j.ID)
	defer f.stop()
	return s.await(c, f, j, wait, func(j job.Job) bool { return j.State.Final() })
}

// await returns the first reading, beginning with j, that ok accepts; or the
// last one when the time is up or the process stops.
func (s *server) await(c *call, f *follower, j job.Job, wait time.Duration, ok func(job.Job) bool) (job.Job, error) {
	c.noteWait()
	if j.Kind == job.Single {
		f.hurry()
	}
	limit := time.NewTimer(time.Until(c.arrived().Add(wait)))
	defer limit.Stop()
	for !ok(j) {
		r, changed := f.news(j.Revision)
		if r != nil {
			var err error
			if j, err = s.checkVisible(c, r.job, r.err); err != nil {
				return job.Job{}, err
			}
			continue
		}
		select {
		case <-changed:
		case <-limit.C:
			return j, nil
		case <-c.ctx().Done():
			return job.Job{}, context.Cause(c.ctx())
		case <-s.Stopping:
			return j, nil
		}
	}
	return j, nil
}
