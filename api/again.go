package api

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// retry makes a job of what another has left. The body is optional: with
// {"onMismatch": "force"} what was skipped is taken too.
func (s *server) retry(c *call) error {
	in := c.input()
	var o options
	if c.r.ContentLength != 0 {
		raw, err := s.body(c, typeJSON)
		if err != nil {
			return err
		}
		o.fromRetry(in, raw)
	}
	return s.follow(c, in, job.RetryIt, o.OnMismatch, s.Store.Retry)
}

// fromRetry reads the body of a retry, which may be empty.
func (o *options) fromRetry(in *input, raw []byte) {
	if len(raw) == 0 {
		return
	}
	members, ok := in.members(raw, "")
	if !ok {
		return
	}
	if v, given := members["onMismatch"]; given {
		o.set(in, "onMismatch", v, inBody, "/onMismatch")
		delete(members, "onMismatch")
	}
	in.unknownMembers(members, "")
}

// undo makes a job that takes back what another has changed.
func (s *server) undo(c *call) error {
	in := c.input()
	if err := s.noBody(c, in); err != nil {
		return err
	}
	return s.follow(c, in, job.UndoIt, "", s.Store.Undo)
}

// follow makes a job that follows from the one of the path, and answers with
// it at once or when it has ended, as the caller prefers.
func (s *server) follow(c *call, in *input, a job.Action, onMismatch job.OnMismatch,
	accept func(context.Context, job.Follow) (job.Job, bool, error)) error {
	f := job.Follow{Workspace: c.workspace(), Origin: c.r.PathValue("job"), OnMismatch: onMismatch, CreatedBy: c.key.Actor()}
	f.IdempotencyKey = in.idempotencyKey(c.r.Header)
	if err := in.err(); err != nil {
		return err
	}
	j, replayed, err := s.replayFollow(c, a, &f)
	if err == nil && !replayed {
		j, replayed, err = accept(c.ctx(), f)
	}
	if err != nil {
		return actionError(j, err)
	}
	p := preferOf(c.r.Header)
	j, ended := s.announce(c, p, p.applied(), j, replayed)
	if ended {
		return s.answerJob(c, http.StatusOK, j)
	}
	return s.answerPending(c, j)
}

// replayFollow finds the job that the request's idempotency key made before,
// also where the origin would refuse by now, and else prepares the key's use.
func (s *server) replayFollow(c *call, a job.Action, f *job.Follow) (j job.Job, replayed bool, err error) {
	if f.IdempotencyKey == "" {
		return job.Job{}, false, nil
	}
	key, err := s.signingKey(c.ctx())
	if err != nil {
		return job.Job{}, false, err
	}
	f.Fingerprint = followPrint(key, f.Workspace, a, f)
	j, err = s.Store.Replay(c.ctx(), f.Workspace, f.IdempotencyKey, f.Fingerprint)
	if errors.Is(err, job.ErrNotFound) {
		return job.Job{}, false, nil
	}
	return j, err == nil, err
}

// followPrint tells two requests with one idempotency key apart, as
// [update.fingerprint] does.
func followPrint(key []byte, ws auth.Workspace, a job.Action, f *job.Follow) string {
	return hex.EncodeToString(sign(key, "idempotency", string(a), f.Origin, strconv.FormatInt(ws.ID, 10), string(f.OnMismatch)))
}
