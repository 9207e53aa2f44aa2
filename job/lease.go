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

// A WakeUp asks a worker to look at a shard or a single. A task in Redis carries
// this and nothing else: what there is to do stands in the database.
type WakeUp struct {
	Ref
	Epoch  int64 `db:"epoch" json:"epoch"`   // the wake-up is valid as long as the shard has this epoch
	Nonce  int64 `db:"seq" json:"seq"`       // a random number: a wake-up that is sent twice is one task
	Single bool  `db:"single" json:"single"` // a single-record patch
	Wait   int64 `db:"wait" json:"wait"`     // microseconds before it is sent to Redis; in a task: how long it has waited

	// Trace names the span of the call that made the job, as the header traceparent
	// does; "" without traces. A task has it as a header.
	Trace string `db:"traceparent" json:"-"`

	// Of a bulk job's wake-up: how many shards of its job, and of its workspace,
	// are in flight: sent to Redis, and neither ended nor given back.
	InFlight          int `db:"-" json:"-"`
	InFlightWorkspace int `db:"-" json:"-"`
}

// A Lease is the right to work on a shard until another worker claims it. It
// carries all that the worker needs.
type Lease struct {
	Ref
	Epoch         int64
	JobID         string
	Kind          Kind
	Parent        int64  // number of the job that this one retries or undoes, 0 for none
	RestoreSource int64  // number of the job whose former values are restored, 0 for a job that applies its patch
	Chosen        bool   // of an undo: it takes the records that were chosen when it was accepted, and no others
	RecordID      string // of a preview of one record, else ""
	IfMatch       *int64 // of the same: the version that the record must have
	Owner         auth.Workspace
	Model         *model.Model
	Filter        *filter.Filter // nil for a retry of a single and for an undo
	Patch         model.Patch    // of an undo: that of the job it undoes; of a file job: the fields it writes
	File          *FileTarget    // of a file job, its retries and previews; else nil
	Accepted      int64          // when the job was accepted, in microseconds since 1970
	Options       Options
	Guard         Guard
	Throttle      *float64
	Resolved      bool  // the selection is committed
	Tally         Tally // of the whole job so far, without Unusable
	Unusable      Tally // see [Job.Unusable]

	IncludeSkipped bool     // of a retry: it also takes the records that its parent job skipped
	Codes          []string // of a retry: it takes only records that ended with one of these codes; nil for all that remain
	Pointers       []string // of a retry: the same for the values that they ended for, as pointers; both hold
}

// WakeUp is the wake-up for the lease's shard at its epoch.
func (l Lease) WakeUp() WakeUp { return WakeUp{Ref: l.Ref, Epoch: l.Epoch} }

// A Step is what one chunk did.
type Step struct {
	Tally          // of the whole job, after the chunk, without Unusable
	Unusable Tally // see [Job.Unusable]
	Done     bool  // the shard has no pending record left
	N        int64
}

// Chunks carries out a leased shard, one chunk a call.
type Chunks interface {
	// Next applies the job to the next records of the shard: at most limit, and
	// fewer if that would hold up others for too long. One transaction updates
	// the records, keeps their former values, counts the outcomes and moves the
	// checkpoint.
	//
	// It changes nothing and returns [ErrStopped] if the job was paused or
	// cancelled, [ErrBraked] if the brake holds it, [ErrLeaseLost] if another
	// worker holds the shard, or [ErrRefused] if the database refused some of
	// the records: the next call takes fewer. A record that is refused alone is
	// recorded as failed.
	Next(ctx context.Context, limit int) (Step, error)
	// Close drops what was read ahead.
	Close()
}

// A Liveness is what the sweep reads of a shard or a single that should be worked
// on. If it is the same as a while before, the wake-up is redelivered.
type Liveness struct {
	Ref
	Single    bool
	Epoch     int64 `db:"epoch"`
	Heartbeat int64 `db:"beat"`
	Stopping  bool  // a pause or cancel waits to be settled
	Idle      bool  // no shard is open: the job waits to be finished
}

// minTried is how many records must have been tried, all without success,
// before a job gives up by itself.
const minTried = 100

