package job_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/job"
	"bulkpatch/model"
)

// The contract's table of states, cell by cell: where each action leads, "" for a
// dash, and which states a job reaches without an action.
var contract = map[job.State]struct {
	pause, resume, cancel job.State
	itself                []job.State
}{
	job.Queued:     {job.Paused, "", job.Cancelled, []job.State{job.Resolving, job.Running, job.Succeeded, job.Failed}},
	job.Resolving:  {job.Pausing, "", job.Cancelling, []job.State{job.Running, job.Succeeded, job.Failed}},
	job.Running:    {job.Pausing, "", job.Cancelling, []job.State{job.Succeeded, job.PartiallySucceeded, job.Failed}},
	job.Pausing:    {"", job.Running, job.Cancelling, []job.State{job.Paused, job.Succeeded, job.PartiallySucceeded, job.Failed}},
	job.Paused:     {"", job.Queued, job.Cancelled, []job.State{job.Failed}},
	job.Cancelling: {"", "", "", []job.State{job.Cancelled, job.Succeeded, job.PartiallySucceeded, job.Failed}},

	job.Succeeded: {}, job.PartiallySucceeded: {}, job.Failed: {}, job.Cancelled: {},
}

// harmless lists the states in which an action has been carried out already. A
// resume counts as carried out only after another resume.
var harmless = map[job.Action][]job.State{
	job.Pause:  {job.Pausing, job.Paused},
	job.Resume: {job.Queued, job.Resolving, job.Running},
	job.Cancel: {job.Cancelling, job.Cancelled},
}

func TestActionsLeadWhereTheContractSays(t *testing.T) {
	for _, from := range job.States {
		row := contract[from]
		for action, want := range map[job.Action]job.State{job.Pause: row.pause, job.Resume: row.resume, job.Cancel: row.cancel} {
			got, err := action.From(job.Situation{State: from, Resolved: true, Resumed: true})
			var refused *job.StateError
			switch {
			case want != "":
				if got != want || err != nil {
					t.Errorf("%s of a %s job leads to %s, %v", action, from, got, err)
				}
			case slices.Contains(harmless[action], from):
				if got != from || err != nil {
					t.Errorf("%s of a %s job is not harmless: %s, %v", action, from, got, err)
				}
			case !errors.As(err, &refused) || refused.State != from:
				t.Errorf("%s of a %s job is not refused: %s, %v", action, from, got, err)
			}
		}
	}
	if got, err := job.Resume.From(job.Situation{State: job.Pausing}); got != job.Resolving || err != nil {
		t.Errorf("resuming a job that was resolving leads to %s, %v", got, err)
	}
	var refused *job.StateError
	for _, from := range harmless[job.Resume] {
		if _, err := job.Resume.From(job.Situation{State: from, Resolved: true}); !errors.As(err, &refused) {
			t.Errorf("a %s job that was never paused is resumed", from)
		}
	}
}

func TestEveryPairOfStatesIsAllowedOrNot(t *testing.T) {
	for _, from := range job.States {
		row := contract[from]
		allowed := append(slices.Clone(row.itself), row.pause, row.resume, row.cancel)
		if from == job.Pausing {
			allowed = append(allowed, job.Resolving)
		}
		for _, to := range job.States {
			if got, want := job.CanMove(from, to), slices.Contains(allowed, to); got != want {
				t.Errorf("a job may go from %s to %s: %v", from, to, got)
			}
		}
		if from.Final() != (len(row.itself) == 0) {
			t.Errorf("%s is final: %v", from, from.Final())
		}
	}
}

func TestNoWalkThroughTheStatesGetsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := job.Queued
		for range 50 {
			if state.Final() {
				for _, to := range job.States {
					if job.CanMove(state, to) {
						t.Fatalf("%s is final and goes on to %s", state, to)
					}
				}
				return
			}
			if rapid.Bool().Draw(t, "act") {
				action := rapid.SampledFrom([]job.Action{job.Pause, job.Resume, job.Cancel}).Draw(t, "action")
				to, err := action.From(job.Situation{State: state, Resolved: rapid.Bool().Draw(t, "resolved"), Resumed: rapid.Bool().Draw(t, "resumed")})
				if err == nil && to != state && !job.CanMove(state, to) {
					t.Fatalf("%s takes a job from %s to %s", action, state, to)
				}
				if err == nil {
					state = to
				}
				continue
			}
			var next []job.State
			for _, to := range job.States {
				if job.CanMove(state, to) {
					next = append(next, to)
				}
			}
			state = rapid.SampledFrom(next).Draw(t, "next")
		}
	})
}

