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

// Run migrates the database and lists the values that collide.
func (c *migrateCommand) Run(a *app, s settings) error {
	if c.Check {
		return checkDatabase(a, s)
	}
	db, err := openStore(a.ctx, s, store.Open)
	if err != nil {
		return err
	}
	defer db.Close()
	// Processes of an earlier version may have written since the last start
	// normalised the values.
	if err := db.Normalise(a.ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	fmt.Fprintln(a.out, "the database is up to date")
	if space, err := db.Space(a.ctx); err == nil && spaceHint(space) != "" {
		fmt.Fprintln(a.out, spaceHint(space))
	}
	return tellCollisions(a, db)
}

// checkDatabase prints what a migration would find. It changes nothing.
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

// lacking prints that a database is missing or not up to date and returns
// errSaid. It returns any other error unchanged.
func (a *app) lacking(err error) error {
	if !errors.Is(err, store.ErrNoDatabase) && !errors.Is(err, store.ErrOutdated) {
		return err
	}
	a.report(err)
	return errSaid
}

// tellCollisions lists the records that cannot be normalised because their
// values would collide, and says what to do.
func tellCollisions(a *app, db *store.Store) error {
	list, more, err := db.Collisions(a.ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	fmt.Fprintln(a.out, "These customers have values that differ in case only. They stay unchanged:")
	for _, c := range list {
		writeCollision(a.out, c)
	}
	if more > 0 {
		fmt.Fprintf(a.out, "  and %d more values\n", more)
	}
	fmt.Fprintln(a.out, "Change the values, or delete all customers but one of each group, and run bulkpatch migrate again. "+
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
