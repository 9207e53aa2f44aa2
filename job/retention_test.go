package job_test

import (
	"testing"
	"time"

	"bulkpatch/job"
)

func TestAJobCanBeUndoneWhileItsValuesAreKept(t *testing.T) {
	const hour = time.Hour
	keep := job.Retention{Jobs: 10 * hour, Values: 5 * hour}
	accepted := time.Unix(0, 0)
	ended := accepted.Add(hour)
	all := job.Restorable{Values: true}
	tests := map[string]struct {
		job       job.Job
		keep      job.Retention
		has       job.Restorable
		now       time.Time
		expires   time.Time
		until     time.Time // zero for none
		kept      bool
		available bool
	}{
		"a job that has not ended":        {job: job.Job{Tally: job.Tally{Updated: 2}}, keep: keep, has: all, now: accepted, expires: accepted.Add(10 * hour)},
		"a job that has updated nothing":  {job: job.Job{FinishedAt: &ended}, keep: keep, has: all, now: ended, expires: ended.Add(10 * hour)},
		"a job that has ended":            {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: keep, has: all, now: ended, expires: ended.Add(10 * hour), until: ended.Add(5 * hour), kept: true, available: true},
		"too late":                        {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: keep, has: all, now: ended.Add(5 * hour), expires: ended.Add(10 * hour), until: ended.Add(5 * hour)},
		"values are kept no longer":       {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: keep, now: ended, expires: ended.Add(10 * hour), until: ended.Add(5 * hour)},
		"the job expires sooner":          {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: job.Retention{Jobs: hour, Values: 5 * hour}, has: all, now: ended, expires: ended.Add(hour), until: ended.Add(hour), kept: true, available: true},
		"undone as a whole":               {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: keep, has: job.Restorable{Values: true, UndoneWhole: true}, now: ended, expires: ended.Add(10 * hour), until: ended.Add(5 * hour), kept: true},
		"some records are restored":       {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: keep, has: job.Restorable{Values: true, Restored: 1}, now: ended, expires: ended.Add(10 * hour), until: ended.Add(5 * hour), kept: true, available: true},
		"all records are restored singly": {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}}, keep: keep, has: job.Restorable{Values: true, Restored: 2}, now: ended, expires: ended.Add(10 * hour), until: ended.Add(5 * hour), kept: true},
		"the model is not loaded":         {job: job.Job{FinishedAt: &ended, Tally: job.Tally{Updated: 2}, ModelGone: true}, keep: keep, has: all, now: ended, expires: ended.Add(10 * hour), until: ended.Add(5 * hour), kept: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.job.CreatedAt = accepted
			j := test.job.WithExpiry(test.keep, test.has, test.now)
			var until time.Time
			if j.UndoUntil != nil {
				until = *j.UndoUntil
			}
			if j.ExpiresAt != test.expires || until != test.until || j.ValuesKept != test.kept || j.UndoAvailable != test.available {
				t.Errorf("expires %v, undo until %v, kept %v, available %v", j.ExpiresAt, until, j.ValuesKept, j.UndoAvailable)
			}
		})
	}
}
