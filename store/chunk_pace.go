package store

import (
	"time"

	"bulkpatch/store/sqldb"
)

// pace is how many records the next chunk takes. It follows the time that the
// last chunks took: it shrinks at once, and grows step by step.
type pace struct {
	records int // 0 before the first chunk

	n     int     // records of the last chunk
	load  float64 // its time, as a part of the time it should take
	fixed float64 // the part of load that a chunk costs whatever its size
}

const (
	firstRecords = 4000 // the first chunk of a shard
	firstCostly  = 100  // the same, where the filter may be costly
	mostRecords  = 50_000
	growth       = 4
	aimRead      = 250 * time.Millisecond // for reading a chunk ahead
	slowShrink   = 8                      // a chunk that reached the time limit was far too large
	faultShrink  = 2
)

// size returns how many records a chunk takes, at most limit. The first chunk
// of a lease takes first.
func (p *pace) size(first, limit int) int {
	if p.records == 0 {
		p.records = first
	}
	return max(1, min(limit, p.records))
}

// after returns the pace after a chunk. took is how long its transaction took,
// and aim how long it should have taken.
func (p pace) after(c *chunk, took, aim time.Duration) pace {
	n := len(c.selected)
	if n == 0 {
		return p
	}
	load := max(float64(took)/float64(aim), float64(c.reading)/float64(max(aim, aimRead)))
	if p.n > 0 && (n >= 2*p.n || p.n >= 2*n) {
		each := max(0, (load-p.load)/float64(n-p.n))
		p.fixed = max(0, min(load, p.load, load-each*float64(n)))
	}
	p.n, p.load = n, load
	p.records = p.next(n, c.asked)
	if c.bytes <= smallBytes {
		p.records = max(p.records, min(n, leastRecords))
	}
	return p
}

// A chunk of at most so many small records is not slow because of its size:
// the machine is busy, and fewer records would take as long.
const (
	leastRecords = 50
	smallBytes   = 1 << 20
)

// mostFixed is how many times the aim a chunk may take where its fixed cost
// alone exceeds the aim.
const mostFixed = 3

// next returns how many records the next chunk takes after a chunk of n records,
// for which asked records were wanted.
func (p pace) next(n, asked int) int {
	room := max(1-p.fixed, min(p.fixed, mostFixed))
	want := mostRecords
	if each := (p.load - p.fixed) / float64(n); each > 0 {
		want = int(min(room/each, mostRecords))
	}
	switch {
	case want < n:
		return max(1, want)
	case n < asked:
		return min(p.records, growth*n) // the limit on bytes made the chunk short
	case n < p.records:
		return p.records // the caller's limit made it short
	}
	return min(want, growth*n)
}

// shrink makes the next chunk smaller by a factor, after a fault in the data of
// n records.
func (p *pace) shrink(n, by int) { p.records = max(1, n/by) }

// shrinkAfter returns the factor for a fault.
func shrinkAfter(f sqldb.DataFault) int {
	if f.Code == sqldb.CodeTooSlow {
		return slowShrink
	}
	return faultShrink
}
