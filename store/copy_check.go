package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
)

// UpToDate returns nil if the tables are those that [Store.Migrate] would make,
// and [ErrOutdated] if they are older, newer or missing. It returns an error
// that names a model which has records but is not loaded. It changes nothing.
func (s *Store) UpToDate(ctx context.Context) error {
	want, err := s.latest()
	if err != nil {
		return err
	}
	return s.inSnapshot(ctx, func(t *sqlx.Tx) error {
		q := snapshotReader{ctx: ctx, db: t, d: s.db.Dialect}
		var tables []string
		if err := q.List(&tables, s.db.Dialect.Tables); err != nil {
			return err
		}
		if !slices.Contains(tables, goose.DefaultTablename) {
			return ErrOutdated
		}
		var versions []int64
		if err := q.List(&versions, `SELECT MAX(version_id) FROM `+goose.DefaultTablename+` WHERE is_applied`); err != nil {
			return err
		}
		if versions[0] != want {
			return ErrOutdated
		}
		return s.modelsCurrent(q)
	})
}

// latest returns the number of the newest migration.
func (s *Store) latest() (int64, error) {
	p, err := s.ledgerMigrations(s.db.Lookups.DB)
	if err != nil {
		return 0, err
	}
	sources := p.ListSources()
	return sources[len(sources)-1].Version, nil
}

// modelsCurrent compares the models of the tables with those that are loaded.
func (s *Store) modelsCurrent(q queryer) error {
	var known []struct{ Name, Digest, Form string }
	if err := q.List(&known, `SELECT name, digest, form FROM models`); err != nil {
		return err
	}
	for _, k := range known {
		m, loaded := s.models.Model(k.Name)
		if !loaded {
			return fmt.Errorf("there are records of the model %s, which is not loaded", k.Name)
		}
		if m.Digest != k.Digest || formOf(m) != k.Form {
			return ErrOutdated
		}
	}
	if len(known) < len(s.models.All()) {
		return ErrOutdated
	}
	return nil
}

// differsFrom checks that the source is in use and that the destination is
// another installation. It compares the signing keys, which are the same if two
// addresses name one database, before the copy takes locks on both.
func (s *Store) differsFrom(ctx context.Context, to *Store) error {
	ours, err := s.signingKeys(ctx)
	if err != nil {
		return err
	}
	if len(ours) == 0 {
		return ErrNeverUsed
	}
	theirs, err := to.signingKeys(ctx)
	if err != nil {
		return err
	}
	if len(theirs) > 0 && bytes.Equal(ours[0], theirs[0]) {
		return ErrSame
	}
	return nil
}

// tables returns the tables of the ledger and of the models.
func (t *tx) tables() ([]string, error) {
	var names []string
	err := t.List(&names, t.Dialect.Tables)
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, goose.DefaultTablename) }), err
}

func (t *tx) rowCount(table string) (n int64, err error) {
	_, err = t.Get(&n, `SELECT COUNT(*) FROM `+table)
	return n, err
}
