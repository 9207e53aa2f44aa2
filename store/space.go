package store

import "context"

// A Space is what a database takes on the disk of its process.
type Space struct {
	Bytes int64 // of the file; 0 where a server keeps the database
	Free  int64 // of them that hold nothing: used again, and never given back by itself
}

// Space measures the database's file. It reads nothing of it.
func (s *Store) Space(ctx context.Context) (Space, error) {
	var space Space
	if s.db.Dialect.Space == "" {
		return space, nil
	}
	return space, s.classify(s.db.Lookups.GetContext(ctx, &space, s.db.Dialect.Space))
}
