package store

import (
	"context"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// What a workspace may have open by default: bulk jobs, which here are all jobs
// but singles; ten times as many singles; and bytes of filters and patches.
const (
	defaultOpenJobs = 10_000
	singlesPerBulk  = 10
	openBytes       = 256 << 20
)

const (
	// openFor is how long a count of a workspace's open jobs is used, together
	// with what this process has accepted since.
	openFor = time.Second
	// openAgain is how long it is used if by that count a job does not fit.
	openAgain = 100 * time.Millisecond
)

// openUse is how much of a workspace's limits its open jobs use.
type openUse job.OpenJobs

func (u openUse) plus(v openUse) openUse {
	return openUse{u.Bulks + v.Bulks, u.Singles + v.Singles, u.Bytes + v.Bytes}
}

func (u openUse) fits(most openUse) bool {
	return u.Bulks <= most.Bulks && u.Singles <= most.Singles && u.Bytes <= most.Bytes
}

// useOf is how much of the limits a job of a kind uses.
func useOf(k job.Kind, bytes int) openUse {
	if k == job.Single {
		return openUse{Singles: 1, Bytes: int64(bytes)}
	}
	return openUse{Bulks: 1, Bytes: int64(bytes)}
}

// openJobs decides whether a workspace may have another job. To count for each
// request would cost more than to accept it, so a count is used for a second,
// together with what this process has accepted since. Several processes may
// therefore exceed a limit by what they accept within a second. But no request is
// refused on a count that is older than a tenth of a second.
type openJobs struct {
	most  openUse
	now   func() time.Time
	count func(ctx context.Context, ws int64) (openUse, error)

	mu sync.Mutex
	of map[int64]*openCount
}

// An openCount is the last count of one workspace.
type openCount struct {
	lock chan struct{} // a mutex whose wait ends with a context; all who waited for it use one new count
	at   time.Time
	used openUse
}

func (c *openCount) acquire(ctx context.Context) error {
	select {
	case c.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *openCount) release() { <-c.lock }

func newOpenJobs(bulks int, now func() time.Time, count func(context.Context, int64) (openUse, error)) *openJobs {
	n := int64(bulks)
	return &openJobs{most: openUse{n, singlesPerBulk * n, openBytes}, now: now, count: count, of: map[int64]*openCount{}}
}

// room reports whether a job fits, and adds it to the count if so.
func (o *openJobs) room(ctx context.Context, ws int64, more openUse) (bool, error) {
	c := o.workspace(ws)
	if err := c.acquire(ctx); err != nil {
		return false, err
	}
	defer c.release()
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

// recount counts again if the last count is at least so old, or if the clock was
// set back since.
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

// giveBack subtracts from the count what was added for a job that was then not
// accepted.
func (o *openJobs) giveBack(ws int64, more openUse) {
	c := o.workspace(ws)
	_ = c.acquire(context.Background()) // never waits for longer than a count
	defer c.release()
	c.used = c.used.plus(openUse{-more.Bulks, -more.Singles, -more.Bytes})
}

// OpenUse returns how many jobs a workspace has open, and how many it may have. It
// is the count by which jobs are accepted, so it may be a second old.
func (s *Store) OpenUse(ctx context.Context, ws auth.Workspace) (used, most job.OpenJobs, err error) {
	c := s.open.workspace(ws.ID)
	if err := c.acquire(ctx); err != nil {
		return used, most, err
	}
	defer c.release()
	err = s.open.recount(ctx, ws.ID, c, openFor)
	return job.OpenJobs(c.used), job.OpenJobs(s.open.most), s.classify(err)
}

func (o *openJobs) workspace(ws int64) *openCount {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[ws] == nil {
		o.of[ws] = &openCount{lock: make(chan struct{}, 1)}
	}
	return o.of[ws]
}

// openUseQuery reads only the index of a workspace's open jobs.
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

// accepting runs a transaction that accepts a job of a workspace. accept is given
// [job.ErrTooManyJobs] if the workspace may not have another job: it must still
// find the job that the request has made before. accept reports whether it has
// accepted a new job.
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
