package main

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/store"
)

// newSpaceGauge returns gauges of the file of an SQLite database and its disk. They have
// no values for PostgreSQL.
func newSpaceGauge(db *store.Store) prometheus.Collector {
	read := scraped[store.Space]{read: db.Space}
	sized := func(bytes func(store.Space) int64) func(store.Space) []labelled {
		return func(s store.Space) []labelled {
			if s.Bytes == 0 {
				return nil
			}
			return unlabelled(float64(bytes(s)))
		}
	}
	return read.gauge("bulkpatch_database_file_bytes", "Size of the SQLite file.", sized(func(s store.Space) int64 { return s.Bytes })).
		gauge("bulkpatch_database_free_bytes", "Part of the SQLite file that holds nothing: it is used again, and given back to the disk by VACUUM alone.",
			sized(func(s store.Space) int64 { return s.Free })).
		gauge("bulkpatch_database_disk_bytes", "Size of the file system that has the SQLite file.", sized(func(s store.Space) int64 { return s.Disk })).
		gauge("bulkpatch_database_disk_free_bytes", "Part of the file system with the SQLite file that can still be written.", sized(func(s store.Space) int64 { return s.DiskFree }))
}

// muchFree is the free space from which on an operator is told to shrink the
// file, provided that at least half of the file is free.
const muchFree = 64 << 20

// spaceHint tells the operator how to shrink a file with much free space. It
// returns "" for any other file.
func spaceHint(s store.Space) string {
	if s.Free < muchFree || 2*s.Free < s.Bytes {
		return ""
	}
	return fmt.Sprintf("%d of the %d MiB of the database file are free. They are used again, but the file does not shrink by itself: "+
		"to give them back to the disk, stop all processes and run sqlite3 FILE VACUUM, which needs additional disk space for a copy of the remaining data.", s.Free>>20, s.Bytes>>20)
}
