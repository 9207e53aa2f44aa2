package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// The errors with which [Store.CopyTo] refuses to start.
var (
	ErrOutdated  = errors.New("the tables are not those of this version and of the models that are loaded: migrate the database first")
	ErrNeverUsed = errors.New("the source has never been in use: there is nothing to copy")
	ErrNotEmpty  = errors.New("the destination is not empty")
	ErrSame      = errors.New("the destination is the source itself, or was copied from it")
)

// A TableCopy tells how many rows of a table were copied.
type TableCopy struct {
	Table string
	Rows  int64
}

// CopyTo copies everything that the database holds into another one, which has
// been migrated and never used: workspaces, keys, records with their numbers,
// and jobs in any state. Processes that then use the copy continue where those
// of the source stopped.
//
// Meanwhile no other process can write to either database. The source is only
// read, in one snapshot. The destination gets everything in one transaction:
// after an error it is as empty as before, and a second call can fill it. Only
// if the answer to the COMMIT is lost may the copy be complete all the same; a
// second call then reports that.
//
// tell is called now and then with the rows copied so far and their total.
// After a lost race the copy starts again, and so do its calls. CopyTo returns
// [ErrOutdated], [ErrNeverUsed], [ErrNotEmpty] or [ErrSame] if it refuses to
// start.
func (s *Store) CopyTo(ctx context.Context, to *Store, tell func(done, total int64)) ([]TableCopy, error) {
	if err := s.UpToDate(ctx); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if err := s.differsFrom(ctx, to); err != nil {
		return nil, err
	}
	var copied []TableCopy
	// Nothing is written to the source. Its transaction holds the lock.
	_, err := s.do(ctx, sqldb.Endless, func(from *tx) error {
		_, err := to.do(ctx, sqldb.Endless, func(dest *tx) (err error) {
			c := copier{ctx: ctx, from: from, to: dest, models: s.models, tell: tell}
			copied, err = c.run()
			return err
		})
		return to.classify(err)
	})
	if err != nil {
		return nil, s.classify(err)
	}
	return copied, nil
}

// A copier is one attempt at a copy.
type copier struct {
	ctx         context.Context // checked between two batches
	from, to    *tx
	models      *model.Registry
	tell        func(done, total int64)
	done, total int64
	unformed    []string // models whose records collide at the source
}

func (c *copier) run() ([]TableCopy, error) {
	tables, err := c.tables()
	if err != nil {
		return nil, err
	}
	if err := c.hold(tables); err != nil {
		return nil, err
	}
	if err := c.vacant(tables); err != nil {
		return nil, err
	}
	counts, err := c.from.rowCounts(tables)
	if err != nil {
		return nil, err
	}
	for _, t := range counts {
		c.total += t.Rows
	}
	if err := c.alignModels(); err != nil {
		return nil, err
	}
	for _, t := range tables {
		if err := c.table(t); err != nil {
			return nil, fmt.Errorf("copy table %s: %w", t, err)
		}
	}
	for _, name := range c.unformed {
		if err := c.to.Run(`UPDATE models SET form = '' WHERE name = ?`, name); err != nil {
			return nil, err
		}
	}
	return counts, c.compare(counts)
}

// notCopied lists the tables that are not copied: running_models tells which
// processes run on the source, and who is signed in there signs in again.
var notCopied = []string{"running_models", "sessions"}

// tables returns the tables to copy, in an order that the destination accepts.
// Either database may hold tables of other programs, but the source may have no
// table that the destination lacks.
func (c *copier) tables() ([]string, error) {
	have, err := c.from.tables()
	if err != nil {
		return nil, err
	}
	take, err := c.to.tables()
	if err != nil {
		return nil, err
	}
	for _, t := range have {
		if !slices.Contains(take, t) {
			return nil, fmt.Errorf("the source has a table %s that the destination has not", t)
		}
	}
	return slices.DeleteFunc(take, func(t string) bool { return slices.Contains(notCopied, t) || !slices.Contains(have, t) }), nil
}

// hold locks both databases against other writers until the end.
func (c *copier) hold(tables []string) error {
	if err := c.from.each(c.from.Dialect.Copying, c.from.Dialect.Streaming, c.from.Dialect.Hold(tables)); err != nil {
		return fmt.Errorf("hold the source: %w", err)
	}
	if err := c.to.each(c.to.Dialect.Copying, c.to.Dialect.Hold(tables)); err != nil {
		return fmt.Errorf("hold the destination: %w", err)
	}
	return nil
}

// each runs those of the statements that are not "".
func (t *tx) each(statements ...string) error {
	for _, s := range statements {
		if s == "" {
			continue
		}
		if err := t.Run(s); err != nil {
			return err
		}
	}
	return nil
}

// vacant returns ErrNotEmpty for a destination that holds anything but what a
// migration creates.
func (c *copier) vacant(tables []string) error {
	for _, t := range tables {
		if t == "models" {
			continue
		}
		var one int
		some, err := c.to.Get(&one, `SELECT 1 FROM `+t+` LIMIT 1`)
		if err != nil {
			return err
		}
		if some {
			return fmt.Errorf("%w: its table %s has rows", ErrNotEmpty, t)
		}
	}
	return nil
}

// compare checks that each table has as many rows as at the source.
func (c *copier) compare(want []TableCopy) error {
	for _, w := range want {
		got, err := c.to.rowCount(w.Table)
		if err != nil {
			return err
		}
		if got != w.Rows {
			return fmt.Errorf("table %s has %d rows at the source and %d at the destination", w.Table, w.Rows, got)
		}
	}
	return nil
}

func (t *tx) rowCounts(tables []string) ([]TableCopy, error) {
	counts := make([]TableCopy, len(tables))
	for i, name := range tables {
		n, err := t.rowCount(name)
		if err != nil {
			return nil, err
		}
		counts[i] = TableCopy{name, n}
	}
	return counts, nil
}