func TestTheFirstRuleThatAppliesEndsAJob(t *testing.T) {
	tests := map[string]struct {
		tally job.Tally
		want  job.State
	}{
		"nothing matched":             {job.Tally{}, job.Succeeded},
		"all updated":                 {job.Tally{Updated: 5}, job.Succeeded},
		"all skipped":                 {job.Tally{Skipped: 5}, job.Succeeded},
		"some failed":                 {job.Tally{Updated: 1, Failed: 4}, job.PartiallySucceeded},
		"some conflicted":             {job.Tally{Unchanged: 1, Conflicted: 4}, job.PartiallySucceeded},
		"all failed":                  {job.Tally{Failed: 4}, job.Failed},
		"failed and skipped, no more": {job.Tally{Failed: 1, Skipped: 3}, job.Failed},
	}
	for name, test := range tests {
		if got := test.tally.End(); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestGuards(t *testing.T) {
	five := int64(5)
	records := func(n int64) job.Selected { return job.Selected{Records: n, Digest: "d"} }
	rows := func(n, records int64) job.Selected { return job.Selected{Records: records, Rows: &n, Digest: "d"} }
	tests := map[string]struct {
		guard job.Guard
		found job.Selected
		want  string
	}{
		"no guard":                       {job.Guard{}, records(1 << 40), ""},
		"as many as may be":              {job.Guard{MaxAffected: &five}, records(5), ""},
		"too many":                       {job.Guard{MaxAffected: &five}, records(6), "max_affected"},
		"the number":                     {job.Guard{ExpectedCount: &five}, records(5), ""},
		"another number":                 {job.Guard{ExpectedCount: &five}, records(4), "expected_count"},
		"the selection":                  {job.Guard{Digest: "d"}, records(5), ""},
		"another selection":              {job.Guard{Digest: "e"}, records(5), "selection_changed"},
		"rows without a record":          {job.Guard{MaxAffected: &five}, rows(9, 5), ""},
		"too many rows with one":         {job.Guard{MaxAffected: &five}, rows(9, 6), "max_affected"},
		"the number of rows":             {job.Guard{ExpectedCount: &five}, rows(5, 4), ""},
		"another number of rows":         {job.Guard{ExpectedCount: &five}, rows(6, 5), "expected_count"},
		"rows that have another meaning": {job.Guard{Digest: "e"}, rows(5, 5), "selection_changed"},
	}
	for name, test := range tests {
		code := ""
		if e := test.guard.Check(test.found); e != nil {
			code = e.Code
		}
		if code != test.want {
			t.Errorf("%s: %q", name, code)
		}
	}
}

func TestAChangedSelectionTellsHowTheNumbersDiffer(t *testing.T) {
	shown := job.Guard{Digest: job.Digest(12, []byte{1})}
	for n, want := range map[int64]string{
		11: "The preview showed 12 records and the filter selects 11 now. Nothing was changed.",
		12: "The preview showed 12 records and the filter selects 12 now, but not the same ones. Nothing was changed.",
	} {
		if e := shown.Check(job.Selected{Records: n, Digest: job.Digest(n, []byte{2})}); e == nil || e.Detail != want {
			t.Errorf("%+v", e)
		}
	}
	if e := shown.Check(job.Selected{Records: 12, Digest: job.Digest(12, []byte{1})}); e != nil {
		t.Errorf("%+v", e)
	}
}

func TestASummaryCountsAndNamesSome(t *testing.T) {
	var list []job.ErrorSummary
	for i := range 25 {
		list = job.Summarise(list, job.ErrorSummary{Code: "unique", Count: 1, SampleIDs: []model.ID{model.StringID(fmt.Sprint(i))}, SampleLines: []int64{int64(i)}})
	}
	list = job.Summarise(list, job.ErrorSummary{Code: "not_found", Count: 30})
	if len(list) != 2 || list[0].Code != "not_found" || list[1].Count != 25 || len(list[1].SampleIDs) != job.MaxSampleIDs || len(list[1].SampleLines) != job.MaxSampleIDs || list[1].Title == "" {
		t.Errorf("%+v", list)
	}
}

func TestWhatAnEndedJobAllows(t *testing.T) {
	ten := int64(10)
	tests := map[string]struct {
		job  job.Job
		want string
	}{
		"running":               {job.Job{State: job.Running, Matched: &ten}, "[pause cancel]"},
		"all updated":           {job.Job{State: job.Succeeded, Matched: &ten, Tally: job.Tally{Updated: 10}, UndoAvailable: true}, "[undo]"},
		"some failed":           {job.Job{State: job.PartiallySucceeded, Matched: &ten, Tally: job.Tally{Updated: 9, Failed: 1}, UndoAvailable: true}, "[retry undo]"},
		"cancelled early":       {job.Job{State: job.Cancelled, Matched: &ten}, "[retry]"},
		"skipped some":          {job.Job{State: job.Succeeded, Matched: &ten, Tally: job.Tally{Unchanged: 9, Skipped: 1}}, "[retry]"},
		"never resolved":        {job.Job{State: job.Cancelled}, "[]"},
		"refused by a guard":    {job.Job{State: job.Failed, Matched: &ten, Error: &job.Error{Code: "max_affected"}}, "[]"},
		"stopped by its faults": {job.Job{State: job.Failed, Matched: &ten, Tally: job.Tally{Failed: 4}, Error: &job.Error{Code: "max_failures"}}, "[retry]"},
	}
	for name, test := range tests {
		if got := fmt.Sprint(test.job.AllowedActions()); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
