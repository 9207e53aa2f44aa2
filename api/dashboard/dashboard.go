package dashboard

import (
	"context"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// A Store is what the pages need of the database beside the calls of the API.
type Store interface {
	// Outbox counts the wake-ups of all workspaces that wait to be sent.
	Outbox(ctx context.Context) (job.Outbox, error)
	// JobIDs names jobs of any workspace. Those that do not exist are missing.
	JobIDs(ctx context.Context, refs []job.Ref) (map[job.Ref]job.Label, error)
	// Pace says how many records of a workspace got an outcome in each minute since a
	// time.
	Pace(ctx context.Context, ws auth.Workspace, since time.Time) (job.Pace, error)
	// JobPace returns how many of a job's records got their outcome over time.
	JobPace(ctx context.Context, ws auth.Workspace, id string) (job.Pace, error)
	// BrakedJobs counts the open jobs that the brake concerns, whether it is on or
	// not: those of a workspace, or with 0 of all of them.
	BrakedJobs(ctx context.Context, workspace int64) (int64, error)
	// HeldWorkspaces lists workspaces whose own switch of the brake is on, the last
	// switched first, at most so many.
	HeldWorkspaces(ctx context.Context, most int) ([]job.WorkspaceSwitch, error)
	// Server names the database and its version, as it answers.
	Server(ctx context.Context) (string, error)
}

// A QueueReader tells what Redis has of the queues and the worker processes. It
// returns an error soon if Redis does not answer.
type QueueReader interface {
	Queues(ctx context.Context) (job.Queues, error)
}

// Config is what a dashboard needs.
type Config struct {
	Store  Store
	Queues QueueReader // nil: there is no page about queues
	Now    func() time.Time
	// Environment is the name that every page shows as a badge, "" for none.
	Environment string
}

// A Dashboard serves the pages. It is safe for concurrent use.
type Dashboard struct {
	store       Store
	queues      QueueReader
	now         func() time.Time
	environment string
}

// New returns a dashboard.
func New(c Config) *Dashboard {
	return &Dashboard{store: c.Store, queues: c.Queues, now: c.Now, environment: c.Environment}
}

// Oversees reports whether a key may look at what concerns all workspaces.
func Oversees(k auth.Key) bool {
	return k.Has(auth.Admin) && k.Workspace.Name == auth.MainWorkspace
}
