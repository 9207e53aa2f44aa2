package store

import (
	"context"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/store/sqldb"
)

// How a walk reads. A statement is to take about as long as walkAim, so that
// its progress shows; one that takes walkLimit is ended and covers less the
// next time. A single record may take loneLimit, twice.
const (
	walkAim   = 200 * time.Millisecond
	walkLimit = 5 * time.Second
	loneLimit = 30 * time.Second
	loneTries = 2

	firstSpan    = 1024
	leastSpan    = 64 // by which time does not cut on: preparing a statement takes some, too
	strideGrowth = 8
)

// limitOf is how long a statement may take that reads a range.
func limitOf(s span) time.Duration {
	if s.size() == 1 {
		return loneLimit
	}
	return walkLimit
}

// errLoneRecord says that to compare one record with a filter takes longer
// than it may.
var errLoneRecord = errors.New("comparing one record with the filter takes too long")

// A stride is how many record numbers the next read covers, by how long those
// before took.
type stride struct {
	span int64
	aim  time.Duration
}

// took notes that a read of n numbers has taken some time.
func (p *stride) took(n int64, d time.Duration) {
	want := int64(float64(n) * float64(p.aim) / float64(max(d, 1)))
	p.span = min(max(want, min(leastSpan, p.span)), strideGrowth*p.span, windowSize)
}

// slow notes that a read was ended because it took too long. ok is false where
// it was of a single number.
func (p *stride) slow(n int64) (ok bool) {
	p.span = max(1, n/strideGrowth)
	return n > 1
}

// A walk reads all numbers of some ranges in their order, in one snapshot, each
// part of them in about the same time. A filter may be so expensive that a
// whole window takes minutes, or so cheap that anything less than one is a
// waste.
type walk struct {
	d        *sqldb.Dialect
	t        *sqlx.Tx
	stride   stride
	limit    func(span) time.Duration // of one statement
	examined func(part float64)       // is told how much has been read, from 0 to 1
}

func newWalk(d *sqldb.Dialect, t *sqlx.Tx, examined func(part float64)) *walk {
	return &walk{d: d, t: t, stride: stride{firstSpan, walkAim}, limit: limitOf, examined: examined}
}

// each calls read for one part of the ranges after the other. It calls it
// again, for less, where a part took too long: [errLoneRecord] where that was
// one record.
func (w *walk) each(ctx context.Context, ranges []span, read func(context.Context, span) error) error {
	var done, total int64
	for _, r := range ranges {
		total += r.size()
	}
	for _, r := range ranges {
		lone := 0
		for first := r.first; first < r.before; {
			s := span{first, min(r.before, first+w.stride.span)}
			late, err := w.step(ctx, s, read)
			switch {
			case err != nil:
				return err
			case !late:
				first, lone = s.before, 0
				done += s.size()
				w.examined(float64(done) / float64(total))
			case !w.stride.slow(s.size()):
				if lone++; lone == loneTries {
					return errLoneRecord
				}
			}
		}
	}
	return nil
}

// step reads one range, with a savepoint to go back to: on a server the
// statement that is ended takes the transaction with it.
func (w *walk) step(ctx context.Context, s span, read func(context.Context, span) error) (late bool, err error) {
	if _, err := w.t.ExecContext(ctx, `SAVEPOINT step`); err != nil {
		return false, err
	}
	bounded, cancel := context.WithTimeout(ctx, w.limit(s))
	defer cancel()
	began := time.Now()
	err = read(bounded, s)
	if err == nil {
		w.stride.took(s.size(), time.Since(began))
		_, err = w.t.ExecContext(ctx, `RELEASE SAVEPOINT step`)
		return false, err
	}
	if ctx.Err() != nil || bounded.Err() == nil && !w.d.TooSlow(err) {
		return false, err
	}
	_, err = w.t.ExecContext(ctx, `ROLLBACK TO SAVEPOINT step`)
	return true, err
}
