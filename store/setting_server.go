package store

import "context"

// Server names the database and its version, such as "SQLite 3.50.4". It asks the
// server, so it also tells how soon that answers.
func (s *Store) Server(ctx context.Context) (name string, err error) {
	err = s.db.Lookups.GetContext(ctx, &name, s.db.Dialect.Server)
	return name, s.classify(err)
}
