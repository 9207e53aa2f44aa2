package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// Jobs lists a workspace's jobs, newest first, each as [job.Job.Short] returns it:
// a large filter, patch or computation is not even read. A page ends early at 8 MiB, with
// at least one job. [job.ErrBadCursor]: the cursor does not belong to a list with
// these conditions. [job.ErrQueryTimeout]: the query takes too long.
func (s *Store) Jobs(ctx context.Context, ws auth.Workspace, q job.Query) (job.Page, error) {
	where, args := jobsWhere(s.db.Dialect, q)
	if q.Cursor != "" {
		place, err := readJobPlace(q)
		if err != nil {
			return job.Page{}, err
		}
		where, args = where+" AND (j.created_at, j.num) < (?, ?)", append(args, place.CreatedAt, place.Num)
	}
	var page job.Page
	err := s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		l := jobLister{snapshotReader{ctx, t, s.db.Dialect}, ws.ID}
		if err := l.useWholeOrder(); err != nil {
			return err
		}
		places, more, err := l.places(q, where, args)
		if err != nil || len(places) == 0 {
			return err
		}
		if more {
			page.NextCursor = writeJobPlace(q, places[len(places)-1])
		}
		among, numbers := s.db.Dialect.Among("j.num", numbersOf(places))
		page.Items, err = s.selectJobs(ctx, t, ws, listColumns+" AND "+among+newestFirst, append(numbers, len(places))...)
		for i, j := range page.Items {
			page.Items[i] = j.Short() // of columns, which are no text of their own
		}
		return err
	})
	return page, err
}

// CountJobs counts the jobs that [Store.Jobs] lists with the same conditions, on all
// pages. It stops at most where that is not 0: the result is then most if there are
// at least so many. [job.ErrQueryTimeout]: the query takes too long.
func (s *Store) CountJobs(ctx context.Context, ws auth.Workspace, q job.Query, most int64) (n int64, err error) {
	where, args := jobsWhere(s.db.Dialect, q)
	from := ` FROM jobs j` + s.db.Dialect.IndexedBy(jobIndex(q)) + ` WHERE j.workspace = ?` + where
	query := `SELECT COUNT(*)` + from
	args = append([]any{ws.ID}, args...)
	if most > 0 {
		query = `SELECT COUNT(*) FROM (SELECT 1` + from + ` LIMIT ?) AS counted`
		args = append(args, most)
	}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		return t.GetContext(ctx, &n, s.db.Dialect.Rebind(query), args...)
	})
	return n, err
}

const newestFirst = " ORDER BY j.created_at DESC, j.num DESC LIMIT ?"

// jobsWhere is the condition for the jobs that a query asks for.
func jobsWhere(d *sqldb.Dialect, q job.Query) (where string, args []any) {
	text := new(strings.Builder)
	text.WriteString(" AND j.left_at IS NULL")
	add := func(condition string, values ...any) {
		text.WriteString(" AND " + condition)
		args = append(args, values...)
	}
	if len(q.States) > 0 {
		add("j.state IN (?"+strings.Repeat(", ?", len(q.States)-1)+")", asAny(q.States)...)
	}
	if onlyOpen(q) {
		add("j." + unfinished) // for the index
	}
	if len(q.Kinds) > 0 {
		add("j.kind IN (?"+strings.Repeat(", ?", len(q.Kinds)-1)+")", asAny(q.Kinds)...)
	}
	if q.Model != "" {
		add("j.model = ?", q.Model)
	}
	if q.CreatedBy != "" {
		add("j.created_by = ?", q.CreatedBy)
	}
	if !q.Since.IsZero() {
		add("j.created_at >= ?", microsUp(q.Since))
	}
	if !q.Until.IsZero() {
		add("j.created_at < ?", microsUp(q.Until))
	}
	if q.IDPrefix != "" {
		low, high := idsWith(q.IDPrefix)
		add("j.id BETWEEN ? AND ?", low, high)
	}
	if len(q.Words) > 0 {
		add("j.note_words IS NOT NULL")
	}
	for _, word := range q.Words {
		add(d.Position("j.note_words")+" > 0", " "+word)
	}
	return text.String(), args
}

// onlyOpen reports whether a query asks only for jobs that have not ended.
func onlyOpen(q job.Query) bool {
	return len(q.States) > 0 && !slices.ContainsFunc(q.States, job.State.Final)
}

// idsWith returns the first and the last UUID with a prefix. Both have the form of an
// id, so that they are ordered alike whatever the collation of the column is.
func idsWith(prefix string) (low, high string) {
	const zeros, effs = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
	n := min(len(prefix), len(zeros))
	return prefix[:n] + zeros[n:], prefix[:n] + effs[n:]
}

func asAny[T ~string](texts []T) []any {
	values := make([]any, len(texts))
	for i, t := range texts {
		values[i] = string(t)
	}
	return values
}

// microsUp rounds an instant up to microseconds, the unit of stored times: a job
// is before the result if and only if it is before the instant.
func microsUp(t time.Time) int64 { return t.Add(time.Microsecond - 1).UnixMicro() }

