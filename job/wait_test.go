package job_test

import (
	"strings"
	"testing"

	"bulkpatch/job"
)

func TestAJobSaysWhatItWaitsFor(t *testing.T) {
	tests := map[string]struct {
		state  job.State
		w      job.Waiting
		reason string
		detail string // a part of it
	}{
		"nobody has taken it":                      {state: job.Queued, reason: job.WaitWorker},
		"a worker has it":                          {state: job.Running, w: job.Waiting{Held: true}},
		"a worker waits with it":                   {state: job.Running, w: job.Waiting{Held: true, Reason: job.WaitDatabase}, reason: job.WaitDatabase},
		"it waits for its own limit":               {state: job.Running, w: job.Waiting{Reason: job.WaitThrottled}, reason: job.WaitThrottled},
		"its limit allows it, and nobody comes":    {state: job.Running, w: job.Waiting{Reason: job.WaitThrottled, Overdue: true}, reason: job.WaitWorker},
		"its limit allows it, and a worker has it": {state: job.Running, w: job.Waiting{Reason: job.WaitThrottled, Overdue: true, Held: true}, reason: job.WaitThrottled},
		"Redis is gone":                            {state: job.Running, w: job.Waiting{Unsent: job.WaitRedis, Reason: job.WaitThrottled}, reason: job.WaitRedis},
		"the brake is on":                          {state: job.Running, w: job.Waiting{Brake: "too fast", Unsent: job.WaitRedis, Held: true}, reason: job.WaitBrake, detail: "too fast"},
		"a stop is carried out under the brake":    {state: job.Pausing, w: job.Waiting{Brake: "too fast"}},
		"a paused job is not held by the brake":    {state: job.Paused, w: job.Waiting{Brake: "too fast"}},
		"no worker has its model":                  {state: job.Queued, w: job.Waiting{Reason: job.WaitModel}, reason: job.WaitWorker, detail: "do not have its model desk"},
		"a stop is being carried out":              {state: job.Cancelling},
		"a paused job waits for its user":          {state: job.Paused, w: job.Waiting{Unsent: job.WaitRedis}},
		"a job that has ended waits for nothing":   {state: job.Failed, w: job.Waiting{Reason: job.WaitDatabase}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			reason, detail := job.Job{State: test.state, Model: "desk"}.WaitsFor(test.w)
			if reason != test.reason || !strings.Contains(detail, test.detail) || (detail == "") != (test.detail == "") {
				t.Errorf("%q, %q", reason, detail)
			}
		})
	}
}
