package store

import (
	"context"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// What a workspace may have open by default: bulk jobs, which are all that are
// no singles; ten times as many singles; and bytes of filters and patches.
const (
	defaultOpenJobs = 10_000
	singlesPerBulk  = 10
	openBytes       = 256 << 20
)

const (
	// openFor is how long what was counted of a workspace's open jobs is
	// believed, with what this process has accepted since.
	openFor = time.Second
	// openAgain is how long, where that leaves no room.
	openAgain = 100 * time.Millisecond
)

// openUse is what a workspace's open jobs take of its limits.
type openUse struct{ Bulks, Singles, Bytes int64 }

func (u openUse) plus(v openUse) openUse {
	return openUse{u.Bulks + v.Bulks, u.Singles + v.Singles, u.Bytes + v.Bytes}
}

func (u openUse) fits(most openUse) bool {
	return u.Bulks <= most.Bulks && u.Singles <= most.Singles && u.Bytes <= most.Bytes
}

// useOf is what a job of a kind takes.
func useOf(k job.Kind, bytes int) openUse {
	if k == job.Single {
		return openUse{Singles: 1, Bytes: int64(bytes)}
	}
	return openUse{Bulks: 1, Bytes: int64(bytes)}
}

// openJobs judges whether a workspace may have another job. Counting for each
// request would cost more than accepting it, so a count is kept for a second,
// with what this process has accepted since. Each other process may therefore
// accept what it does within a second beyond a limit; but nobody is refused on
// a count that is older than a tenth of one.
type openJobs struct {
	most  openUse
	now   func() time.Time
	count func(ctx context.Context, ws int64) (openUse, error)

	mu sync.Mutex
	of map[int64]*openCount
}

// An openCount is what is known of one workspace.
type openCount struct {
	turn chan struct{} // has a value while somebody looks or counts: one count answers all who wait
	at   time.Time
	used openUse
}

func (c *openCount) enter(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *openCount) leave() { <-c.turn }

func newOpenJobs(bulks int, now func() time.Time, count func(context.Context, int64) (openUse, error)) *openJobs {
	n := int64(bulks)
	return &openJobs{most: openUse{n, singlesPerBulk * n, openBytes}, now: now, count: count, of: map[int64]*openCount{}}
}

// room reports whether a job fits, and then counts it in.
func (o *openJobs) room(ctx context.Context, ws int64, more openUse) (bool, error) {
	c := o.workspace(ws)
	if err := c.enter(ctx); err != nil {
		return false, err
	}
	defer c.leave()
	if err := o.recount(ctx, ws, c, openFor); err != nil {
		return false, err
	}
	if !c.used.plus(more).fits(o.most) {
		if err := o.recount(ctx, ws, c, openAgain); err != nil {
			return false, err
		}
	}
	if !c.used.plus(more).fits(o.most) {
		return false, nil
	}
	c.used = c.used.plus(more)
	return true, nil
}

// recount counts where the last count is as old as that, or of a clock that
// has stepped since.
func (o *openJobs) recount(ctx context.Context, ws int64, c *openCount, after time.Duration) error {
	now := o.now()
	if age := now.Sub(c.at); age >= 0 && age < after {
		return nil
	}
	used, err := o.count(ctx, ws)
	if err == nil {
		c.at, c.used = now, used
	}
	return err
}

// giveBack takes out what was counted in for a job that was not accepted.
func (o *openJobs) giveBack(ws int64, more openUse) {
	c := o.workspace(ws)
	_ = c.enter(context.Background()) // never waits for longer than a count
	defer c.leave()
	c.used = c.used.plus(openUse{-more.Bulks, -more.Singles, -more.Bytes})
}

func (o *openJobs) workspace(ws int64) *openCount {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[ws] == nil {
		o.of[ws] = &openCount{turn: make(chan struct{}, 1)}
	}
	return o.of[ws]
}

// openUseQuery reads nothing but the index of a workspace's open jobs.
var openUseQuery = `SELECT COUNT(CASE WHEN kind <> 'single' THEN 1 END) AS bulks, COUNT(CASE WHEN kind = 'single' THEN 1 END) AS singles,
		COALESCE(SUM(request_bytes), 0) AS bytes
	FROM jobs WHERE workspace = ? AND ` + unfinished

func (s *Store) countOpen(ctx context.Context, ws int64) (openUse, error) {
	var used openUse
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		return t.GetContext(ctx, &used, s.db.Dialect.Rebind(openUseQuery), ws)
	})
	return used, err
}

// accepting runs a transaction that accepts a job of a workspace, if it may
// have another; accept is told so, since a request that has made a job before
// is answered with it in any case. It reports whether it has accepted one.
func (s *Store) accepting(ctx context.Context, ws auth.Workspace, use openUse, accept func(t *tx, room error) (accepted bool, err error)) error {
	room, err := s.open.room(ctx, ws.ID, use)
	if err != nil {
		return err
	}
	var full error
	if !room {
		full = job.ErrTooManyJobs
	}
	accepted := false
	err = s.inTx(ctx, func(t *tx) (err error) {
		accepted, err = accept(t, full)
		return err
	})
	if room && (err != nil || !accepted) {
		s.open.giveBack(ws.ID, use)
	}
	return err
}
