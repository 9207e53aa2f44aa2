package api

import (
	"context"
	"errors"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// retry makes a job that retries the remaining records of another.
func (s *server) retry(c *call) error {
	in := c.input()
	req, err := s.followRequest(c, in, job.RetryIt)
	if err != nil {
		return err
	}
	return s.follow(c, in, req, s.Store.Retry)
}

// undo makes a job that restores what another has changed.
func (s *server) undo(c *call) error {
	in := c.input()
	req, err := s.followRequest(c, in, job.UndoIt)
	if err != nil {
		return err
	}
	return s.follow(c, in, req, s.Store.Undo)
}

// acceptFollow accepts a retry or an undo.
type acceptFollow func(context.Context, auth.Caller, job.Follow) (j job.Job, replayed bool, err error)

// follow makes a job whose parent is the job of the path, and answers with it at
// once or when it has ended, as the caller prefers.
func (s *server) follow(c *call, in *input, req followRequest, accept acceptFollow) error {
	f := job.Follow{Parent: c.r.PathValue("job"), OnMismatch: req.onMismatch, Codes: req.codes, Pointers: req.pointers}
	f.IdempotencyKey = in.idempotencyKey(c.r.Header)
	if err := in.err(); err != nil {
		return err
	}
	j, replayed, err := s.replayFollow(c, req, &f)
	if err == nil && !replayed {
		if err := s.checkFollow(c, in, req, &f); err != nil {
			return err
		}
		if req.dryRun {
			return s.previewFollow(c, req, f, accept)
		}
		j, replayed, err = accept(c.ctx(), c.caller(), f)
	}
	if err != nil {
		return actionError(j, err)
	}
	p := web.PreferOf(c.r.Header, MaxWait)
	if req.dryRun {
		return s.previewAccepted(c, p, acceptance{j, replayed})
	}
	c.setLocation(acceptance{j, replayed}, p.Applied())
	j, ended := s.waitForEnd(c, p, j)
	if ended {
		return s.answerJob(c, http.StatusOK, j)
	}
	return s.answerPending(c, j)
}

// replayFollow finds the job that the request's idempotency key made before, even
// where the parent job would not allow it by now. Otherwise it prepares f for
// using the key.
func (s *server) replayFollow(c *call, req followRequest, f *job.Follow) (j job.Job, replayed bool, err error) {
	if f.IdempotencyKey == "" {
		return job.Job{}, false, nil
	}
	key, err := s.signingKey(c.ctx())
	if err != nil {
		return job.Job{}, false, err
	}
	f.Fingerprint = req.fingerprint(key, c.workspace(), f)
	j, err = s.Store.Replay(c.ctx(), c.workspace(), f.IdempotencyKey, f.Fingerprint)
	if errors.Is(err, job.ErrNotFound) {
		return job.Job{}, false, nil
	}
	return j, err == nil, err
}
