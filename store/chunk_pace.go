package store

import "time"

// pace is how many records the next chunk is to take: it follows what the last
// ones took, at once where they took long, and otherwise step by step.
type pace struct {
	records int // 0 before the first chunk

	// The last chunk, and what a chunk costs whatever its size: to take fewer
	// records would not make that less.
	n           int
	load, fixed float64
}

const (
	firstRecords  = 4000 // of a shard
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

// after is the pace after a chunk that held the writer for some time, and should
// have held it for another.
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

// What so few small records take is not theirs: the machine is busy, and fewer
// would take no less.
const (
	leastRecords = 50
	smallBytes   = 1 << 20
)

// mostFixed is how far a chunk may go beyond its aim for the sake of what each
// costs whatever its size.
const mostFixed = 3

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
