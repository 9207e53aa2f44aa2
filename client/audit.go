package client

import (
	"context"
	"iter"
	"net/url"
	"strings"
	"time"
)

// An AuditEntry says who did what, when and from where.
type AuditEntry struct {
	At        time.Time        `json:"at"`
	Action    string           `json:"action"`    // such as [AuditJobSubmitted]
	Workspace string           `json:"workspace"` // in which it took effect
	Key       *AuditKey        `json:"key"`       // nil if no key was used
	Person    *string          `json:"person"`    // whose key it is, if that is known
	Address   *string          `json:"address"`   // from which the request came
	RequestID *string          `json:"requestId"`
	Target    AuditTarget      `json:"target"`
	Counts    map[string]int64 `json:"counts"` // of an import that has ended, or of sign-ins that failed
}

// An AuditKey is the key that somebody acted with. ID is nil for a key that the
// server does not know.
type AuditKey struct {
	ID   *int64 `json:"id"`
	Name string `json:"name"`
}

// An AuditTarget is what was acted on. What does not apply is zero.
type AuditTarget struct {
	JobID    string `json:"jobId"`
	NewJobID string `json:"newJobId"` // the retry or undo of the job
	Kind     string `json:"kind"`     // of a job that was submitted
	Model    string `json:"model"`
	RecordID ID     `json:"recordId"`
	ImportID string `json:"importId"`
	FileID   string `json:"fileId"`
	KeyID    int64  `json:"keyId"`
	KeyName  string `json:"keyName"`
	Brake    string `json:"brake"`  // "workspace" or "all": the switch of the brake
	Reason   string `json:"reason"` // for which the brake is on
}

// An AuditQuery narrows a list of audit entries. Zero fields do not.
type AuditQuery struct {
	Job       string // the job that was submitted or acted on
	Key       string // the key that was used, by its id or name
	Actions   []string
	Workspace string
	Since     time.Time
	Until     time.Time // the first instant that is too late

	Limit  int    // entries of a page, 1 to 1,000; 0 means 100
	Cursor string // the NextCursor of a page, after which the list begins
}

func (q AuditQuery) values() url.Values {
	v := url.Values{}
	setTexts(v, map[string]string{"job": q.Job, "key": q.Key, "action": strings.Join(q.Actions, ","), "workspace": q.Workspace})
	setTimes(v, q.Since, q.Until)
	return setPage(v, q.Limit, q.Cursor)
}

// Audit lists audit entries, newest first. It needs a key with the scope admin; one
// of the workspace main is given the entries of all workspaces.
func (c *Client) Audit(ctx context.Context, q AuditQuery) iter.Seq2[AuditEntry, error] {
	return pages[AuditEntry](ctx, c, "/v1/audit", q.values())
}

// AuditPage reads one page of the list of audit entries.
func (c *Client) AuditPage(ctx context.Context, q AuditQuery) (Page[AuditEntry], error) {
	var p Page[AuditEntry]
	err := c.page(ctx, "/v1/audit", q.values(), &p)
	return p, err
}
