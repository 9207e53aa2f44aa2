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
	Rows    bool     `help:"The rows of a file job as they came, with what became of each, in place of the results: CSV, or NDJSON if the file was that. Correct them, and submit that file."`
	Format  string   `default:"table" placeholder:"FORMAT" set:"choices=table,ndjson,csv" help:"table, ndjson or csv (default ${default})."`
}

// Help shows an example.
func (resultsCommand) Help() string {
	return `Examples:
  bulkpatch results 01a21943 --outcome failed,conflicted
  bulkpatch results 01a21943 --format csv > results.csv
  bulkpatch results 01a21943 --rows --outcome failed > failed.csv

It lists what became of each customer that the job selected, in the order of the job. --output json is the same as --format ndjson.`
}

func (c *resultsCommand) check(r *reader) {
	c.jobFlags.check(r)
	for _, word := range c.Outcome {
		r.choice("--outcome", word)
	}
	r.choice("--format", c.Format)
	if c.Rows {
		for _, flag := range []string{"code", "pointer", "id", "format"} {
			r.idle("--"+flag, "with --rows")
		}
	}
	if r.s.answers != nil {
		r.idle("--format", "with --output json")
		c.Format = "ndjson"
	}
}

// Run prints the results.
func (c *resultsCommand) Run(a *app, s settings) error {
	return c.onJob(a, s, func(t *target, id string) error {
		if c.Rows {
			rows, _, err := t.JobRows(a.ctx, id, c.Outcome...)
			return c.stream(a, rows, err)
		}
		q := client.ResultQuery{Outcomes: c.Outcome, Code: c.Code, Pointer: c.Pointer, ID: c.ID}
		switch c.Format {
		case "csv":
			return c.results(a, t, id, client.CSV, q)
		case "ndjson":
			return c.results(a, t, id, client.NDJSON, q)
		}
		return c.table(a, t, id, q)
	})
}

// results prints the results as the server sends them.
func (c *resultsCommand) results(a *app, t *target, id string, f client.Format, q client.ResultQuery) error {
	stream, err := t.ExportResults(a.ctx, id, f, q)
	return c.stream(a, stream, err)
}

// stream prints a stream, unless there is none for an error.
func (c *resultsCommand) stream(a *app, stream io.ReadCloser, err error) error {
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
		printRow(w, resultName(r), r.Outcome, cut(resultWords(r)))
	})
	return err
}

// resultName names a customer, or the line of a row that has none.
func resultName(r client.Result) string {
	if r.ID == (client.ID{}) {
		return fmt.Sprintf("line %d", r.Line)
	}
	return r.ID.String()
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
