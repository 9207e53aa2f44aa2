package job

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// A Ref names a piece of work: a shard of a bulk job, or a whole single
// (shard 0).
type Ref struct {
	Workspace int64 `db:"workspace" json:"workspace"`
	Job       int64 `db:"job" json:"job"`
	Shard     int64 `db:"shard" json:"shard"`
}

// A Ring asks for a piece of work to be looked at. It is what a task in Redis
// says, and all that it says.
type WakeUp struct {
	Ref
	Epoch  int64 `db:"epoch" json:"epoch"`   // at which the shard is to be found
	Nonce  int64 `db:"seq" json:"seq"`       // names the ring: one sent twice is one task
	Single bool  `db:"single" json:"single"` // a single-record patch
	Wait   int64 `db:"wait" json:"wait"`     // microseconds to let pass before Redis is told; in a task: that have passed

	// Of a bulk's: how many shards of its job, and of its workspace, Redis was
	// told of that have neither ended nor been given back.
	InFlight          int `db:"-" json:"-"`
	InFlightWorkspace int `db:"-" json:"-"`
}

// A Lease is the right to work on a shard until somebody else claims it. It
// carries all that is needed to do so.
type Lease struct {
	Ref
	Epoch         int64
	JobID         string
	Kind          Kind
	Parent        int64  // number of the job that this one retries or undoes, else 0
	RestoreSource int64  // number of the job whose changes are taken back, 0 to apply the patch
	Chosen        bool   // of an undo: of the records that were chosen when it was accepted, and no others
	RecordID      string // of a preview of one record, else ""
	IfMatch       *int64 // of the same: the version that the record must have
	Owner         auth.Workspace
	Model         *model.Model
	Filter        *filter.Filter // nil for a retry of a single and for an undo
	Patch         model.Patch    // of an undo: that of the job it undoes
	Options       Options
	Guard         Guard
	Throttle      *float64
	Resolved      bool  // the selection is fixed
	Tally         Tally // of the whole job so far

	IncludeSkipped bool     // of a retry: it takes what its origin skipped, too
	Codes          []string // of a retry: it takes what ended with one of these codes; nil for all that is left
}

// Ring is the ring of the lease's shard at its epoch.
func (l Lease) WakeUp() WakeUp { return WakeUp{Ref: l.Ref, Epoch: l.Epoch} }

// A Step is what one chunk did.
type Step struct {
	Tally      // of the whole job, after the chunk
	Done  bool // the shard has no pending record left
	N     int64
}

// Chunks works a leased shard off, chunk after chunk, one call at a time.
type Chunks interface {
	// Next updates the next records of the shard, at most limit and as many as
	// may be written without holding others up. In one transaction it keeps
	// their former values, counts each one's outcome and moves the checkpoint.
	//
	// It changes nothing and returns [ErrStopped] if the job was paused or
	// cancelled, [ErrLeaseLost] if another worker holds the shard, or
	// [ErrRefused] if the fault lies in the data of some of them: try again, and
	// it takes fewer. A single record at fault is recorded as failed.
	Next(ctx context.Context, limit int) (Step, error)
	// Close gives up what was read ahead.
	Close()
}

// A Pulse is a sign of life of a piece of work, as the sweep compares it
// with the one it saw before.
type Liveness struct {
	Ref
	Single    bool
	Epoch     int64 `db:"epoch"`
	Heartbeat int64 `db:"beat"`
	Stopping  bool  // a pause or cancel waits to be settled
	Idle      bool  // no open shard is left: the job waits to be finished
}

// minTried is how many records must have been tried, all without success,
// before a job gives up by itself.
const minTried = 100

// GiveUp says why a job should stop as failed, or nil: it has reached its
// maxFailures, or everything it tried failed.
func (o Options) GiveUp(t Tally) *Error {
	switch {
	case o.MaxFailures != nil && t.Failed >= *o.MaxFailures:
		return &Error{Code: "max_failures", Detail: "The job stopped because as many records failed as maxFailures allows."}
	case o.MaxFailures == nil && t.Tried() >= minTried && t.Failed == t.Tried():
		return &Error{Code: "all_failed", Detail: "The job stopped because every one of its first records failed."}
	}
	return nil
}

// A job that cannot go on although the database answers is tried so many times,
// over so long, before it ends: what is wrong may yet be put right.
const (
	noProgressRounds = 100
	noProgressTime   = 10 * time.Minute
)

// NoProgress says why a job should stop as failed, or nil, after so many rounds
// in a row in which the database answered and nothing was committed.
func NoProgress(rounds int64, over time.Duration) *Error {
	if rounds < noProgressRounds || over < noProgressTime {
		return nil
	}
	return errorf("no_progress", "The job was tried %d times over %d minutes, and the database answered but could carry out no part of it. "+
		"What it has done stays. The log says what went wrong; retry the job when that is put right.", rounds, int(over.Minutes()))
}

// Guard is what the options demand of a selection. digest is that of the one
// that a preview showed, "" for none.
func (o Options) Guard(digest string) Guard {
	return Guard{MaxAffected: o.MaxAffected, ExpectedCount: o.ExpectedCount, Digest: digest}
}

// guardOptions are the options behind the codes of [Guard.Check].
var guardOptions = map[string]string{
	"max_affected":      "maxAffected",
	"expected_count":    "expectedCount",
	"selection_changed": "confirmToken",
}

// Refuses names the option that refuses a selection, "" for none.
func (g Guard) Refuses(n int64, digest string) string {
	if refused := g.Check(n, digest); refused != nil {
		return guardOptions[refused.Code]
	}
	return ""
}

// Check says which guard refuses a selection of n records with this digest,
// or nil.
func (g Guard) Check(n int64, digest string) *Error {
	switch {
	case g.MaxAffected != nil && n > *g.MaxAffected:
		return errorf("max_affected", "The filter matches %d records, more than maxAffected allows (%d). Nothing was changed.", n, *g.MaxAffected)
	case g.ExpectedCount != nil && n != *g.ExpectedCount:
		return errorf("expected_count", "The filter matches %d records, not the expected %d. Nothing was changed.", n, *g.ExpectedCount)
	case g.Digest != "" && g.Digest != digest:
		return errorf("selection_changed", "The preview showed %s records and the filter selects %d now%s. Nothing was changed.",
			counted(g.Digest), n, notTheSame(g.Digest, n))
	}
	return nil
}

// Digest names a selection: how many records it has, and a hash of which.
func Digest(n int64, hash []byte) string { return fmt.Sprintf("%d-%x", n, hash) }

// counted is the number of records in a digest.
func counted(digest string) string {
	n, _, _ := strings.Cut(digest, "-")
	return n
}

// notTheSame explains two selections of one size.
func notTheSame(digest string, n int64) string {
	if counted(digest) == strconv.FormatInt(n, 10) {
		return ", but not the same ones"
	}
	return ""
}

func errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}
