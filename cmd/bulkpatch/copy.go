package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
)

type copyCommand struct {
	DB     string `name:"db" env:"BULKPATCH_DB" default:"sqlite://bulkpatch.db" placeholder:"URL" help:"Database to copy, sqlite://PATH or postgres://… (default ${default}). It stays as it is."`
	To     string `env:"BULKPATCH_TO" required:"" placeholder:"URL" help:"Database to copy into, sqlite://PATH or postgres://…; it must be empty. An SQLite file is created."`
	Models string `env:"BULKPATCH_MODELS" placeholder:"DIR" help:"Folder with more model files, the same that the processes are started with."`
}

// Help shows an example and says what to do before and after.
func (copyCommand) Help() string {
	return `Example:
  bulkpatch copy --db sqlite:///var/lib/bulkpatch/bulkpatch.db --to postgres://bulkpatch@db/bulkpatch

Stop all processes, copy, then start them with the destination as --db. Keys, customers, jobs in progress, undo and idempotency keys continue to work. While the copy runs, writes of a process that was not stopped fail, on both databases; what it writes to the old database afterwards stays there.

The copy is one transaction: after an interruption the destination is still empty, and the command can be run again.`
}

func (c *copyCommand) check(r *reader) {
	r.quietly()
	r.s.db = r.place("--db", c.DB)
	r.s.models = r.models(c.Models)
	if c.To != "" {
		r.place("--to", c.To)
	}
}

// Run copies the database and prints what it copied.
func (c *copyCommand) Run(a *app, from settings) error {
	source, err := openSource(a.ctx, from)
	if err != nil {
		return &flagError{"--db", err}
	}
	defer source.Close()
	to := from
	to.db = c.To
	dest, err := openStore(a.ctx, to, store.Open)
	if err != nil {
		return &flagError{"--to", err}
	}
	copied, err := copyAll(a, source, dest)
	if err := errors.Join(err, dest.Close()); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return reportCopy(a, from.models, copied)
}

// openSource opens the database to copy from. It neither creates nor migrates
// one.
func openSource(ctx context.Context, s settings) (*store.Store, error) {
	db, err := store.OpenExisting(ctx, s.db, store.Options{Models: s.models, Log: s.log, Now: clock})
	if err != nil {
		return nil, err
	}
	if err := db.UpToDate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// copyAll copies all rows and shows its progress.
func copyAll(a *app, source, dest *store.Store) ([]store.TableCopy, error) {
	var bar *bar
	copied, err := source.CopyTo(a.ctx, dest, func(done, total int64) {
		if bar == nil {
			bar = newRowBar(a.err, "copy", total)
		}
		bar.Set(done)
	})
	if bar != nil {
		bar.Finish()
	}
	if errors.Is(err, job.ErrUnavailable) {
		err = fmt.Errorf("%w (does a process still work on one of the databases? stop it)", err)
	}
	return copied, err
}

// reportCopy prints the number of rows of each table that has any, and how many
// records and jobs there are.
func reportCopy(a *app, models *model.Registry, copied []store.TableCopy) error {
	var tables []string
	for _, m := range models.All() {
		tables = append(tables, m.Table())
	}
	var records, jobs int64
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TABLE\tROWS")
	for _, t := range copied {
		switch {
		case t.Table == "jobs":
			jobs = t.Rows
		case slices.Contains(tables, t.Table):
			records += t.Rows
		}
		if t.Rows > 0 {
			fmt.Fprintf(w, "%s\t%d\n", t.Table, t.Rows)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "copied %d records and %d jobs; each table has as many rows as at the source\n", records, jobs)
	return nil
}
