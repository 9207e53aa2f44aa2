package api

import (
	"context"
	"errors"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// submit is the end of all three calls: it gathers the last faults, and then
// previews or accepts the job.
func (s *server) submit(c *call, in *input, u *update) error {
	u.takeHeaders(in, c.r.Header)
	if c.surface != nil {
		u.vendorPrefer()
	}
	sub, done, err := s.submission(c, in, u)
	if err != nil || done {
		return err
	}
	if u.options.DryRun {
		return s.preview(c, u, sub)
	}
	j, replayed, err := s.Store.Submit(c.ctx(), sub)
	if err != nil {
		return u.refused(in, err)
	}
	return s.accepted(c, u, j, replayed)
}

// refused says why the store did not accept an update. A fault of the patch,
// such as a drop-down that others have filled meanwhile, is told where the
// patch stands.
func (u *update) refused(in *input, err error) error {
	var faults model.Faults
	if !errors.As(err, &faults) {
		return orNoRecord(err)
	}
	in.failAll(web.InBody, u.prefix, faults)
	return in.err()
}

// submission makes the checked request for the store. done: the idempotency
// key had made the job before, and it has been answered.
func (s *server) submission(c *call, in *input, u *update) (sub job.Submission, done bool, err error) {
	var key []byte
	if u.idempotencyKey != "" || u.options.Confirmed {
		if key, err = s.signingKey(c.ctx()); err != nil {
			return sub, false, err
		}
	}
	sub = job.Submission{
		Kind: job.Bulk, Workspace: c.workspace(), Model: u.model, Filter: u.filter,
		Options: u.options.Options, IfMatch: u.ifMatch, CreatedBy: c.key.Actor(), Actor: c.key.ID,
	}
	if u.single {
		sub.Kind, sub.RecordID = job.Single, u.id
	}
	if u.replayable(in) {
		sub.IdempotencyKey = u.idempotencyKey
		if sub.Fingerprint, err = u.fingerprint(key, sub.Workspace); err != nil {
			return sub, false, err
		}
		done, err = s.replay(c, u, sub)
		if errors.Is(err, job.ErrKeyReused) && in.err() != nil {
			err = in.err()
		}
		if done || err != nil {
			return sub, done, err
		}
	}
	if err := s.checkReadOnly(c, in, u); err != nil {
		return sub, false, err
	}
	if err := in.err(); err != nil {
		return sub, false, err
	}
	c.checked()
	if u.options.Confirmed && !u.options.DryRun {
		if sub.Digest, err = u.confirmed(key, sub.Workspace, s.Now()); err != nil {
			return sub, false, err
		}
	}
	sub.Patch, err = s.seal(c.ctx(), c.key.ID, u.patch)
	return sub, false, err
}

// replay answers with the job that the idempotency key made before, if any:
// also where the request would be refused by now, because its record has
// changed or gone, its confirm token has expired, or its filter or patch
// exceeds a limit that came later.
func (s *server) replay(c *call, u *update, sub job.Submission) (done bool, err error) {
	j, err := s.Store.Replay(c.ctx(), sub.Workspace, sub.IdempotencyKey, sub.Fingerprint)
	if errors.Is(err, job.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if u.options.DryRun {
		return true, s.previewAccepted(c, u.prefer, j, true)
	}
	return true, s.accepted(c, u, j, true)
}

// preview answers what the job would do: at once, or where that takes too
// long or the caller prefers so, by a job that carries the answer in the end.
func (s *server) preview(c *call, u *update, sub job.Submission) error {
	key, err := s.signingKey(c.ctx())
	if err != nil {
		return err
	}
	sub.Confirms = u.confirms(key, sub.Workspace)
	if u.prefer.Async {
		return s.previewJob(c, u, sub)
	}
	ctx, cancel := context.WithTimeout(c.ctx(), PreviewLimit)
	defer cancel()
	p, err := s.Store.Preview(ctx, sub)
	if c.tookTooLong(ctx, err) {
		return s.previewJob(c, u, sub)
	}
	if err != nil {
		return orNoRecord(err)
	}
	return c.answer(http.StatusOK, previewOf(c.shownPreview(withToken(p, key, sub.Confirms, s.Now()))))
}

// tookTooLong reports whether what runs under a context with a limit, within the
// call's, has ended for that alone.
func (c *call) tookTooLong(limited context.Context, err error) bool {
	return err != nil && c.ctx().Err() == nil && (limited.Err() != nil || errors.Is(err, job.ErrQueryTimeout))
}

// previewJob accepts a job of kind preview.
func (s *server) previewJob(c *call, u *update, sub job.Submission) error {
	sub.Kind = job.PreviewKind
	j, replayed, err := s.Store.Submit(c.ctx(), sub)
	if err != nil {
		return orNoRecord(err)
	}
	return s.previewAccepted(c, u.prefer, j, replayed)
}

// previewAccepted answers with a job of kind preview that is on disk.
func (s *server) previewAccepted(c *call, prefers web.Prefer, j job.Job, replayed bool) error {
	p := web.Prefer{Async: prefers.Async}
	j, _ = s.announce(c, p, p.Applied(), j, replayed)
	return s.answerPending(c, j)
}

// accepted answers with a job that is on disk, at once or when it has ended,
// as the caller prefers.
func (s *server) accepted(c *call, u *update, j job.Job, replayed bool) error {
	if c.surface != nil {
		c.w.Header().Set("Job-Id", j.ID)
	}
	applied := u.prefer.Applied()
	if len(c.r.Header.Values("Prefer")) == 0 {
		applied = "" // the wait is the surface's own
	}
	j, ended := s.announce(c, u.prefer, applied, j, replayed)
	switch {
	case ended:
		return s.ended(c, u, j)
	case c.surface != nil && (u.bulk() || u.prefer.Async):
		return c.acceptedVendor(u, j)
	}
	return s.answerPending(c, j)
}

// announce names a job that is on disk in the answer's headers, and waits for
// its end as the caller prefers. ended: j is final.
func (s *server) announce(c *call, p web.Prefer, applied string, j job.Job, replayed bool) (latest job.Job, ended bool) {
	h := c.w.Header()
	h.Set("Location", jobPath(j.ID))
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	if applied != "" {
		h.Set("Preference-Applied", applied)
	}
	if p.Wait == 0 {
		return j, false
	}
	c.freeBody() // what was asked for is on disk
	latest, err := s.awaitEnd(c, j, p.Wait)
	if err != nil {
		return j, false // it is accepted whatever becomes of the waiting
	}
	return latest, latest.State.Final()
}

// answerPending sends a job that has yet to end.
func (s *server) answerPending(c *call, j job.Job) error {
	c.w.Header().Set("Retry-After", retryAfter)
	return s.answerJob(c, http.StatusAccepted, j)
}

// ended answers with what became of a job that the caller waited for: a bulk
// by the job, a single by its record, or by the job to a key that may not see
// records.
func (s *server) ended(c *call, u *update, j job.Job) error {
	if u.bulk() && c.surface != nil {
		return c.acceptedVendor(u, j)
	}
	if u.bulk() {
		return s.answerJob(c, http.StatusOK, j)
	}
	page, err := s.Store.Results(c.ctx(), c.workspace(), j.ID, job.ResultQuery{Limit: 1})
	if err != nil {
		return err
	}
	if len(page.Items) == 1 {
		item := page.Items[0]
		changed := item.Outcome == job.Updated || item.Outcome == job.Unchanged
		switch {
		case changed && !c.values():
			return s.answerJob(c, http.StatusOK, j)
		case changed:
			return s.changedRecord(c, u)
		}
		if item.Error != nil {
			return failedRecord(u, j, item)
		}
	}
	return unreached(j)
}

// changedRecord answers with the record as it is now.
func (s *server) changedRecord(c *call, u *update) error {
	rec, err := s.Store.Record(c.ctx(), c.workspace(), u.model, u.id)
	if err != nil {
		return orNoRecord(err)
	}
	c.model = u.model
	return s.answerRecord(c, http.StatusOK, rec)
}

// failedRecord says why a single record was not changed.
func failedRecord(u *update, j job.Job, item job.Result) error {
	code := "record_failed"
	switch {
	case item.Outcome == job.Conflicted:
		code = "precondition_failed"
	case item.Outcome == job.Skipped:
		code = "record_not_found"
	case item.Error.Code == "unique":
		code = "unique"
	}
	p := web.NewProblem(code, item.Error.Detail)
	p.Extension = about{JobID: j.ID}
	f := web.BodyFault(u.prefix+item.Error.Pointer, item.Error.Code, item.Error.Detail)
	if item.Outcome == job.Conflicted {
		f.Pointer, f.In = "If-Match", web.InHeader
	}
	if item.Outcome != job.Skipped {
		p.Errors = web.Invalid(f).Errors
	}
	return p
}

// unreached says why a single ended without touching its record.
func unreached(j job.Job) error {
	p := web.NewProblem("record_failed", "The job ended before it reached the record.")
	if j.State == job.Cancelled {
		p = web.NewProblem("job_cancelled", "The job was cancelled before it reached the record.")
	}
	if j.Error != nil {
		p.Detail = j.Error.Detail
		p.Errors = []web.Fault{web.BodyFault("", j.Error.Code, j.Error.Detail)}
	}
	p.Extension = about{JobID: j.ID, State: j.State}
	return p
}
