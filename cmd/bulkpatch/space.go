package main

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/store"
)

// A spaceGauge measures the file of an SQLite database at each scrape. It has no
// values for PostgreSQL.
type spaceGauge struct {
	db          *store.Store
	bytes, free *prometheus.Desc
}

func newSpaceGauge(db *store.Store) spaceGauge {
	return spaceGauge{
		db:    db,
		bytes: prometheus.NewDesc("bulkpatch_database_file_bytes", "Size of the SQLite file.", nil, nil),
		free:  prometheus.NewDesc("bulkpatch_database_free_bytes", "Part of the SQLite file that holds nothing: it is used again, and given back to the disk by VACUUM alone.", nil, nil),
	}
}

// Describe implements [prometheus.Collector].
func (g spaceGauge) Describe(ch chan<- *prometheus.Desc) {
	ch <- g.bytes
	ch <- g.free
}

// Collect implements [prometheus.Collector].
func (g spaceGauge) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	space, err := g.db.Space(ctx)
	switch {
	case err != nil:
		ch <- prometheus.NewInvalidMetric(g.free, err)
	case space.Bytes > 0:
		ch <- prometheus.MustNewConstMetric(g.bytes, prometheus.GaugeValue, float64(space.Bytes))
		ch <- prometheus.MustNewConstMetric(g.free, prometheus.GaugeValue, float64(space.Free))
	}
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
