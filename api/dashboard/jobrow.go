package dashboard

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"bulkpatch/client"
	"bulkpatch/job"
)

// A jobRow is a job in a list.
type jobRow struct {
	client.Job
	Path     string
	Shown    shownState
	Sentence sentence
	Records  string // how many it has selected, "" if that is not known yet
	Bar      []segment
	Progress sentence // how far it is, what it waits for, or how it ended
	Who      string   // the path of the list of what the same caller made, "" for none
}

// Note is why the change is made, "" for none.
func (r jobRow) Note() string {
	if r.Job.Note == nil {
		return ""
	}
	return *r.Job.Note
}

// jobRowOf shows a job in a list. known has the choices of its model, and parent is
// the job that it undoes or retries; both may be nil.
func jobRowOf(j client.Job, known knownChoices, parent *client.Job) jobRow {
	row := jobRow{
		Job: j, Path: jobPath(j.ID), Shown: stateOf(j), Sentence: sentenceOf(j, known, parent), Bar: barOf(j.Counts), Progress: progressOf(j),
	}
	if j.Counts.Matched != nil {
		row.Records = number(*j.Counts.Matched)
	}
	return row
}

// progressOf says in words how far a job is.
func progressOf(j client.Job) sentence {
	switch {
	case j.Error != nil:
		return failedWords(j)
	case j.Done:
		return endedWords(j)
	case j.Progress.WaitReason != nil && *j.Progress.WaitReason != job.WaitThrottled:
		return waitingWords(j)
	case j.State == client.StatePaused:
		return actedWords(j, "paused", doneWords(j))
	case j.State == client.StateQueued:
		return sentence{{Text: "waits for a worker"}}
	case j.Counts.Matched == nil:
		return sentence{{Text: "finds its customers, " + percentWords(j.Progress.ResolvedPercent) + " looked through"}}
	}
	return runningWords(j)
}

// failedWords says why a job failed as a whole, and what it did before.
func failedWords(j client.Job) sentence {
	title := refusalWords(j)
	if title == "" {
		title, _ = reasonWords(j.Error.Code)
	}
	done := "nothing was changed"
	if j.Counts.Tried() > 0 {
		done = countWords(j)
	}
	return sentence{{Text: lowered(title) + " · " + done}}
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
		return "more than the " + number(guards.MaxAffected) + " allowed"
	case j.Error.Code == "expected_count" && guards.ExpectedCount != "":
		return "not the " + number(guards.ExpectedCount) + " expected"
	}
	return ""
}

// endedWords says how a job ended.
func endedWords(j client.Job) sentence {
	switch {
	case j.Kind == "preview":
		return sentence{{Text: "nothing is changed by a preview"}}
	case j.State == client.StateCancelled && j.Counts.Tried() == 0:
		return actedWords(j, "cancelled", "nothing was changed")
	case j.State == client.StateCancelled:
		return actedWords(j, "cancelled", doneWords(j))
	case j.Counts.Tried() == 0:
		return sentence{{Text: "no customer matched"}}
	}
	return sentence{{Text: countWords(j)}}
}

// actedWords says what was done to a job and by whom, if somebody did it.
func actedWords(j client.Job, what, and string) sentence {
	for i := len(j.Transitions) - 1; i >= 0; i-- {
		if by := j.Transitions[i].By; by != nil {
			return sentence{{Text: what + " by "}, {Text: *by, Value: true}, {Text: " · " + and}}
		}
	}
	return sentence{{Text: what + " · " + and}}
}

// waitingWords says what a job waits for, and how far it is.
func waitingWords(j client.Job) sentence {
	detail := ""
	if j.Progress.WaitDetail != nil {
		detail = *j.Progress.WaitDetail
	}
	title, why, _ := waitWords(*j.Progress.WaitReason, detail)
	s := sentence{{Text: lowered(title)}}
	if detail != "" && why == detail {
		s = append(s, part{Text: ": "}, part{Text: detail, Value: true})
	}
	if j.Counts.Tried() > 0 {
		s = append(s, part{Text: " · " + doneWords(j)})
	}
	return s
}

// runningWords says how far a job is, how fast, and when it will be done.
func runningWords(j client.Job) sentence {
	text := doneWords(j)
	if j.Progress.Percent != nil {
		text = percentWords(*j.Progress.Percent)
	}
	if rate := j.Progress.RecordsPerSecond; rate > 0 {
		text += " · " + perSecond(rate) + "/s"
	}
	if most := j.Throttle.RecordsPerSecond; most != nil {
		text += " · throttled to " + perSecond(*most) + "/s"
	}
	if eta := j.Progress.ETASeconds; eta != nil && j.State == client.StateRunning {
		text += " · " + lasting(time.Duration(*eta*float64(time.Second))) + " left"
	}
	return sentence{{Text: text}}
}

// doneWords says how many records have an outcome.
func doneWords(j client.Job) string {
	if j.Counts.Matched == nil {
		return "nothing done yet"
	}
	return number(j.Counts.Tried()) + " of " + number(*j.Counts.Matched) + " done"
}

// undoWords are the words for what an undo did with records.
var undoWords = map[string]string{client.OutcomeUpdated: "restored", client.OutcomeConflicted: "left alone"}

// countWords names the outcomes that there are, in the order of all pages.
func countWords(j client.Job) (text string) {
	for _, o := range outcomes {
		n := countOf(j.Counts, o.name)
		if n == 0 {
			continue
		}
		word := o.name
		if w, ok := undoWords[word]; ok && j.Kind == "undo" {
			word = w
		}
		if word == client.OutcomePending {
			word = "not reached"
		}
		if text != "" {
			text += " · "
		}
		text += number(n) + " " + word
	}
	return text
}

// percentWords writes a share of a hundred, which is 100 only for all.
func percentWords(p float64) string {
	return strconv.FormatFloat(math.Floor(p*10)/10, 'f', 1, 64) + " %"
}

// lowered begins a text with a small letter.
func lowered(text string) string {
	if text == "" || len(text) > 1 && text[1] >= 'A' && text[1] <= 'Z' {
		return text
	}
	return string(text[0]|0x20) + text[1:]
}
