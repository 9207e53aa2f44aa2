package dashboard

import (
	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A jobRow is a job in a list.
type jobRow struct {
	client.Job
	Path     string
	Shown    shownState
	Sentence words.Sentence
	Records  string // how many it has selected, "" if that is not known yet
	Bar      []segment
	Progress words.Sentence // how far it is, what it waits for, or how it ended
	Who      string         // the path of the list of what the same caller made, "" for none
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
func jobRowOf(j client.Job, known words.Choices, parent *client.Job) jobRow {
	row := jobRow{
		Job: j, Path: jobPath(j.ID), Shown: stateOf(j), Sentence: words.Job(j, known, parent), Bar: barOf(j.Counts), Progress: words.Progress(j),
	}
	if j.Counts.Matched != nil {
		row.Records = words.Number(*j.Counts.Matched)
	}
	return row
}
