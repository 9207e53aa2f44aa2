package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// scanAim is about how long one read of [Store.Scan] takes. Reads are short
// because an open cursor keeps SQLite from reusing its log, and because other
// readers wait for the connection.
const scanAim = 100 * time.Millisecond

// Scan calls yield with pages of all records that match f and exist when it
// starts, in ascending order of their numbers. Each page is a read of its own,
// so a slow yield holds no lock or connection, and a record has the values of
// the moment in which its page is read. A page has at most 1,000 records and
// 8 MiB, but at least one record. Scan stops at an error of yield and returns
// it. [job.ErrQueryTimeout] means that one read took too long. All of them
// together may take any time.
func (s *Store) Scan(ctx context.Context, ws auth.Workspace, m *model.Model, f filter.Filter, yield func([]model.Record) error) error {
	list, err := blocks(ctx, s.db.Lookups, s.db.Dialect, ws.ID, m)
	if err != nil {
		return s.classify(err)
	}
	condition, args := f.SQL(s.db.Dialect.Filter)
	sc := scan{s: s, ws: ws, m: m, args: args, stride: stride{firstSpan, scanAim}, atOnce: mostFirst,
		rest: s.db.Dialect.NotIndexed + " WHERE rid >= ? AND rid < ? AND " + inWorkspace(ws) + " AND " + s.db.Dialect.Opaque(condition) + " ORDER BY rid LIMIT ?"}
	for _, b := range list {
		for first := b.first(); first < b.Next; {
			page, next, err := sc.read(ctx, span{first, min(b.Next, first+sc.stride.span)})
			if err != nil {
				return err
			}
			if len(page) > 0 {
				if err := yield(page); err != nil {
					return err
				}
			}
			first = next
		}
	}
	return nil
}

// A scan reads records range by range.
type scan struct {
	s      *Store
	ws     auth.Workspace
	m      *model.Model
	rest   string
	args   []any
	stride stride
	atOnce int // how many records are likely to fit into a page
}

// mostFirst is the limit of records in the first page of a scan, when nothing is
// known about their size.
const mostFirst = 64

// read reads a page from the start of a range. next is where the next page
// starts: at the same number if this read took too long.
func (sc *scan) read(ctx context.Context, r span) (page []model.Record, next int64, err error) {
	s, next, late := sc.s, r.before, false
	err = s.inSearch(ctx, sc.ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		bounded, cancel := context.WithTimeout(ctx, limitOf(r))
		defer cancel()
		began, more := time.Now(), false
		page, more, err = s.queryBounded(bounded, t, sc.m, budget{left: job.PageBytes}, sc.rest, append(append([]any{r.first, r.before}, sc.args...), sc.atOnce)...)
		if err != nil {
			late = ctx.Err() == nil && (bounded.Err() != nil || s.db.Dialect.TooSlow(err))
			return err
		}
		if more || len(page) == sc.atOnce {
			next = page[len(page)-1].RID + 1
		}
		sc.learn(page)
		sc.stride.took(next-r.first, time.Since(began))
		return nil
	})
	switch {
	case late && sc.stride.slow(r.size()):
		return nil, r.first, nil
	case late:
		return nil, 0, job.ErrQueryTimeout
	}
	return page, next, err
}

// learn sets how many records the next page asks for, by the size of these.
func (sc *scan) learn(page []model.Record) {
	bytes := 0
	for _, r := range page {
		bytes += sizeOf(r)
	}
	if len(page) > 0 {
		sc.atOnce = worthReading(job.PageBytes, len(page), bytes)
	}
}
