package api

import (
	"context"
	"errors"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// submit is the end of all calls that make an update: it finds the last faults,
// and then previews the job or accepts it.
func (s *server) submit(c *call, in *input, u *update) error {
	u.takeHeaders(in, c.r.Header)
	c.format.prefer(u)
	key, err := s.keyFor(c, u)
	if err != nil {
		return err
	}
	sub := u.submission(c)
	if u.replayable(in) {
		if answered, err := s.replay(c, in, u, key, &sub); answered || err != nil {
			return err
		}
	}
	if err := s.finish(c, in, u, key, &sub); err != nil {
		return err
	}
	if u.options.DryRun {
		return s.preview(c, u, sub)
	}
	j, replayed, err := s.Store.Submit(c.ctx(), c.caller(), sub)
	if err != nil {
		return u.refused(in, err)
	}
	return s.accepted(c, u, acceptance{j, replayed})
}

// refused returns the answer to an update that the store did not accept. A fault
// of the patch, such as a drop-down that others have filled meanwhile, gets a
// pointer into the patch as the caller sent it.
func (u *update) refused(in *input, err error) error {
	var faults model.Faults
	if !errors.As(err, &faults) {
		return u.orMissing(err)
	}
	in.failAll(web.InBody, u.prefix, faults)
	return in.err()
}

// orMissing says of something that is missing whether it is the record or the file of the
// update.
func (u *update) orMissing(err error) error {
	if u.file != nil {
		return orNoFile(err)
	}
	return orNoRecord(err)
}

// keyFor reads the signing key, where the update needs it.
func (s *server) keyFor(c *call, u *update) ([]byte, error) {
	if u.idempotencyKey == "" && !u.options.Confirmed {
		return nil, nil
	}
	return s.signingKey(c.ctx())
}

// submission returns the request for the store, as far as it is known before
// the last checks; see [server.finish].
func (u *update) submission(c *call) job.Submission {
	sub := job.Submission{
		Kind: job.Bulk, Model: u.model, Filter: u.filter,
		Options: u.options.Options, IfMatch: u.ifMatch, Webhook: u.options.Webhook,
	}
	switch {
	case u.file != nil:
		sub.Kind = job.FileKind
	case u.single:
		sub.Kind, sub.RecordID = job.Single, u.id
	}
	return sub
}

// replay answers with the job that the idempotency key made before, if any. It
// does so even where the request would be refused by now: its record may have
// changed or gone, its confirm token may have expired, or its filter or patch
// may exceed a limit that was introduced later. Otherwise it prepares the
// submission for using the key.
func (s *server) replay(c *call, in *input, u *update, key []byte, sub *job.Submission) (answered bool, err error) {
	sub.IdempotencyKey = u.idempotencyKey
	if sub.Fingerprint, err = u.fingerprint(key, c.workspace()); err != nil {
		return false, err
	}
	j, err := s.Store.Replay(c.ctx(), c.workspace(), sub.IdempotencyKey, sub.Fingerprint)
	switch {
	case errors.Is(err, job.ErrNotFound):
		return false, nil
	case errors.Is(err, job.ErrKeyReused) && in.err() != nil:
		return false, in.err()
	case err != nil:
		return false, err
	case u.options.DryRun:
		return true, s.previewAccepted(c, u.prefer, acceptance{j, true})
	}
	return true, s.accepted(c, u, acceptance{j, true})
}

// finish makes the last checks of an update, and adds to its submission what
// is known only after them.
func (s *server) finish(c *call, in *input, u *update, key []byte, sub *job.Submission) (err error) {
	if err := s.checkReadOnly(c, in, u); err != nil {
		return err
	}
	if err := s.checkFile(c, in, u); err != nil {
		return err
	}
	if err := s.checkWebhook(c, in, u); err != nil {
		return err
	}
	if err := in.err(); err != nil {
		return err
	}
	c.checked()
	sub.File = u.target
	if u.options.Confirmed && !u.options.DryRun {
		if sub.Digest, err = u.confirmed(key, c.workspace(), s.Now()); err != nil {
			return err
		}
	}
	sub.Patch, err = s.seal(c.ctx(), c.key.ID, u.patch)
	return err
}

// preview answers what the job would do. Where that takes too long, or the caller
// prefers not to wait, it accepts a job of kind preview, which has the answer when
// it ends.
func (s *server) preview(c *call, u *update, sub job.Submission) error {
	key, err := s.signingKey(c.ctx())
	if err != nil {
		return err
	}
	sub.Confirms = u.confirms(key, c.workspace())
	if u.prefer.Async {
		return s.previewJob(c, u, sub)
	}
	ctx, cancel := context.WithTimeout(c.ctx(), PreviewLimit)
	defer cancel()
	p, err := s.Store.Preview(ctx, c.caller(), sub)
	if c.tookTooLong(ctx, err) {
		return s.previewJob(c, u, sub)
	}
	if err != nil {
		return u.orMissing(err)
	}
	return c.answer(http.StatusOK, previewOf(c.shownPreview(withToken(p, key, sub.Confirms, s.Now()))))
}

// tookTooLong reports whether an error means that work under a limited context
// has reached the limit, while the call itself may go on.
func (c *call) tookTooLong(limited context.Context, err error) bool {
	return err != nil && c.ctx().Err() == nil && (limited.Err() != nil || errors.Is(err, job.ErrQueryTimeout))
}

// previewJob accepts a job of kind preview.
func (s *server) previewJob(c *call, u *update, sub job.Submission) error {
	sub.Kind = job.PreviewKind
	sub.Webhook, sub.Options.Webhook = "", "" // nothing has been done that a receiver should know of
	j, replayed, err := s.Store.Submit(c.ctx(), c.caller(), sub)
	if err != nil {
		return u.orMissing(err)
	}
	return s.previewAccepted(c, u.prefer, acceptance{j, replayed})
}

// An acceptance is a job that is on disk. replayed: the request was answered
// before, and its idempotency key made the job then.
type acceptance struct {
	job      job.Job
	replayed bool
}

// previewAccepted answers with a job of kind preview that is on disk. It never
// waits for the end.
func (s *server) previewAccepted(c *call, prefers web.Prefer, a acceptance) error {
	p := web.Prefer{Async: prefers.Async}
	c.setLocation(a, p.Applied())
	return s.answerPending(c, a.job)
}

// accepted answers with a job that is on disk: at once, or when it has ended,
// as the caller prefers.
func (s *server) accepted(c *call, u *update, a acceptance) error {
	c.format.nameJob(c.w.Header(), a.job)
	applied := u.prefer.Applied()
	if len(c.r.Header.Values("Prefer")) == 0 {
		applied = "" // the format waits, not the caller
	}
	c.setLocation(a, applied)
	j, ended := s.waitForEnd(c, u.prefer, a.job)
	if ended {
		return s.ended(c, u, j)
	}
	return c.format.pending(c, u, j)
}

// setLocation names a job that is on disk in the headers of the answer, and
// says which preferences were applied, "" for none.
func (c *call) setLocation(a acceptance, applied string) {
	h := c.w.Header()
	h.Set("Location", jobPath(a.job.ID))
	if a.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	if applied != "" {
		h.Set("Preference-Applied", applied)
	}
}

// waitForEnd waits for the end of a job that is on disk, for as long as the
// caller prefers, and returns the job as it then is. ended: j is final. A
// failure to wait is not an error, because the job was accepted.
func (s *server) waitForEnd(c *call, p web.Prefer, j job.Job) (latest job.Job, ended bool) {
	if p.Wait == 0 {
		return j, false
	}
	c.freeBody() // the store has all that the body said
	latest, err := s.awaitEnd(c, j, p.Wait)
	if err != nil {
		return j, false
	}
	return latest, latest.State.Final()
}

// answerPending sends a job that has yet to end.
func (s *server) answerPending(c *call, j job.Job) error {
	c.w.Header().Set("Retry-After", retryAfter)
	return s.answerJob(c, http.StatusAccepted, j)
}

// ended answers with the outcome of a job that the caller waited for: a bulk
// update with the job; a single one with its record, or with the job where the
// key may not see records.
func (s *server) ended(c *call, u *update, j job.Job) error {
	if u.bulk() {
		return c.format.ended(c, u, j)
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
	f := web.BodyFault(u.place(item.Error.Pointer), item.Error.Code, item.Error.Detail)
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
