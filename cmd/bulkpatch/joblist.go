package main

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

type jobsCommand struct {
	State     string `placeholder:"LIST" set:"choices=${states}" help:"Only jobs in these states, separated by commas: ${choices}."`
	Kind      string `placeholder:"LIST" set:"choices=${kinds}" help:"Only jobs of these kinds, separated by commas: ${choices}."`
	Model     string `placeholder:"NAME" help:"Only jobs over this model."`
	CreatedBy string `placeholder:"WHO" help:"Only jobs that this key submitted, such as key:ops."`
	Since     string `placeholder:"TIME" help:"Only jobs submitted since then: a time such as 2026-01-31T12:00:00Z, or how long ago, such as 36h or 7d."`
	Until     string `placeholder:"TIME" help:"Only jobs submitted before then, given like --since."`
	Note      string `placeholder:"WORDS" help:"Only jobs whose note has words that begin with these."`
	Limit     string `default:"50" placeholder:"N" help:"How many jobs to list (default ${default})."`
	All       bool   `help:"List all of them."`
	outputFlag
	workspaceFlag
	targetFlags

	query client.JobQuery
	limit int
}

// Help shows an example.
func (jobsCommand) Help() string {
	return `Examples:
  bulkpatch jobs --state running,paused
  bulkpatch jobs --since 24h --state failed,partially_succeeded --output json

It lists jobs, newest first. A key without the scope jobs:read sees the jobs that it submitted.`
}

func (c *jobsCommand) check(r *reader) {
	for _, f := range []struct{ flag, text string }{{"--state", c.State}, {"--kind", c.Kind}} {
		for word := range strings.SplitSeq(f.text, ",") {
			if f.text != "" {
				r.choice(f.flag, word)
			}
		}
	}
	c.query = client.JobQuery{
		State: c.State, Kind: c.Kind, Model: c.Model, CreatedBy: c.CreatedBy, Note: c.Note,
		Since: r.instant("--since", c.Since), Until: r.instant("--until", c.Until),
	}
	if c.limit = r.integer("--limit", c.Limit, 1_000_000); c.All {
		r.idle("--limit", "with --all")
		c.limit = 0
	}
	r.output(c.outputFlag)
	r.target(c.targetFlags)
	r.customersOf(c.workspaceFlag)
}

// Run lists the jobs.
func (c *jobsCommand) Run(a *app, s settings) error {
	t, err := connect(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	if s.answers != nil {
		return answerAll(a, s, c.some(a, t))
	}
	listed, err := printTable(a.out, "JOB\tSTATE\tSUBMITTED\tBY\tPROGRESS\tWHAT", c.some(a, t), func(w io.Writer, j client.Job) {
		printSafe(w, j.ID, stateWords(j), j.CreatedAt.Format(time.DateTime), visible(words.Actor(j.CreatedBy)), plain(words.Progress(j)), plain(words.Job(j, nil, nil)))
	})
	if err == nil && listed == c.limit {
		fmt.Fprintf(a.err, "These are the newest %d; --all lists all there are.\n", listed)
	}
	return err
}

// some returns the jobs of the query, as many as are asked for.
func (c *jobsCommand) some(a *app, t *target) iter.Seq2[client.Job, error] {
	return func(yield func(client.Job, error) bool) {
		n := 0
		for j, err := range t.Jobs(a.ctx, c.query) {
			if !yield(j, err) {
				return
			}
			if n++; n == c.limit {
				return
			}
		}
	}
}
