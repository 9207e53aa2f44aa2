package worker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"bulkpatch/job"
)

// A script holds the answers to one chunk after the other, and records how many
// records the worker asked for.
type script struct {
	answers []any // job.Step or error
	limits  []int
}

func (c *script) chunk(_ job.Lease, limit int) (job.Step, error) {
	c.limits = append(c.limits, limit)
	answer := c.answers[0]
	c.answers = c.answers[1:]
	if err, ok := answer.(error); ok {
		return job.Step{}, err
	}
	return answer.(job.Step), nil
}

// A consequence is an answer of the store, and what the worker must do then.
type consequence struct {
	lease      job.Lease
	claim      error      // the answer to Claim
	noProgress *job.Error // the answer to NoProgress
	answers    []any      // to one chunk after the other: job.Step or error
	calls      []string   // that the worker must make
	limits     []int      // that it must ask chunks for
}

var five, slow, fast, boundless, still = int64(5), 10.0, 500.0, 1e300, 1e-300

// consequences are those of chunks, and claimConsequences those of claims.
var consequences = map[string]consequence{
	"a done shard finishes its job": {
		answers: []any{job.Step{}, job.Step{Done: true}}, calls: []string{"finish"}, limits: []int{100, 100},
	},
	"a chunk with an invalid record is tried again, and the store takes fewer records": {
		answers: []any{job.ErrRefused, job.ErrRefused, job.Step{}, job.Step{Done: true}},
		calls:   []string{"finish"}, limits: []int{100, 100, 100, 100},
	},
	"under the brake a shard is given back": {
		noProgress: &job.Error{Code: "no_progress"}, answers: []any{job.Step{}, job.ErrBraked}, calls: []string{"yield "}, limits: []int{100, 100},
	},
	"a stopped job is settled":     {answers: []any{job.ErrStopped}, calls: []string{"settle"}, limits: []int{100}},
	"a lost lease is left alone":   {answers: []any{job.ErrLeaseLost}, limits: []int{100}},
	"a fault makes the shard wait": {answers: []any{errors.New("fault")}, calls: []string{"yield database_unavailable later"}, limits: []int{100}},
	"a database that is away makes the shard wait": {
		noProgress: &job.Error{Code: "no_progress"}, answers: []any{job.ErrUnavailable}, calls: []string{"yield database_unavailable later"}, limits: []int{100},
	},
	"a fault that never passes ends the job": {
		noProgress: &job.Error{Code: "no_progress"}, answers: []any{errors.New("fault")}, calls: []string{"stop no_progress"}, limits: []int{100},
	},
	"a job that may not be resolved now waits": {answers: []any{job.ErrResolvingFull}, calls: []string{"yield waiting_for_database later"}, limits: []int{100}},
	"a full disk makes the shard wait":         {answers: []any{job.ErrStorageFull}, calls: []string{"yield storage_full later"}, limits: []int{100}},
	"too many failures stop the job":           {lease: job.Lease{Options: job.Options{MaxFailures: &five}}, answers: []any{job.Step{Tally: job.Tally{Failed: 5, Updated: 9}}}, calls: []string{"stop max_failures"}, limits: []int{100}},
	"failures before a crash count too":        {lease: job.Lease{Options: job.Options{MaxFailures: &five}, Tally: job.Tally{Failed: 6}}, calls: []string{"stop max_failures"}},
	"failures alone stop the job":              {answers: []any{job.Step{Tally: job.Tally{Failed: 100}}}, calls: []string{"stop all_failed"}, limits: []int{100}},
	"a throttled job takes few records":        {lease: job.Lease{Throttle: &slow}, answers: []any{job.Step{N: 5}}, calls: []string{"yield throttled later"}, limits: []int{5}},
	"a throttled time slice takes its records in chunks": {
		lease: job.Lease{Throttle: &fast}, answers: []any{job.Step{N: 100}, job.Step{N: 100}, job.Step{N: 50}},
		calls: []string{"yield throttled later"}, limits: []int{100, 100, 50},
	},
	"a limit beyond all numbers is no limit": {
		lease: job.Lease{Throttle: &boundless}, answers: []any{job.Step{N: 100}, job.Step{N: 50, Done: true}}, calls: []string{"finish"}, limits: []int{100, 100},
	},
	"the slowest limit is a limit, too": {lease: job.Lease{Throttle: &still}, answers: []any{job.Step{N: 1}}, calls: []string{"yield throttled later"}, limits: []int{1}},
}

var claimConsequences = map[string]consequence{
	"a void wake-up is dropped":                {claim: job.ErrLeaseLost},
	"a stopped job is settled":                 {claim: job.ErrStopped, calls: []string{"settle"}},
	"a claim that fails waits and says why":    {claim: errors.New("fault"), calls: []string{"put back database_unavailable 1s"}},
	"a claim that never succeeds ends the job": {claim: errors.New("fault"), noProgress: &job.Error{Code: "no_progress"}, calls: []string{"stop no_progress"}},
	"a database that is away ends no job":      {claim: job.ErrUnavailable, noProgress: &job.Error{Code: "no_progress"}, calls: []string{"put back database_unavailable 1s"}},
	"a claim on a full disk waits":             {claim: job.ErrStorageFull, calls: []string{"put back storage_full 1s"}},
	"work without its model is put back":       {claim: job.ErrOtherModel, calls: []string{"put back waiting_for_model 20ms"}},
	"work that the brake holds is put back":    {claim: job.ErrBraked, noProgress: &job.Error{Code: "no_progress"}, calls: []string{"put back brake 0s"}},
	"the end of the process gives work back":   {claim: context.Canceled, calls: []string{"put back  0s"}},
}

func TestEachAnswerOfTheStoreHasItsConsequence(t *testing.T) {
	for _, tests := range []map[string]consequence{consequences, claimConsequences} {
		for name, test := range tests {
			t.Run(name, test.check)
		}
	}
}

// check works on a shard with a store that gives the answers.
func (c consequence) check(t *testing.T) {
	s := newFakeStore()
	chunks := &script{answers: c.answers}
	s.chunk, s.noProgress = chunks.chunk, c.noProgress
	s.claim = func(r job.WakeUp) (job.Lease, error) {
		l := c.lease
		l.Ref, l.Resolved = r.Ref, true
		return l, c.claim
	}
	w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler), Chunk: 100})
	w.handleBulk(t.Context(), wakeUp(1, 1))
	if !slices.Equal(s.calls, c.calls) {
		t.Errorf("the store was called to %q, not to %q", s.calls, c.calls)
	}
	if !slices.Equal(chunks.limits, c.limits) {
		t.Errorf("chunks were of %v, not of %v", chunks.limits, c.limits)
	}
}

func TestATimeSliceEnds(t *testing.T) {
	s := newFakeStore()
	s.chunk = func(job.Lease, int) (job.Step, error) { return job.Step{}, nil }
	w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
	w.handleBulk(t.Context(), wakeUp(1, 1)) // returns after a slice, or never
	if !slices.Equal(s.calls, []string{"yield "}) {
		t.Errorf("the store was called to %q", s.calls)
	}
}
