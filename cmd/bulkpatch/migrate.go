package main

import (
	"errors"
	"fmt"

	"bulkpatch/store"
)

func (c *migrateCommand) check(r *reader) {
	r.database(c.databaseFlags)
	r.logging(c.logFlags)
}

// Run brings the database up to date, or says whether it is.
func (c *migrateCommand) Run(a *app, s settings) error {
	if c.Check {
		return isUpToDate(a, s)
	}
	db, err := openStore(a.ctx, s, store.Open)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, "the database is up to date")
	return db.Close()
}

// isUpToDate says what the database lacks, if it is there at all.
func isUpToDate(a *app, s settings) error {
	db, err := openSource(a.ctx, s)
	switch {
	case errors.Is(err, store.ErrNoDatabase), errors.Is(err, store.ErrOutdated):
		a.report(err)
		return errSaid
	case err != nil:
		return err
	}
	fmt.Fprintln(a.out, "the database is up to date")
	return db.Close()
}
