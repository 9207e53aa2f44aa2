package store

import "time"

// pace is how many records the next chunk is to take: it follows what the last
// ones took, at once where they took long, and otherwise step by step.
type pace struct {
	records int // 0 before the first chunk
}

const (
	firstRecords  = 1000 // of a shard
	firstCostly   = 100  // where the filter may be costly
	mostRecords   = 50_000
	growth        = 4
	aimRead       = 250 * time.Millisecond // for what a chunk reads before its transaction
	slowShrink    = 8                      // a chunk that reached the time limit was far too large
	refusedShrink = 2
)

// begin says how many records a chunk takes, at most limit. The first one of a
// lease takes as many as the shard remembers.
func (p *pace) begin(remembered int64, cheap bool, limit int) int {
	switch {
	case p.records > 0:
	case remembered > 0:
		p.records = int(remembered)
	case cheap:
		p.records = firstRecords
	default:
		p.records = firstCostly
	}
	return max(1, min(limit, p.records))
}

// after is how many records to take after a chunk that held the writer for
// some time, and should have held it for another.
func (p pace) after(c *chunk, took, aim time.Duration) int {
	n := len(c.selected)
	if n == 0 {
		return p.records
	}
	load := max(float64(took)/float64(aim), float64(c.reading)/float64(max(aim, aimRead)))
	want := mostRecords
	if load > 0 {
		want = int(min(float64(n)/load, mostRecords))
	}
	switch {
	case want < n:
		return max(1, want)
	case n < c.asked:
		return min(p.records, growth*n) // its bytes cut it short
	case n < p.records:
		return p.records // its caller did
	}
	return min(want, growth*n)
}

// refused takes fewer after a fault in the data of n records.
func (p *pace) refused(n int, slow bool) {
	by := refusedShrink
	if slow {
		by = slowShrink
	}
	p.records = max(1, n/by)
}
