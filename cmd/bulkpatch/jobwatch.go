package main

import "bulkpatch/client"

type watchCommand struct{ jobFlags }

// Help shows an example.
func (watchCommand) Help() string {
	return `Examples:
  bulkpatch watch 01a21943-0885-7918-950e-881915ac17e3
  bulkpatch watch 01a21943 --output json

It shows how far the job is until it ends: as a bar on a terminal, as lines elsewhere, with --output json the job after each change. When the server is away it tries again for 15 minutes; Ctrl-C stops watching, not the job. The exit status is 0 if the job succeeded, and 1 if it failed, partly failed or was cancelled.`
}

// Run follows the job to its end.
func (c *watchCommand) Run(a *app, s settings) error {
	return c.onJob(a, s, func(t *target, id string) error {
		j, err := t.Job(a.ctx, id)
		if err != nil {
			return err
		}
		if s.answers != nil {
			return c.stream(a, s, t, j)
		}
		shown := newJobProgress(a.out)
		j, err = a.follow(t, j, shown.show)
		shown.finish()
		if err != nil {
			return err
		}
		endWords(a.out, j)
		return ended(j)
	})
}

// stream prints the job after each change.
func (c *watchCommand) stream(a *app, s settings, t *target, j client.Job) error {
	var written error
	j, err := a.follow(t, j, func(j client.Job) {
		if written == nil {
			written = a.answer(s.answers.last)
		}
	})
	if err != nil {
		return err
	}
	if written != nil {
		return written
	}
	return ended(j)
}