// noteWords is what the column note_words keeps of a note, nil for none.
func noteWords(note string) any {
	words := job.Words(note)
	if len(words) == 0 {
		return nil
	}
	return " " + strings.Join(words, " ")
}

// A jobPlace is a job's place in a list.
type jobPlace struct {
	Num       int64 `json:"n"`
	CreatedAt int64 `json:"t" db:"created_at"`
}

// A jobCursor is the place of a page's last job, and the list that it belongs to.
type jobCursor struct {
	jobPlace
	List string `json:"l"`
}

// listName identifies a list by its conditions.
func listName(q job.Query) string {
	q.Limit, q.Cursor = 0, ""
	return listDigest(q)
}

func writeJobPlace(q job.Query, p jobPlace) string { return writeCursor(jobCursor{p, listName(q)}) }

func readJobPlace(q job.Query) (jobPlace, error) {
	var c jobCursor
	if !readCursor(q.Cursor, &c) || c.List != listName(q) {
		return jobPlace{}, job.ErrBadCursor
	}
	return c.jobPlace, nil
}

// listColumns are those of [jobColumns] without large filters, patches and computations.
var listColumns = strings.Replace(jobColumns, "j.filter, j.patch, j.compute,", listed("filter")+", "+listed("patch")+", "+listed("compute")+", "+
	leftOut("filter")+" + "+leftOut("patch")+" + "+leftOut("compute")+" AS left_out,", 1)

var mostListed = strconv.Itoa(job.MaxListed)

func listed(column string) string {
	return "CASE WHEN octet_length(j." + column + ") <= " + mostListed + " THEN j." + column + " END AS " + column
}

func leftOut(column string) string {
	return "CASE WHEN octet_length(j." + column + ") > " + mostListed + " THEN octet_length(j." + column + ") ELSE 0 END"
}

// jobFrame is an upper bound for what a job takes in a list besides the texts
// that are measured.
const jobFrame = 2 << 10

// listSizes measures how many bytes jobs take in a list.
var listSizes = `SELECT j.num, j.created_at, ` + strconv.Itoa(jobFrame) + ` + COALESCE(octet_length(j.preview), 0) + COALESCE(octet_length(j.target), 0) + octet_length(j.summary) + octet_length(j.options)
	+ CASE WHEN octet_length(j.filter) <= ` + mostListed + ` THEN octet_length(j.filter) ELSE 0 END
	+ CASE WHEN octet_length(j.patch) <= ` + mostListed + ` THEN octet_length(j.patch) ELSE 0 END
	+ CASE WHEN octet_length(j.compute) <= ` + mostListed + ` THEN octet_length(j.compute) ELSE 0 END
	+ COALESCE((SELECT SUM(octet_length(x.summary)) FROM shards x WHERE x.workspace = j.workspace AND x.job = j.num), 0) AS size
	FROM jobs j WHERE j.workspace = ?`

// jobPlaces lists the places of the jobs that a query asks for, of whose conditions
// where is made.
func jobPlaces(d *sqldb.Dialect, q job.Query, where string) string {
	return `SELECT j.num, j.created_at FROM jobs j` + d.IndexedBy(jobIndex(q)) + ` WHERE j.workspace = ?` + where + newestFirst
}

// jobIndex is the index in which a query finds its jobs. Those of lists and of notes
// have all that conditions compare, so only the index is read however few jobs meet
// them. The last is that of the column id.
func jobIndex(q job.Query) string {
	switch {
	case q.IDPrefix != "":
		return "sqlite_autoindex_jobs_1"
	case len(q.Words) > 0:
		return "jobs_noted"
	case onlyOpen(q):
		return "jobs_open_of"
	}
	return "jobs_listed"
}

// A jobLister reads a page of jobs in one snapshot.
type jobLister struct {
	snapshotReader
	ws int64
}

func (l jobLister) useWholeOrder() error {
	if l.d.WholeOrder == "" {
		return nil
	}
	_, err := l.db.ExecContext(l.ctx, l.d.WholeOrder)
	return err
}

// places returns the places of the jobs of a page, which begins with the first job
// that meets the conditions, and whether others follow.
func (l jobLister) places(q job.Query, where string, args []any) (page []jobPlace, more bool, err error) {
	var places []jobPlace
	all := append(append([]any{l.ws}, args...), q.Limit+1)
	if err := l.List(&places, jobPlaces(l.d, q, where), all...); err != nil || len(places) == 0 {
		return nil, false, err
	}
	var rows []struct {
		jobPlace
		Size int
	}
	among, numbers := l.d.Among("j.num", numbersOf(places))
	if err := l.List(&rows, listSizes+" AND "+among+newestFirst, append(append([]any{l.ws}, numbers...), len(places))...); err != nil {
		return nil, false, err
	}
	room := budget{left: job.PageBytes}
	for i, r := range rows {
		if i == q.Limit || !room.take(r.Size) {
			return page, true, nil
		}
		page = append(page, r.jobPlace)
	}
	return page, false, nil
}

func numbersOf(places []jobPlace) []int64 {
	numbers := make([]int64, len(places))
	for i, p := range places {
		numbers[i] = p.Num
	}
	return numbers
}
