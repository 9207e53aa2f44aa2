package store

import (
	"context"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// Jobs lists a workspace's jobs, newest first, each as [job.Job.Short] has it:
// a large filter or patch is not even read. A page ends early at 8 MiB, with
// at least one job. [job.ErrBadCursor]: the cursor is none of this list.
// [job.ErrQueryTimeout]: it takes too long.
func (s *Store) Jobs(ctx context.Context, ws auth.Workspace, q job.Query) (job.Page, error) {
	where, args, err := jobsWhere(q)
	if err != nil {
		return job.Page{}, err
	}
	var page job.Page
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		last, more, err := s.lastOfPage(ctx, t, ws, q.Limit, where, args)
		if err != nil {
			return err
		}
		if more {
			page.NextCursor = strconv.FormatInt(last, 10)
		}
		page.Items, err = s.selectJobs(ctx, t, ws, listColumns+where+" AND j.num >= ? ORDER BY j.num DESC LIMIT ?", append(args, last, q.Limit)...)
		return err
	})
	return page, err
}

// jobsWhere is the condition for the jobs that a query asks for.
func jobsWhere(q job.Query) (where string, args []any, err error) {
	text := new(strings.Builder)
	text.WriteString(" AND j.left_at IS NULL")
	add := func(condition string, arg any) {
		text.WriteString(" AND " + condition)
		args = append(args, arg)
	}
	if q.State != "" {
		add("j.state = ?", q.State)
	}
	if q.Model != "" {
		add("j.model = ?", q.Model)
	}
	if q.CreatedBy != "" {
		add("j.created_by = ?", q.CreatedBy)
	}
	if q.Cursor != "" {
		before, err := strconv.ParseInt(q.Cursor, 10, 64)
		if err != nil {
			return "", nil, job.ErrBadCursor
		}
		add("j.num < ?", before)
	}
	return text.String(), args, nil
}

// listColumns are those of [jobColumns] without large filters and patches.
var listColumns = strings.Replace(jobColumns, "j.filter, j.patch,", listed("filter")+", "+listed("patch")+", "+
	leftOut("filter")+" + "+leftOut("patch")+" AS left_out,", 1)

var mostListed = strconv.Itoa(job.MaxListed)

func listed(column string) string {
	return "CASE WHEN octet_length(j." + column + ") <= " + mostListed + " THEN j." + column + " END AS " + column
}

func leftOut(column string) string {
	return "CASE WHEN octet_length(j." + column + ") > " + mostListed + " THEN octet_length(j." + column + ") ELSE 0 END"
}

// jobFrame is more than a job takes in a list beside the texts that are
// measured.
const jobFrame = 2 << 10

// listSizes measures jobs as a list shows them.
var listSizes = `SELECT j.num, ` + strconv.Itoa(jobFrame) + ` + COALESCE(octet_length(j.preview), 0) + octet_length(j.summary) + octet_length(j.options)
	+ CASE WHEN octet_length(j.filter) <= ` + mostListed + ` THEN octet_length(j.filter) ELSE 0 END
	+ CASE WHEN octet_length(j.patch) <= ` + mostListed + ` THEN octet_length(j.patch) ELSE 0 END
	+ COALESCE((SELECT SUM(octet_length(x.summary)) FROM shards x WHERE x.workspace = j.workspace AND x.job = j.num), 0) AS size
	FROM jobs j WHERE j.workspace = ?`

// lastOfPage finds the job with which a page ends, and whether others follow.
func (s *Store) lastOfPage(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, limit int, where string, args []any) (last int64, more bool, err error) {
	var rows []struct {
		Num  int64
		Size int
	}
	all := append(append([]any{ws.ID}, args...), limit+1)
	if err := t.SelectContext(ctx, &rows, s.d.rebind(listSizes+where+" ORDER BY j.num DESC LIMIT ?"), all...); err != nil {
		return 0, false, err
	}
	room := budget{left: pageBytes}
	for i, r := range rows {
		if i == limit || !room.take(r.Size) {
			return last, true, nil
		}
		last = r.Num
	}
	return last, false, nil
}
