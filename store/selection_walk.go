package store

import (
	"context"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/store/sqldb"
)

// How a walk reads. A statement should take about walkAim, so that progress
// shows. One that takes walkLimit is cancelled, and the next covers fewer
// records. A single record may take loneLimit, twice.
const (
	walkAim   = 200 * time.Millisecond
	walkLimit = 5 * time.Second
	loneLimit = 30 * time.Second
	loneTries = 2

	firstSpan    = 1024
	leastSpan    = 64 // a read that is slow but not cancelled never makes the next one smaller: preparing a statement takes time, too
	strideGrowth = 8
)

// limitOf returns how long a statement that reads a range may take.
func limitOf(s span) time.Duration {
	if s.size() == 1 {
		return loneLimit
	}
	return walkLimit
}

// errLoneRecord means that comparing a single record with the filter reached
// its time limit.
var errLoneRecord = errors.New("comparing one record with the filter takes too long")

// A stride is how many record numbers the next read covers. It follows the time
// that the reads before took.
type stride struct {
	span int64
	aim  time.Duration
}

// took notes how long a read of n numbers took.
func (p *stride) took(n int64, d time.Duration) {
	want := int64(float64(n) * float64(p.aim) / float64(max(d, 1)))
	p.span = min(max(want, min(leastSpan, p.span)), strideGrowth*p.span, windowSize)
}

// slow notes that a read of n numbers was cancelled because it took too long. ok
// is false for a single number.
func (p *stride) slow(n int64) (ok bool) {
	p.span = max(1, n/strideGrowth)
	return n > 1
}

// A walk reads all numbers of some ranges in order, in one snapshot. Each of its
// reads takes about the same time. It adapts to the filter: with an expensive one
// a window may take minutes, with a cheap one it is read by one statement.
type walk struct {
	d        *sqldb.Dialect
	t        *sqlx.Tx
	stride   stride
	limit    func(span) time.Duration // of one statement
	examined func(part float64)       // called with the part that has been read, from 0 to 1
}

func newWalk(d *sqldb.Dialect, t *sqlx.Tx, examined func(part float64)) *walk {
	return &walk{d: d, t: t, stride: stride{firstSpan, walkAim}, limit: limitOf, examined: examined}
}

// each calls read for one part of the ranges after another. Where a part takes
// too long, it calls read again for a smaller part. It returns [errLoneRecord]
// where that is a single record.
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

// step reads one range after a savepoint: on PostgreSQL a cancelled statement
// would otherwise abort the transaction. late reports that it took too long.
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
