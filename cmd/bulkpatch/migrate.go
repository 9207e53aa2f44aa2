package main

import (
	"errors"
	"fmt"
	"io"

	"bulkpatch/store"
)

func (c *migrateCommand) check(r *reader) {
	r.database(c.databaseFlags)
	r.logging(c.logFlags)
}

// Run brings the database up to date, or says what keeps it from that.
func (c *migrateCommand) Run(a *app, s settings) error {
	if c.Check {
		return checkDatabase(a, s)
	}
	db, err := openStore(a.ctx, s, store.Open)
	if err != nil {
		return err
	}
	defer db.Close()
	// Processes of an earlier version may have written since a start did this.
	if err := db.Normalise(a.ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	fmt.Fprintln(a.out, "the database is up to date")
	if space, err := db.Space(a.ctx); err == nil && spaceHint(space) != "" {
		fmt.Fprintln(a.out, spaceHint(space))
	}
	return tellCollisions(a, db)
}

// checkDatabase says what migrating would find. It changes nothing.
func checkDatabase(a *app, s settings) error {
	db, err := store.OpenExisting(a.ctx, s.db, store.Options{Models: s.models, Log: s.log, Now: clock})
	if err != nil {
		return a.lacking(err)
	}
	defer db.Close()
	if err := db.UpToDate(a.ctx); err != nil {
		return errors.Join(tellCollisions(a, db), a.lacking(err))
	}
	fmt.Fprintln(a.out, "the database is up to date")
	return tellCollisions(a, db)
}

// lacking reports what a database lacks; other errors it returns.
func (a *app) lacking(err error) error {
	if !errors.Is(err, store.ErrNoDatabase) && !errors.Is(err, store.ErrOutdated) {
		return err
	}
	a.report(err)
	return errSaid
}

// tellCollisions lists the records that stay as they are because they would
// collide, and the way out.
func tellCollisions(a *app, db *store.Store) error {
	list, more, err := db.Collisions(a.ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	fmt.Fprintln(a.out, "These customers have one value but for its case. They stay as they are:")
	for _, c := range list {
		writeCollision(a.out, c)
	}
	if more > 0 {
		fmt.Fprintf(a.out, "  and %d more values\n", more)
	}
	fmt.Fprintln(a.out, "Give them values of their own, or delete all but one of each, and run bulkpatch migrate again. "+
		"An id in capital letters is found while its model file does not say format: uuid.")
	return nil
}

func writeCollision(out io.Writer, c store.Collision) {
	others := ""
	if c.Records > 2 {
		others = fmt.Sprintf(" and %d more", c.Records-2)
	}
	fmt.Fprintf(out, "  workspace %s, model %s, field %s: ids %s, %s%s\n", c.Workspace, c.Model, c.Field, c.IDs[0], c.IDs[1], others)
}
