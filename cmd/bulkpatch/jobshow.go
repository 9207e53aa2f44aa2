package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

type jobCommand struct{ jobFlags }

// Help shows an example.
func (jobCommand) Help() string {
	return `Examples:
  bulkpatch job 01a21943
  bulkpatch job 01a21943-0885-7918-950e-881915ac17e3 --output json

It says what the job does, how far it is, what it waits for and why, why customers were not changed, and what to do. The exit status does not depend on the job's state.`
}

// Run shows the job.
func (c *jobCommand) Run(a *app, s settings) error {
	return c.onJob(a, s, func(t *target, id string) error {
		j, err := t.Job(a.ctx, id)
		if err != nil {
			return err
		}
		if s.answers != nil {
			return a.answer(s.answers.last)
		}
		return jobWords(a.out, j, whatWords(a.ctx, t, j))
	})
}

// whatWords says what a job does. Without the model and the parent job, which the key
// may not be allowed to see, it says less.
func whatWords(ctx context.Context, t *target, j client.Job) string {
	var choices words.Choices
	if m, err := t.Model(ctx, j.Model); err == nil {
		choices = words.ChoicesOf(m)
	}
	var parent *client.Job
	for _, id := range []*string{j.Undo.UndoOf, j.RetryOf} {
		if id == nil {
			continue
		}
		if p, err := t.Job(ctx, *id); err == nil {
			parent = &p
		}
	}
	return plain(words.Job(j, choices, parent))
}

// jobWords says all there is to say of a job.
func jobWords(out io.Writer, j client.Job, what string) error {
	fmt.Fprintln(out, what)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, text string) {
		if text != "" {
			printSafe(w, name, text)
		}
	}
	row("job", j.ID)
	row("state", stateWords(j)+": "+plain(words.Progress(j)))
	row("customers", countsWords(j))
	row("model", visible(j.Model)+" in workspace "+j.Workspace)
	row("submitted", words.Clock(j.CreatedAt)+" by "+visible(words.Actor(j.CreatedBy)))
	row("took", tookWords(j))
	if j.Note != nil {
		row("note", visible(*j.Note))
	}
	row("related", relatedWords(j))
	row("undo", undoWords(j))
	if err := w.Flush(); err != nil {
		return err
	}
	troubleWords(out, j)
	nextWords(out, j)
	return nil
}

// countsWords names each outcome with its number.
func countsWords(j client.Job) string {
	if j.Counts.Matched == nil {
		return fmt.Sprintf("being selected, %.0f %% looked through", j.Progress.ResolvedPercent)
	}
	parts := []string{words.Number(*j.Counts.Matched) + " matched"}
	for _, outcome := range words.Outcomes {
		parts = append(parts, words.Number(words.CountOf(j.Counts, outcome))+" "+words.OutcomeOf(j, outcome))
	}
	return strings.Join(parts, " · ")
}

// tookWords says how long a job took, "" for one that has not ended.
func tookWords(j client.Job) string {
	if j.StartedAt == nil || j.FinishedAt == nil {
		return ""
	}
	return words.Lasting(j.FinishedAt.Sub(*j.StartedAt)) + ", until " + words.Clock(*j.FinishedAt)
}

// relatedWords names the jobs that a job follows from, and those that follow from it.
func relatedWords(j client.Job) string {
	var parts []string
	add := func(what string, id *string) {
		if id != nil {
			parts = append(parts, what+" "+*id)
		}
	}
	add("undo of", j.Undo.UndoOf)
	add("retry of", j.RetryOf)
	add("undone by", j.Undo.UndoneBy)
	if n := len(j.RetriedBy); n > 0 {
		add("retried by", &j.RetriedBy[n-1])
	}
	return strings.Join(parts, ", ")
}

// undoWords says until when a job can be undone.
func undoWords(j client.Job) string {
	if !j.Undo.Available || j.Undo.Until == nil {
		return ""
	}
	return "possible until " + words.Clock(*j.Undo.Until)
}

// troubleWords says what a job waits for, why it failed, and why customers were not
// changed.
func troubleWords(out io.Writer, j client.Job) {
	if r := j.Progress.WaitReason; r != nil && !j.Done {
		detail := ""
		if j.Progress.WaitDetail != nil {
			detail = *j.Progress.WaitDetail
		}
		title, why, advice := words.Wait(*r, detail)
		fmt.Fprintf(out, "\n%s\n", paragraph(title+".", visible(why), advice))
	}
	if j.Attempt.Stalled && !j.Done {
		fmt.Fprintf(out, "\nNo worker has shown a sign of life since %s. Check that a worker runs and reaches the same database and Redis.\n", heartbeatWords(j))
	}
	if j.Error != nil {
		title, _ := words.Reason(j.Error.Code)
		fmt.Fprintf(out, "\n%s\n", paragraph(title+".", faultWords(*j.Error)))
	}
	if len(j.ErrorSummary) > 0 {
		fmt.Fprintln(out, "\nNot changed:")
		showReasons(out, j.ErrorSummary)
	}
}

// paragraph joins sentences, leaving out those that are missing or said already.
func paragraph(sentences ...string) string {
	var said []string
	for _, s := range sentences {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(said, s) {
			said = append(said, s)
		}
	}
	return strings.Join(said, " ")
}

func heartbeatWords(j client.Job) string {
	if j.Attempt.HeartbeatAt == nil {
		return "it was submitted"
	}
	return words.Clock(*j.Attempt.HeartbeatAt)
}

// nextWords names the commands that make sense now.
func nextWords(out io.Writer, j client.Job) {
	var lines []string
	if !j.Done {
		lines = append(lines, "watch "+j.ID)
	}
	for _, action := range j.AllowedActions {
		lines = append(lines, action+" "+j.ID)
	}
	if j.Counts.Tried() > 0 {
		lines = append(lines, "results "+j.ID)
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(out, "\nCommands:")
	for _, line := range lines {
		fmt.Fprintln(out, "  bulkpatch "+line)
	}
}
