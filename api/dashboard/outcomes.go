package dashboard

import (
	"net/url"
	"strconv"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A segment is a part of the bar that shows a job's outcomes.
type segment struct {
	Class    string
	X, Width string // in percent
}

// An outcomeCount is a line below the bar. The counts add up to what matched.
type outcomeCount struct {
	Class string
	Word  string
	Count int64
	Path  string // of the results with this outcome, "" for none
}

// outcomeClasses are the colours of the outcomes.
var outcomeClasses = map[string]string{
	client.OutcomeUpdated: "b-up", client.OutcomeUnchanged: "b-same", client.OutcomeSkipped: "b-skip",
	client.OutcomeConflicted: "b-conf", client.OutcomeFailed: "b-fail", client.OutcomePending: "b-wait",
}

// leastWidth is how much of a bar a part takes at least, in percent, so that a few
// failures among a million records are seen.
const leastWidth = 0.6

// barOf returns the parts of the bar of some counts. What is pending is the rest.
func barOf(c client.Counts) []segment {
	if c.Matched == nil || *c.Matched == 0 {
		return nil
	}
	widths := make([]float64, len(words.Outcomes)-1)
	var sum float64
	widest := 0
	for i := range widths {
		if n := words.CountOf(c, words.Outcomes[i]); n > 0 {
			widths[i] = max(float64(n)*100/float64(*c.Matched), leastWidth)
		}
		if sum += widths[i]; widths[i] > widths[widest] {
			widest = i
		}
	}
	widths[widest] -= max(0, sum-100) // which the small ones have taken
	var parts []segment
	var x float64
	for i, width := range widths {
		if width > 0 {
			parts = append(parts, segment{outcomeClasses[words.Outcomes[i]], percent(x), percent(width)})
		}
		x += width
	}
	return parts
}

func percent(p float64) string { return strconv.FormatFloat(p, 'f', 2, 64) + "%" }

// legendOf returns the counts of a job, each with the path of the results that it
// counts.
func legendOf(j client.Job) []outcomeCount {
	list := make([]outcomeCount, len(words.Outcomes))
	for i, o := range words.Outcomes {
		list[i] = outcomeCount{Class: outcomeClasses[o], Word: words.OutcomeOf(j, o), Count: words.CountOf(j.Counts, o)}
		if list[i].Count > 0 {
			list[i].Path = withQuery(jobPath(j.ID), url.Values{"outcome": {o}}) + "#records"
		}
	}
	return list
}
