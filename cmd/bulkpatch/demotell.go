package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bulkpatch/client"
)

// tell prints a job's final state and counts.
func (d *demo) tell(j client.Job) {
	c := j.Counts
	matched, pending := int64(0), int64(0)
	if c.Matched != nil && c.Pending != nil {
		matched, pending = *c.Matched, *c.Pending
	}
	took := ""
	if j.StartedAt != nil && j.FinishedAt != nil {
		took = fmt.Sprintf(" in %s", j.FinishedAt.Sub(*j.StartedAt).Round(time.Millisecond))
	}
	d.say("Job %s: %s%s", j.ID, j.State, took)
	d.say("  matched %d = updated %d + unchanged %d + skipped %d + conflicted %d + failed %d + pending %d",
		matched, c.Updated, c.Unchanged, c.Skipped, c.Conflicted, c.Failed, pending)
}

// shown is how many results the demo prints.
const shown = 3

// firstChanges prints what changed in the first records.
func (d *demo) firstChanges(j client.Job) error {
	d.say("Its first changes:")
	n := 0
	for r, err := range d.Results(d.ctx, j.ID, client.OutcomeUpdated) {
		if err != nil {
			return fmt.Errorf("read the results: %w", err)
		}
		d.say("  customer %s: %s", r.ID, changes(r.Changed))
		if n++; n == shown {
			break
		}
	}
	return nil
}

// changes formats the changes of one record as one line.
func changes(changed map[string]client.Change) string {
	parts := make([]string, 0, len(changed))
	for _, field := range slices.Sorted(maps.Keys(changed)) {
		parts = append(parts, fmt.Sprintf("%s %s → %s", field, changed[field].From, changed[field].To))
	}
	return strings.Join(parts, ", ")
}

// failures prints the job's results and counts the failed ones by code.
func (d *demo) failures(j client.Job) (map[string]int, error) {
	codes := map[string]int{}
	for r, err := range d.Results(d.ctx, j.ID) {
		if err != nil {
			return nil, fmt.Errorf("read the results: %w", err)
		}
		if r.Error == nil {
			d.say("  %s: %s", r.ID, r.Outcome)
			continue
		}
		codes[r.Error.Code]++
		d.say("  %s: %s, %s (%s)", r.ID, r.Outcome, r.Error.Detail, r.Error.Code)
	}
	return codes, nil
}

// curlLines prints calls, and a command, that the user can paste into another terminal.
func (d *demo) curlLines(j client.Job) {
	bearer := "-H 'Authorization: Bearer " + d.key + "'"
	d.say("To see for yourself:")
	d.say("  curl -s %s %s/v1/jobs/%s", bearer, d.base, j.ID)
	d.say("  curl -s %s '%s/v1/jobs/%s/results?outcome=updated&limit=3'", bearer, d.base, j.ID)
	d.say("  curl -s %s '%s/v1/desk/customers?limit=3&count=true'", bearer, d.base)
	d.say(`  curl -s %s -H 'Content-Type: application/json' -d '{"model":"desk","filter":{"state":"active"},"patch":{"welcomeEmailSent":true}}' %s/v1/jobs`, bearer, d.base)
	d.say("To undo the update, in one of two ways:")
	d.say("  bulkpatch undo %s --yes --wait --server %s --key %s", j.ID, d.base, d.key)
	d.say("  curl -s -X POST %s %s/v1/jobs/%s/undo", bearer, d.base, j.ID)
}

// invite says how long the service stays and, last, where to look at it.
func (d *demo) invite(link string) {
	d.say("\nThe service stays up at %s until Ctrl-C. The link below signs in once, within an hour;", d.base)
	d.say("after that, sign in with the API key %s", d.key)
	d.say("\nOpen the dashboard: %s", link)
}
