package storetest

import (
	"context"
	"strings"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// The kit's methods hide those of its store that take a caller: a test then
// says who asks only where that matters.

// caller is who makes the kit's requests.
func (k *Kit) caller() auth.Caller {
	c := k.key.Caller("")
	c.Workspace = k.WS
	return c
}

// As is the kit with another key.
func (k *Kit) As(key auth.Key) *Kit {
	other := *k
	other.key = key
	return &other
}

// Submit submits a job.
func (k *Kit) Submit(ctx context.Context, sub job.Submission) (job.Job, bool, error) {
	return k.Store.Submit(ctx, k.caller(), sub)
}

// Preview previews a submission.
func (k *Kit) Preview(ctx context.Context, sub job.Submission) (job.Preview, error) {
	return k.Store.Preview(ctx, k.caller(), sub)
}

// Retry retries a job.
func (k *Kit) Retry(ctx context.Context, f job.Follow) (job.Job, bool, error) {
	return k.Store.Retry(ctx, k.caller(), f)
}

// Undo undoes a job.
func (k *Kit) Undo(ctx context.Context, f job.Follow) (job.Job, bool, error) {
	return k.Store.Undo(ctx, k.caller(), f)
}

// PreviewRetry previews a retry.
func (k *Kit) PreviewRetry(ctx context.Context, f job.Follow) (job.Preview, error) {
	return k.Store.PreviewRetry(ctx, k.caller(), f)
}

// PreviewUndo previews an undo.
func (k *Kit) PreviewUndo(ctx context.Context, f job.Follow) (job.UndoPreview, error) {
	return k.Store.PreviewUndo(ctx, k.caller(), f)
}

// Act pauses, resumes or cancels a job of a workspace. by is the actor.
func (k *Kit) Act(ctx context.Context, ws auth.Workspace, id string, a job.Action, by string) (job.Job, error) {
	key := auth.Key{Name: strings.TrimPrefix(by, "key:"), Workspace: ws}
	return k.Store.Act(ctx, key.Caller(""), id, a)
}

// SetThrottle limits a job of a workspace.
func (k *Kit) SetThrottle(ctx context.Context, ws auth.Workspace, id string, recordsPerSecond *float64) (job.Job, error) {
	return k.Store.SetThrottle(ctx, auth.Caller{Workspace: ws}, id, recordsPerSecond)
}

// CreateRecord makes a record in a workspace.
func (k *Kit) CreateRecord(ctx context.Context, ws auth.Workspace, m *model.Model, d model.Draft, found ...filter.Filter) (model.Record, bool, error) {
	return k.Store.CreateRecord(ctx, auth.Caller{Workspace: ws}, m, d, found...)
}

// DeleteRecord deletes a record of a workspace.
func (k *Kit) DeleteRecord(ctx context.Context, ws auth.Workspace, m *model.Model, id any) error {
	return k.Store.DeleteRecord(ctx, auth.Caller{Workspace: ws}, m, id, nil)
}

// CreateKey makes an API key.
func (k *Kit) CreateKey(ctx context.Context, key auth.Key) (auth.Key, string, error) {
	return k.Store.CreateKey(ctx, k.caller(), key)
}

// RevokeKey revokes an API key.
func (k *Kit) RevokeKey(ctx context.Context, id int64) error {
	return k.Store.RevokeKey(ctx, k.caller(), id)
}

// RotateKey gives an API key a new secret.
func (k *Kit) RotateKey(ctx context.Context, id int64, overlap time.Duration) (auth.Key, string, error) {
	return k.Store.RotateKey(ctx, k.caller(), id, overlap)
}
