package store

import "context"

// A Space says how much disk space the database of a process takes.
type Space struct {
	Bytes int64 // of the file; 0 where a server keeps the database
	Free  int64 // of these, bytes that hold nothing: they are reused, but the file does not shrink
}

// Space measures the database's file, without reading its contents.
func (s *Store) Space(ctx context.Context) (Space, error) {
	var space Space
	if s.db.Dialect.Space == "" {
		return space, nil
	}
	return space, s.classify(s.db.Lookups.GetContext(ctx, &space, s.db.Dialect.Space))
}