// GiveUp returns why a job should end as failed, or nil. A job gives up when it
// has reached its maxFailures, or when all its first records failed. Rows of a file
// without a usable record, which are not in t, say nothing about the other records:
// they only count as failures.
func (o Options) GiveUp(t, unusable Tally) *Error {
	switch {
	case o.MaxFailures != nil && t.Failed+unusable.Failed >= *o.MaxFailures:
		return &Error{Code: "max_failures", Detail: "The job stopped because as many records failed as maxFailures allows."}
	case o.MaxFailures == nil && t.Tried() >= minTried && t.Failed == t.Tried():
		return &Error{Code: "all_failed", Detail: "The job stopped because every one of its first records failed."}
	}
	return nil
}

// A job that makes no progress although the database answers is tried at least
// this often, and for at least this long, before it fails. Somebody may repair
// the cause meanwhile.
const (
	noProgressRounds = 100
	noProgressTime   = 10 * time.Minute
)

// NoProgress returns why a job should end as failed, or nil, after a number of
// rounds in a row in which the database answered and nothing was committed.
func NoProgress(rounds int64, over time.Duration) *Error {
	if rounds < noProgressRounds || over < noProgressTime {
		return nil
	}
	return errorf("no_progress", "The job was tried %d times over %d minutes, and the database answered but could carry out no part of it. "+
		"What it has done stays. The log says what went wrong; retry the job when that is put right.", rounds, int(over.Minutes()))
}

// Guard is what the options demand of the selection. digest is the digest of the
// selection that a preview showed, "" for none.
func (o Options) Guard(digest string) Guard {
	return Guard{MaxAffected: o.MaxAffected, ExpectedCount: o.ExpectedCount, Digest: digest}
}

// guardOptions maps the codes of [Guard.Check] to options.
var guardOptions = map[string]string{
	"max_affected":      "maxAffected",
	"expected_count":    "expectedCount",
	"selection_changed": "confirmToken",
}

// A Selected is what a [Guard] judges: the records that a filter selects, or the rows
// of a file.
type Selected struct {
	Records int64
	Rows    *int64 // of a file, whether they have a record or not; nil for a filter
	Digest  string // see [Digest]
}

// Matched is what the job counts as matched.
func (s Selected) Matched() int64 {
	if s.Rows != nil {
		return *s.Rows
	}
	return s.Records
}

// Unmet returns the name of the option that a selection does not meet, "" for
// none.
func (g Guard) Unmet(s Selected) string {
	if refused := g.Check(s); refused != nil {
		return guardOptions[refused.Code]
	}
	return ""
}

// Check returns why a job with a selection fails, or nil if the selection meets the
// guard.
func (g Guard) Check(s Selected) *Error {
	n, are, things := s.Matched(), "The filter matches", "records"
	if s.Rows != nil {
		are, things = "The file has", "rows"
	}
	switch {
	case g.MaxAffected != nil && s.Records > *g.MaxAffected && s.Rows != nil:
		return errorf("max_affected", "The file has rows for %d records, more than maxAffected allows (%d). Nothing was changed.", s.Records, *g.MaxAffected)
	case g.MaxAffected != nil && s.Records > *g.MaxAffected:
		return errorf("max_affected", "The filter matches %d records, more than maxAffected allows (%d). Nothing was changed.", s.Records, *g.MaxAffected)
	case g.ExpectedCount != nil && n != *g.ExpectedCount:
		return errorf("expected_count", "%s %d %s, not the expected %d. Nothing was changed.", are, n, things, *g.ExpectedCount)
	case g.Digest != "" && g.Digest != s.Digest && s.Rows != nil:
		return errorf("selection_changed", "The rows of the file belong to other records now than in the preview. Nothing was changed.")
	case g.Digest != "" && g.Digest != s.Digest:
		return errorf("selection_changed", "The preview showed %s records and the filter selects %d now%s. Nothing was changed.",
			counted(g.Digest), n, notTheSame(g.Digest, n))
	}
	return nil
}

// Digest identifies a selection, by the number of its records and a hash of their
// numbers, or by the number of rows of a file and a hash of what each of them selects.
func Digest(n int64, hash []byte) string { return fmt.Sprintf("%d-%x", n, hash) }

// counted is the number of records that a digest states.
func counted(digest string) string {
	n, _, _ := strings.Cut(digest, "-")
	return n
}

// notTheSame explains how two selections of the same size differ.
func notTheSame(digest string, n int64) string {
	if counted(digest) == strconv.FormatInt(n, 10) {
		return ", but not the same ones"
	}
	return ""
}

func errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}
