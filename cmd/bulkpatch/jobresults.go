package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"bulkpatch/client"
)

type resultsCommand struct {
	jobFlags
	Outcome []string `placeholder:"LIST" set:"choices=${outcomes}" help:"Only customers with these outcomes, separated by commas: ${choices}."`
	Code    string   `placeholder:"CODE" help:"Only customers that were not changed for this reason, as bulkpatch job lists them."`
	Pointer string   `placeholder:"POINTER" help:"Only customers that were not changed because of this field, such as /domain."`
	ID      string   `name:"id" placeholder:"ID" help:"Only this customer."`
	Format  string   `default:"table" placeholder:"FORMAT" set:"choices=table,ndjson,csv" help:"table, ndjson or csv (default ${default})."`
}

// Help shows an example.
func (resultsCommand) Help() string {
	return `Examples:
  bulkpatch results 01a21943 --outcome failed,conflicted
  bulkpatch results 01a21943 --format csv > results.csv

It lists what became of each customer that the job selected, in the order of the job. --output json is the same as --format ndjson.`
}

func (c *resultsCommand) check(r *reader) {
	c.jobFlags.check(r)
	for _, word := range c.Outcome {
		r.choice("--outcome", word)
	}
	r.choice("--format", c.Format)
	if r.s.answers != nil {
		r.idle("--format", "with --output json")
		c.Format = "ndjson"
	}
}

// Run prints the results.
func (c *resultsCommand) Run(a *app, s settings) error {
	return c.onJob(a, s, func(t *target, id string) error {
		q := client.ResultQuery{Outcomes: c.Outcome, Code: c.Code, Pointer: c.Pointer, ID: c.ID}
		switch c.Format {
		case "csv":
			return c.stream(a, t, id, client.CSV, q)
		case "ndjson":
			return c.stream(a, t, id, client.NDJSON, q)
		}
		return c.table(a, t, id, q)
	})
}

// stream prints the results as the server sends them.
func (c *resultsCommand) stream(a *app, t *target, id string, f client.Format, q client.ResultQuery) error {
	stream, err := t.ExportResults(a.ctx, id, f, q)
	if err != nil {
		return err
	}
	defer stream.Close()
	_, err = io.Copy(a.out, stream)
	var file *fs.PathError
	if err != nil && !errors.As(err, &file) && a.ctx.Err() == nil {
		return &refusedError{"the connection broke off before the last result"}
	}
	return err
}

func (c *resultsCommand) table(a *app, t *target, id string, q client.ResultQuery) error {
	_, err := printTable(a.out, "CUSTOMER\tOUTCOME\tWHAT", t.QueryResults(a.ctx, id, q), func(w io.Writer, r client.Result) {
		printRow(w, r.ID.String(), r.Outcome, cut(resultWords(r)))
	})
	return err
}

// resultWords says what changed in a customer, or why nothing did.
func resultWords(r client.Result) string {
	switch {
	case r.Conflict != nil:
		return conflictWords(r.Conflict, r.By)
	case r.Error != nil && r.Error.Pointer != "":
		return fmt.Sprintf("%s: %s (%s)", r.Error.Pointer, r.Error.Detail, r.Error.Code)
	case r.Error != nil:
		return fmt.Sprintf("%s (%s)", r.Error.Detail, r.Error.Code)
	}
	return changes(r.Changed)
}
