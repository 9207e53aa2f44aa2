package store

import (
	"context"
	"syscall"
)

// A Space says how much disk space the database of a process takes. All are in bytes,
// and 0 where a server keeps the database.
type Space struct {
	Bytes int64 // of the file
	Free  int64 // of these, bytes that hold nothing: they are reused, but the file does not shrink

	Disk     int64 // size of the file system that has the file
	DiskFree int64 // of these, bytes that this process may still write
}

// Space measures the database's file, without reading its contents.
func (s *Store) Space(ctx context.Context) (Space, error) {
	if s.db.Dialect.Space == "" {
		return Space{}, nil
	}
	var row struct {
		Bytes, Free int64
		Path        string
	}
	if err := s.db.Lookups.GetContext(ctx, &row, s.db.Dialect.Space); err != nil {
		return Space{}, s.classify(err)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(row.Path, &disk); err != nil {
		return Space{}, err
	}
	block := int64(disk.Bsize)
	return Space{Bytes: row.Bytes, Free: row.Free, Disk: int64(disk.Blocks) * block, DiskFree: int64(disk.Bavail) * block}, nil
}
