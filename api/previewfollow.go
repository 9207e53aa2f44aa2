package api

import (
	"context"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// An undoPreviewJSON is what a dry run of an undo answers.
type undoPreviewJSON struct {
	Matched      int64                 `json:"matched"`
	WouldRestore int64                 `json:"wouldRestore"`
	Conflicted   int64                 `json:"conflicted"`
	Skipped      int64                 `json:"skipped"`
	Sample       []job.PreviewItem     `json:"sample"`
	Conflicts    []previewConflictJSON `json:"conflicts"`
}

// A previewConflictJSON is a record that an undo would not change.
type previewConflictJSON struct {
	ID model.ID `json:"id"`
	conflictJSON
}

func undoPreviewOf(p job.UndoPreview) undoPreviewJSON {
	out := undoPreviewJSON{
		Matched: p.Matched, WouldRestore: p.WouldRestore, Conflicted: p.Conflicted, Skipped: p.Skipped,
		Sample:    append([]job.PreviewItem{}, p.Sample...),
		Conflicts: make([]previewConflictJSON, len(p.Conflicts)),
	}
	for i, met := range p.Conflicts {
		out.Conflicts[i] = previewConflictJSON{met.ID, *conflictOf(&met.Conflict)}
	}
	return out
}

// previewFollow answers what a retry or an undo would do: at once, or with a job
// that has the answer at its end, where it takes too long or the caller prefers
// that.
func (s *server) previewFollow(c *call, req followRequest, f job.Follow, accept acceptFollow) error {
	prefers := web.PreferOf(c.r.Header, MaxWait)
	ctx, cancel := context.WithTimeout(c.ctx(), PreviewLimit)
	defer cancel()
	if !prefers.Async {
		answer, err := s.previewNow(ctx, c, req.action, f)
		if err == nil {
			return c.answer(http.StatusOK, answer)
		}
		if !c.tookTooLong(ctx, err) {
			return err
		}
	}
	if c.onlyLooks() {
		return job.ErrQueryTimeout
	}
	f.Preview = true
	j, replayed, err := accept(c.ctx(), c.caller(), f)
	if err != nil {
		return actionError(j, err)
	}
	return s.previewAccepted(c, prefers, acceptance{j, replayed})
}

// previewNow computes what a retry or an undo would do.
func (s *server) previewNow(ctx context.Context, c *call, a job.Action, f job.Follow) (any, error) {
	if a == job.UndoIt {
		p, err := s.Store.PreviewUndo(ctx, c.caller(), f)
		return undoPreviewOf(c.shownUndo(p)), actionError(job.Job{}, err)
	}
	p, err := s.Store.PreviewRetry(ctx, c.caller(), f)
	return previewOf(c.shownPreview(p)), actionError(job.Job{}, err)
}
