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
// table for each model. Calling it again changes nothing. A change of a model
// that would lose data is refused with an error of type [*LossError].
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
	if err := s.inLargeTx(ctx, s.migrateModels); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
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
	_, err = p.Up(ctx)
	return err
}
