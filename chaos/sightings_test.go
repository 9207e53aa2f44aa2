package chaos

import (
	"cmp"
	"fmt"
	"slices"
)

// finalStates are the states of jobs that have ended.
var finalStates = []string{"succeeded", "partially_succeeded", "failed", "cancelled"}

// judgeSightings returns what is wrong with the answers about one job. An answer is later
// than another one only if its call was sent after the other one's was done. Other
// calls overlap, and may have been answered in either order.
func judgeSightings(sightings []sighting, asked []asking) []string {
	var faults []string
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, s := range sightings {
		if fault := judgeCounts(s); fault != "" {
			complain("%s: %s", fault, s)
		}
	}
	judgeRevisions(sightings, complain)
	byEnd := slices.Clone(sightings)
	slices.SortFunc(byEnd, func(a, b sighting) int { return cmp.Compare(a.done, b.done) })
	byStart := slices.Clone(sightings)
	slices.SortFunc(byStart, func(a, b sighting) int { return cmp.Compare(a.sent, b.sent) })
	var newest, final, paused, held *sighting // among the earlier ones
	next := 0
	for _, s := range byStart {
		for ; next < len(byEnd) && byEnd[next].done <= s.sent; next++ {
			before := &byEnd[next]
			if newest == nil || before.Revision > newest.Revision {
				newest = before
			}
			if before.Done {
				final = before
			}
			if before.State == "paused" {
				paused = before
			}
			if before.Progress.WaitReason == "brake" {
				held = before
			}
		}
		if newest != nil && s.Revision < newest.Revision {
			complain("the revision fell: %s, and then %s", *newest, s)
		}
		if final != nil && !stays(*final, s, asked) {
			complain("a final job changed: %s, and then %s", *final, s)
		}
		if paused != nil && !resumed(asked, *paused, s) && s.Counts.outcomes() != paused.Counts.outcomes() {
			complain("a paused job went on: %s, and then %s", *paused, s)
		}
		if held != nil && !released(asked, *held, s) && s.Counts.outcomes() != held.Counts.outcomes() {
			complain("a job went on under the brake: %s, and then %s", *held, s)
		}
	}
	return faults
}

// stays reports whether a job that has ended did not change between two answers. Its
// revision may have risen once for each undo or retry that was submitted.
func stays(final, s sighting, asked []asking) bool {
	told := int64(0)
	for _, a := range asked {
		if slices.Contains([]sequel{undoIt, retryIt, retryForce}, sequel(a.name)) && a.sent < s.done && (a.done == 0 || a.done > final.sent) {
			told++
		}
	}
	grown := s.Revision - final.Revision
	s.Revision = final.Revision
	return same(final, s) && 0 <= grown && grown <= told
}

// same reports whether two answers describe the same state of a job.
func same(a, b sighting) bool {
	return a.State == b.State && a.Revision == b.Revision && a.Counts.String() == b.Counts.String()
}

// resumed reports whether a resume may have taken effect between two answers.
func resumed(asked []asking, before, after sighting) bool {
	return slices.ContainsFunc(asked, func(a asking) bool {
		return a.name == "resume" && a.sent < after.done && (a.done == 0 || a.done > before.sent)
	})
}

// judgeCounts says what is wrong with the counts of one answer, "" for nothing.
func judgeCounts(s sighting) string {
	c := s.Counts
	if s.Done != slices.Contains(finalStates, s.State) {
		return "done does not fit the state"
	}
	if c.Matched == nil {
		if c.Pending != nil || c.outcomes() != [5]int64{} {
			return "there are counts before the selection is known"
		}
		return ""
	}
	if c.Pending == nil || *c.Pending < 0 {
		return "pending is not known, or below zero"
	}
	sum := *c.Pending
	for _, n := range c.outcomes() {
		sum += n
	}
	if sum != *c.Matched {
		return "the counts do not add up to matched"
	}
	return ""
}

// judgeRevisions compares the answers in the order of their revisions: no count may fall,
// matched must not change, and answers with the same revision must be the same.
func judgeRevisions(sightings []sighting, complain func(string, ...any)) {
	ordered := slices.Clone(sightings)
	slices.SortStableFunc(ordered, func(a, b sighting) int { return cmp.Compare(a.Revision, b.Revision) })
	for i := 1; i < len(ordered); i++ {
		a, b := ordered[i-1], ordered[i]
		if a.Revision == b.Revision && !same(a, b) {
			complain("one revision, two answers: %s, and %s", a, b)
			continue
		}
		if a.Counts.Matched != nil && (b.Counts.Matched == nil || *a.Counts.Matched != *b.Counts.Matched) {
			complain("matched changed: %s, and then %s", a, b)
		}
		before, after := a.Counts.outcomes(), b.Counts.outcomes()
		for k := range before {
			if after[k] < before[k] {
				complain("a count fell: %s, and then %s", a, b)
				break
			}
		}
	}
}

// judgeEnd says what is wrong with the way a job ended, "" for nothing.
func judgeEnd(s sighting, asked []asking, options map[string]any) string {
	c := s.Counts
	code := ""
	if s.Error != nil {
		code = s.Error.Code
	}
	limit := func(name string) (int64, bool) {
		n, ok := options[name].(int)
		return int64(n), ok
	}
	switch most, ok := limit("maxAffected"); {
	case code == "max_affected" && (!ok || *c.Matched <= most || *c.Pending != *c.Matched):
		return "maxAffected refused what it should not, or something was written"
	case ok && code != "max_affected" && c.Matched != nil && *c.Matched > most:
		return "maxAffected did not refuse"
	}
	switch want, ok := limit("expectedCount"); {
	case code == "expected_count" && (!ok || *c.Matched == want || *c.Pending != *c.Matched):
		return "expectedCount refused what it should not, or something was written"
	case ok && code != "expected_count" && c.Matched != nil && *c.Matched != want:
		return "expectedCount did not refuse"
	}
	if !slices.Contains([]string{"", "max_affected", "expected_count", "max_failures", "model_gone"}, code) {
		return "it failed for a reason that is not one of its records: " + code
	}
	if most, ok := limit("maxFailures"); code == "max_failures" && (!ok || c.Failed < most) {
		return "maxFailures stopped the job too soon"
	}
	return judgeState(s, asked, code)
}

// judgeState says how a final state differs from the rules, "" for not at all.
func judgeState(s sighting, asked []asking, code string) string {
	c := s.Counts
	want := "failed"
	switch {
	case code != "":
	case s.State == "cancelled":
		if !slices.ContainsFunc(asked, func(a asking) bool { return a.name == "cancel" }) {
			return "it was cancelled, although no caller had asked for that"
		}
		return ""
	case c.Matched == nil || *c.Pending != 0:
		return "it ended before all of its records were reached"
	case c.Failed == 0 && c.Conflicted == 0:
		want = "succeeded"
	case c.Updated+c.Unchanged > 0:
		want = "partially_succeeded"
	}
	if s.State != want {
		return "it should have ended " + want
	}
	return ""
}
