package api

import (
	"errors"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// An entryJSON is an audit entry.
type entryJSON struct {
	At        string        `json:"at"`
	Action    auth.Action   `json:"action"`
	Workspace string        `json:"workspace"` // in which it took effect
	Key       *entryKeyJSON `json:"key"`       // null if no key was used
	Person    *string       `json:"person"`
	Address   *string       `json:"address"`
	RequestID *string       `json:"requestId"`
	Target    targetJSON    `json:"target"`
	// Counts is, of an import that has ended, how many lines it had and what
	// became of them; of sign-ins that failed, how many attempts there were in the
	// minute that began then.
	Counts map[string]int64 `json:"counts,omitempty"`
}

// An entryKeyJSON is the key that somebody acted with. The id is null if it was not
// stored: of the command line, and in jobs of earlier versions.
type entryKeyJSON struct {
	ID   *int64 `json:"id"`
	Name string `json:"name"`
}

// A targetJSON is what was acted on.
type targetJSON struct {
	JobID    string   `json:"jobId,omitempty"`
	NewJobID string   `json:"newJobId,omitempty"` // the retry or undo of the job
	Kind     string   `json:"kind,omitempty"`     // of a job that was submitted
	Model    string   `json:"model,omitempty"`
	RecordID model.ID `json:"recordId,omitzero"`
	ImportID string   `json:"importId,omitempty"`
	FileID   string   `json:"fileId,omitempty"`
	KeyID    int64    `json:"keyId,omitempty"`
	KeyName  string   `json:"keyName,omitempty"`
	Brake    string   `json:"brake,omitempty"`  // "workspace" or "all": the switch of the brake
	Reason   string   `json:"reason,omitempty"` // for which the brake is on
}

// errUnknownWorkspace is also the answer for a workspace that is not the caller's.
var errUnknownWorkspace = web.NewProblem("not_found", "There is no workspace of this name.")

// audit lists audit entries. An administrator of main sees those of all
// workspaces, any other those of its own.
func (s *server) audit(c *call) error {
	in := c.input()
	q := in.entryQuery()
	if err := in.err(); err != nil {
		return err
	}
	switch own := c.workspace().Name; {
	case q.Workspace == "" && own != auth.MainWorkspace:
		q.Workspace = own
	case q.Workspace != "" && !c.caller().Manages(q.Workspace):
		return errUnknownWorkspace
	}
	page, err := s.Store.Audit(c.ctx(), c.workspace(), q)
	if errors.Is(err, job.ErrNotFound) {
		return errUnknownWorkspace
	}
	if err != nil {
		return err
	}
	items := make([]entryJSON, len(page.Items))
	for i, e := range page.Items {
		items[i] = s.entryOf(e)
	}
	return c.answer(http.StatusOK, listOf(items, page.NextCursor))
}

// entryQuery reads the conditions of a list of audit entries.
func (in *input) entryQuery() (q auth.EntryQuery) {
	q.JobID = in.named("job", "Give the id of a job.")
	q.Key = in.named("key", "Give the id or the name of a key.")
	q.Workspace = in.named("workspace", "Give the name of a workspace.")
	q.Actions = oneOrMore(in, "action", auth.Actions)
	q.Since, q.Until = in.instant("since"), in.instant("until")
	q.Limit, q.Cursor = in.page()
	return q
}

// named reads a parameter that names something, "" if it is not given.
func (in *input) named(name, must string) string {
	text, given := in.param(name)
	if given && text == "" {
		in.failParam(name, "type", must)
	}
	return text
}

func (s *server) entryOf(e auth.Entry) entryJSON {
	out := entryJSON{
		At: timeText(e.At), Action: e.Action, Workspace: e.By.Workspace.Name,
		Person: textOrNull(e.By.Person), Address: textOrNull(e.By.Address), RequestID: textOrNull(e.By.RequestID),
		Target: targetJSON{
			JobID: e.Target.JobID, NewJobID: e.Target.NewJobID, Kind: e.Target.Kind, Model: e.Target.Model,
			RecordID: s.recordID(e.Target), ImportID: e.Target.ImportID, FileID: e.Target.FileID, KeyID: e.Target.KeyID, KeyName: e.Target.KeyName,
			Brake: e.Target.Brake, Reason: e.Target.Reason,
		},
		Counts: e.Counts,
	}
	if e.By.KeyName != "" {
		out.Key = &entryKeyJSON{Name: e.By.KeyName}
		if e.By.KeyID != 0 {
			out.Key.ID = &e.By.KeyID
		}
	}
	return out
}

// recordID is the id of the customer that was acted on. If its model is not loaded,
// it is a string.
func (s *server) recordID(on auth.Target) model.ID {
	m, loaded := s.Models.Model(on.Model)
	if !loaded {
		return model.StringID(on.RecordID)
	}
	return m.ID(on.RecordID)
}
