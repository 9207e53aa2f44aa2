package words

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"bulkpatch/client"
	"bulkpatch/job"
)

// Outcomes are the outcomes of records in the order in which they are told everywhere.
var Outcomes = []string{
	client.OutcomeUpdated, client.OutcomeUnchanged, client.OutcomeSkipped, client.OutcomeConflicted, client.OutcomeFailed, client.OutcomePending,
}

// CountOf returns the number of records with an outcome.
func CountOf(c client.Counts, outcome string) int64 {
	switch outcome {
	case client.OutcomeUpdated:
		return c.Updated
	case client.OutcomeUnchanged:
		return c.Unchanged
	case client.OutcomeSkipped:
		return c.Skipped
	case client.OutcomeConflicted:
		return c.Conflicted
	case client.OutcomeFailed:
		return c.Failed
	}
	if c.Pending == nil {
		return 0
	}
	return *c.Pending
}

// Progress says in words how far a job is.
func Progress(j client.Job) Sentence {
	switch {
	case j.Error != nil:
		return failedWords(j)
	case j.Done:
		return append(endedWords(j), undoneWords(j)...)
	case j.Progress.WaitReason != nil && *j.Progress.WaitReason != job.WaitThrottled:
		return waitingWords(j)
	case j.State == client.StatePaused:
		return actedWords(j, "paused", doneWords(j))
	case j.State == client.StateQueued:
		return Sentence{{Text: "waits for a worker"}}
	case j.Counts.Matched == nil:
		return Sentence{{Text: "finds its customers, " + percentWords(j.Progress.ResolvedPercent) + " looked through"}}
	}
	return runningWords(j)
}

// failedWords says why a job failed as a whole, and what it did before.
func failedWords(j client.Job) Sentence {
	title := refusalWords(j)
	if title == "" {
		title, _ = Reason(j.Error.Code)
	}
	done := "nothing was changed"
	if j.Counts.Tried() > 0 {
		done = countWords(j)
	}
	return Sentence{{Text: Lowered(title) + " · " + done}}
}

// refusalWords says which number refused a job, "" if none did. The number that matches
// stands beside it.
func refusalWords(j client.Job) string {
	var guards struct{ MaxAffected, ExpectedCount json.Number }
	if json.Unmarshal(j.Request.Options, &guards) != nil {
		return ""
	}
	switch {
	case j.Error.Code == "max_affected" && guards.MaxAffected != "":
		return "more than the " + Number(guards.MaxAffected) + " allowed"
	case j.Error.Code == "expected_count" && guards.ExpectedCount != "":
		return "not the " + Number(guards.ExpectedCount) + " expected"
	}
	return ""
}

// endedWords says how a job ended.
func endedWords(j client.Job) Sentence {
	switch {
	case j.Kind == "preview":
		return Sentence{{Text: "nothing is changed by a preview"}}
	case j.State == client.StateCancelled && j.Counts.Tried() == 0:
		return actedWords(j, "cancelled", "nothing was changed")
	case j.State == client.StateCancelled:
		return actedWords(j, "cancelled", doneWords(j))
	case j.Counts.Tried() == 0:
		return Sentence{{Text: "no customer matched"}}
	}
	return Sentence{{Text: countWords(j)}}
}

// undoneWords says that a job was undone, nothing of any other job.
func undoneWords(j client.Job) Sentence {
	if j.Undo.UndoneBy == nil {
		return nil
	}
	return Sentence{{Text: " · undone"}}
}

// actedWords says what was done to a job and by whom, if somebody did it.
func actedWords(j client.Job, what, and string) Sentence {
	for i := len(j.Transitions) - 1; i >= 0; i-- {
		if by := j.Transitions[i].By; by != nil {
			return Sentence{{Text: what + " by "}, {Text: *by, Value: true}, {Text: " · " + and}}
		}
	}
	return Sentence{{Text: what + " · " + and}}
}

// waitingWords says what a job waits for, and how far it is.
func waitingWords(j client.Job) Sentence {
	detail := ""
	if j.Progress.WaitDetail != nil {
		detail = *j.Progress.WaitDetail
	}
	title, why, _ := Wait(*j.Progress.WaitReason, detail)
	s := Sentence{{Text: Lowered(title)}}
	if detail != "" && why == detail {
		s = append(s, Part{Text: ": "}, Part{Text: detail, Value: true})
	}
	if j.Counts.Tried() > 0 {
		s = append(s, Part{Text: " · " + doneWords(j)})
	}
	return s
}

// runningWords says how far a job is, how fast, and when it will be done.
func runningWords(j client.Job) Sentence {
	text := doneWords(j)
	if j.Progress.Percent != nil {
		text = percentWords(*j.Progress.Percent)
	}
	if rate := j.Progress.RecordsPerSecond; rate > 0 {
		text += " · " + PerSecond(rate) + "/s"
	}
	if most := j.Throttle.RecordsPerSecond; most != nil {
		text += " · throttled to " + PerSecond(*most) + "/s"
	}
	if eta := j.Progress.ETASeconds; eta != nil && j.State == client.StateRunning {
		text += " · " + Lasting(time.Duration(*eta*float64(time.Second))) + " left"
	}
	return Sentence{{Text: text}}
}

// doneWords says how many records have an outcome.
func doneWords(j client.Job) string {
	if j.Counts.Matched == nil {
		return "nothing done yet"
	}
	return Number(j.Counts.Tried()) + " of " + Number(*j.Counts.Matched) + " done"
}

// undoWords are the words for what an undo did with records.
var undoWords = map[string]string{client.OutcomeUpdated: "restored", client.OutcomeConflicted: "left alone"}

// OutcomeOf is the word for an outcome of a job's records: an undo restores.
func OutcomeOf(j client.Job, outcome string) string {
	if j.Kind == "undo" && outcome == client.OutcomeUpdated {
		return undoWords[outcome]
	}
	return outcome
}

// countWords names the outcomes that there are, in the order of all pages.
func countWords(j client.Job) (text string) {
	for _, word := range Outcomes {
		n := CountOf(j.Counts, word)
		if n == 0 {
			continue
		}
		if w, ok := undoWords[word]; ok && j.Kind == "undo" {
			word = w
		}
		if word == client.OutcomePending {
			word = "not reached"
		}
		if text != "" {
			text += " · "
		}
		text += Number(n) + " " + word
	}
	return text
}

// percentWords writes a share of a hundred, which is 100 only for all.
func percentWords(p float64) string {
	return strconv.FormatFloat(math.Floor(p*10)/10, 'f', 1, 64) + " %"
}
