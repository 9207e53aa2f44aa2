package main

import (
	"fmt"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

type pauseCommand struct{ jobFlags }

// Help shows an example.
func (pauseCommand) Help() string {
	return `Example:
  bulkpatch pause 01a21943

The job stops after the chunk in flight, until bulkpatch resume. To repeat it is harmless.`
}

// Run pauses the job.
func (c *pauseCommand) Run(a *app, s settings) error {
	return c.act(a, s, func(t *target, id string) (client.Job, error) { return t.Pause(a.ctx, id) })
}

type resumeCommand struct{ jobFlags }

// Help shows an example.
func (resumeCommand) Help() string {
	return `Example:
  bulkpatch resume 01a21943

The job goes on where it was paused. To repeat it is harmless.`
}

// Run lets the job go on.
func (c *resumeCommand) Run(a *app, s settings) error {
	return c.act(a, s, func(t *target, id string) (client.Job, error) { return t.Resume(a.ctx, id) })
}

type cancelCommand struct{ jobFlags }

// Help shows an example.
func (cancelCommand) Help() string {
	return `Example:
  bulkpatch cancel 01a21943

The job ends after the chunk in flight. What it has changed stays changed; bulkpatch undo restores it. To repeat it is harmless.`
}

// Run cancels the job.
func (c *cancelCommand) Run(a *app, s settings) error {
	return c.act(a, s, func(t *target, id string) (client.Job, error) { return t.Cancel(a.ctx, id) })
}

// act acts on the job and prints it as it is then.
func (f jobFlags) act(a *app, s settings, do func(*target, string) (client.Job, error)) error {
	return f.onJob(a, s, func(t *target, id string) error {
		j, err := do(t, id)
		if err != nil {
			return err
		}
		if s.answers != nil {
			return a.answer(s.answers.last)
		}
		_, err = fmt.Fprintf(a.out, "Job %s is %s: %s\n", j.ID, stateWords(j), plain(words.Progress(j)))
		return err
	})
}
