package main

import (
	"bytes"
	"strings"

	"bulkpatch/client"
)

const (
	retryHelp = "bulkpatch retry"
	undoHelp  = "bulkpatch undo"
)

type retryCommand struct {
	jobFlags
	Codes      []string `placeholder:"LIST" help:"Only customers that failed for these reasons, separated by commas, as bulkpatch job lists them; all that remain if not given."`
	OnMismatch string   `placeholder:"HOW" set:"choices=skip,force" help:"force includes the customers that were skipped (default: as the job itself)."`
	confirmFlags
	waitFlag
}

// Help shows an example.
func (retryCommand) Help() string {
	return `Examples:
  bulkpatch retry 01a21943 --wait
  bulkpatch retry 01a21943 --codes unique --dry-run

A new job tries the customers again that failed, conflicted or were not reached. Above 1,000 customers it asks, as bulkpatch submit does. Standard output has the id of the new job and nothing else.`
}

func (c *retryCommand) check(r *reader) {
	c.jobFlags.check(r)
	c.confirmFlags.check(r)
	if r.line.typed("on-mismatch") {
		r.choice("--on-mismatch", c.OnMismatch)
	}
	if r.line.typed("codes") && len(c.Codes) == 0 {
		r.fault("--codes", "names no reason: leave it out to retry all that remain")
	}
}

// Run retries the job, or shows what that would do.
func (c *retryCommand) Run(a *app, s settings) error {
	return c.onJob(a, s, func(t *target, id string) error {
		return c.places().of(c.retry(a, s, t, id))
	})
}

func (c *retryCommand) places() places {
	return places{{client.InBody, "/codes", "--codes"}, {client.InBody, "/onMismatch", "--on-mismatch"}}
}

// query says which records to take.
func (c *retryCommand) query() client.RetryQuery {
	return client.RetryQuery{Codes: c.Codes, OnMismatch: c.OnMismatch}
}

func (c *retryCommand) retry(a *app, s settings, t *target, id string) error {
	if c.DryRun || !c.Yes {
		p, err := t.PreviewRetry(a.ctx, id, c.query())
		switch {
		case err != nil:
			return err
		case c.DryRun:
			return a.tellPreview(s, p)
		case p.Matched > confirmAbove:
			if err := a.ask(retryHelp, p.Matched, "Retry", func() { previewWords(a.err, p) }); err != nil {
				return err
			}
		}
	}
	retry := func() (client.Job, error) { return t.Retry(a.ctx, id, c.OnMismatch) }
	if len(c.Codes) > 0 {
		retry = func() (client.Job, error) { return t.RetryRecords(a.ctx, id, c.query()) }
	}
	j, err := retry()
	if err != nil {
		return err
	}
	return a.accepted(s, t, j, c.Wait)
}

type undoCommand struct {
	jobFlags
	IDs string `name:"ids" placeholder:"LIST" help:"Only these customers, at most 10,000 ids separated by commas or line breaks; @FILE reads them from a file, and @- or - from standard input. All if not given."`
	confirmFlags
	waitFlag
}

// Help shows an example.
func (undoCommand) Help() string {
	return `Examples:
  bulkpatch undo 01a21943 --dry-run
  bulkpatch undo 01a21943 --ids 12,90 --wait

A new job gives the customers that the job changed their former values. A customer whose changed fields hold other values by now is left alone and reported. Above 1,000 customers it asks, as bulkpatch submit does. Standard output has the id of the new job and nothing else.`
}

func (c *undoCommand) check(r *reader) {
	c.jobFlags.check(r)
	c.confirmFlags.check(r)
	if r.line.typed("ids") && c.IDs == "" {
		r.fault("--ids", "names no customer: leave it out to undo all")
	}
}

// Run undoes the job, or shows what that would do.
func (c *undoCommand) Run(a *app, s settings) error {
	return c.onJob(a, s, func(t *target, id string) error {
		ids, err := c.ids(a)
		if err != nil {
			return err
		}
		return places{{client.InBody, "/ids", "--ids"}}.of(c.undo(a, s, t, id, ids))
	})
}

// ids returns the customers to restore, nil for all.
func (c *undoCommand) ids(a *app) ([]any, error) {
	if c.IDs == "" {
		return nil, nil
	}
	raw, err := a.text("--ids", c.IDs)
	if err != nil {
		return nil, err
	}
	ids := []any{} // never nil: an empty list must not mean all
	for _, word := range bytes.FieldsFunc(raw, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if id := strings.TrimSpace(string(word)); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, &usageError{[]string{"--ids names no customer: leave it out to undo all"}, undoHelp}
	}
	return ids, nil
}

func (c *undoCommand) undo(a *app, s settings, t *target, id string, ids []any) error {
	if c.DryRun || !c.Yes {
		p, err := t.PreviewUndo(a.ctx, id, ids)
		switch {
		case err != nil:
			return err
		case c.DryRun && s.answers != nil:
			return a.answer(s.answers.preview())
		case c.DryRun:
			undoPreviewWords(a.out, p)
			return nil
		case p.Matched > confirmAbove:
			if err := a.ask(undoHelp, p.Matched, "Restore", func() { undoPreviewWords(a.err, p) }); err != nil {
				return err
			}
		}
	}
	undo := func() (client.Job, error) { return t.Undo(a.ctx, id) }
	if ids != nil {
		undo = func() (client.Job, error) { return t.UndoRecords(a.ctx, id, ids) }
	}
	j, err := undo()
	if err != nil {
		return err
	}
	return a.accepted(s, t, j, c.Wait)
}
