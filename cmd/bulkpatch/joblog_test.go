package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
)

func TestALineSaysWhatHappenedToAJob(t *testing.T) {
	n := int64(12)
	ended := job.Event{
		What: job.EventEnded, JobID: "0193", Kind: job.Bulk, Model: "desk", Workspace: "main", CreatedBy: "key:ops", State: job.Failed,
		Error: "max_failures", Matched: &n, Tally: job.Tally{Updated: 5, Failed: 3}, Took: 1500 * time.Millisecond,
	}
	tests := map[string]struct {
		event job.Event
		want  string
	}{
		"an end": {ended, `level=INFO msg="job ended" job=0193 kind=bulk model=desk workspace=main createdBy=key:ops state=failed counts.matched=12 ` +
			`counts.updated=5 counts.unchanged=0 counts.skipped=0 counts.conflicted=0 counts.failed=3 counts.pending=4 seconds=1.5 error=max_failures`},
		"a beginning": {job.Event{What: job.EventAccepted, JobID: "0193", Kind: job.Bulk, Model: "desk", Workspace: "main", CreatedBy: "key:ops"},
			`level=INFO msg="job accepted" job=0193 kind=bulk model=desk workspace=main createdBy=key:ops`},
		"a patch of one record": {job.Event{What: job.EventAccepted, JobID: "0193", Kind: job.Single}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			withoutTime := func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			}
			newJobLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: withoutTime}))).note(t.Context(), test.event)
			if got := strings.TrimSpace(out.String()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
