package store

import (
	"testing"
	"time"

	"bulkpatch/store/sqldb"
)

// TestChunksFollowWhatTheLastOnesTook gives chunks a time for each record and a
// fixed time, and checks at which size they stabilise.
func TestChunksFollowWhatTheLastOnesTook(t *testing.T) {
	tests := map[string]struct {
		each, fixed time.Duration
		bytes       int64 // of a chunk
		least, most int
	}{
		"quick records":                     {time.Microsecond, time.Millisecond, 0, 20_000, mostRecords},
		"slow records":                      {time.Millisecond, 0, 0, 30, 70},
		"records too slow for a chunk":      {time.Second, 0, maxChunkBytes, 1, 1},
		"small records on a busy machine":   {time.Second, 0, 0, leastRecords, leastRecords},
		"a commit as slow as a chunk":       {100 * time.Microsecond, 60 * time.Millisecond, 0, 300, 1300},
		"a statement that is slow to plan":  {100 * time.Microsecond, time.Second, 0, 500, 3000},
		"nothing at all":                    {0, 0, 0, mostRecords / growth, mostRecords},
		"large records, of which few go in": {10 * time.Microsecond, 0, 0, 100, 100},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var p pace
			n := p.size(firstRecords, mostRecords)
			for range 20 {
				c := &chunk{asked: n, selected: make([]uint32, n), bytes: tt.bytes}
				if tt.most == 100 {
					c.selected = c.selected[:min(n, 25)] // by their bytes
				}
				p = p.after(c, time.Duration(len(c.selected))*tt.each+tt.fixed, 60*time.Millisecond)
				n = p.size(firstRecords, mostRecords)
			}
			if n < tt.least || n > tt.most {
				t.Errorf("chunks have %d records, not %d to %d", n, tt.least, tt.most)
			}
		})
	}
}

// TestAFaultInTheDataTakesFewer halves a chunk after a fault in its data, and
// makes it much smaller if it reached the time limit.
func TestAFaultInTheDataTakesFewer(t *testing.T) {
	p := pace{records: 1000}
	if p.shrink(1000, shrinkAfter(sqldb.DataFault{})); p.records != 500 {
		t.Errorf("%d records", p.records)
	}
	if p.shrink(500, shrinkAfter(sqldb.DataFault{Code: sqldb.CodeTooSlow})); p.records != 62 {
		t.Errorf("%d records", p.records)
	}
	if p.shrink(1, shrinkAfter(sqldb.DataFault{Code: sqldb.CodeTooSlow})); p.records != 1 {
		t.Errorf("%d records", p.records)
	}
}
