package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrateTries bounds how often a migration is tried again after another
// process has won the race for the same step.
const migrateTries = 3

// Migrate brings the database up to date: first the fixed tables, then a
// table for each model. Calling it again changes nothing and takes no lock, so
// that a process can start while another one holds the database. A change of
// a model that would lose data is refused with an error of type [*LossError].
func (s *Store) Migrate(ctx context.Context) error {
	var err error
	for range migrateTries {
		if err = s.migrateLedger(ctx); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	done, err := s.modelsMigrated(ctx)
	if err == nil && !done {
		err = s.inLargeTx(ctx, s.migrateModels)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// modelsMigrated reports whether the tables are those of the loaded models.
func (s *Store) modelsMigrated(ctx context.Context) (bool, error) {
	var known []struct{ Name, Digest string }
	if err := s.read.SelectContext(ctx, &known, `SELECT name, digest FROM models`); err != nil {
		return false, s.d.classify(err)
	}
	digests := make(map[string]string, len(known))
	for _, k := range known {
		digests[k.Name] = k.Digest
	}
	for _, m := range s.models.All() {
		if digests[m.Name] != m.Digest {
			return false, nil
		}
	}
	return true, nil
}

func (s *Store) migrateLedger(ctx context.Context) error {
	db, err := sqliteMigrations(s.path)
	if err != nil {
		return err
	}
	defer db.Close()
	files, err := fs.Sub(migrations, s.d.migrations)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithSlog(s.log), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil || !pending {
		return err
	}
	_, err = p.Up(ctx)
	return err
}
