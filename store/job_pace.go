package store

import (
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// paceWidth is the width of the points of a workspace's pace.
const paceWidth = time.Minute

// mostPaced is how many jobs that have ended a workspace's pace reads besides
// singles, so that a workspace with very many small jobs costs no more.
const mostPaced = 50_000

// JobPace returns how many of a job's records got their outcome over time, from its
// first chunk to its last one, or to now while it is being worked on. It counts all
// outcomes, at the time when their chunk ended. A point is at least a second wide.
//
// It has no point where nothing got an outcome, where the job has expired, and for
// chunks that a process of an earlier version wrote. [job.ErrNotFound]: there is no
// such job.
func (s *Store) JobPace(ctx context.Context, ws auth.Workspace, id string) (job.Pace, error) {
	var p paceSeries
	err := s.inSnapshot(ctx, func(t *sqlx.Tx) error {
		q := snapshotReader{ctx, t, s.db.Dialect}
		var j pacedJob
		ok, err := sqldb.HasRow(t.GetContext(ctx, &j, s.db.Dialect.Rebind(`SELECT num, kind, state, finished_at, left_at IS NOT NULL AS gone,
			updated + unchanged + skipped + conflicted + failed AS tried FROM jobs WHERE workspace = ? AND id = ?`), ws.ID, id))
		switch {
		case err != nil:
			return err
		case !ok:
			return job.ErrNotFound
		case j.Gone:
			return nil
		}
		p, err = q.paceOf(ws.ID, j)
		if j.State == job.Running || j.State.Stopping() {
			p.reach(s.db.Now().Unix())
		}
		return err
	})
	return p.pace(), err
}

// A pacedJob is what decides where a job's pace is found.
type pacedJob struct {
	Num        int64
	Kind       job.Kind
	State      job.State
	FinishedAt *int64 `db:"finished_at"`
	Gone       bool
	Tried      int64 // of a single
}

// paceOf adds up the series of a job's shards. A single has one point, at its end.
func (q snapshotReader) paceOf(ws int64, j pacedJob) (p paceSeries, err error) {
	if j.Kind == job.Single {
		if j.Tried > 0 && j.FinishedAt != nil {
			p.add(*j.FinishedAt/time.Second.Microseconds(), j.Tried)
		}
		return p, nil
	}
	var texts []string
	if err := q.List(&texts, `SELECT pace FROM shards WHERE workspace = ? AND job = ? ORDER BY no`, ws, j.Num); err != nil {
		return p, err
	}
	for _, text := range texts {
		one, err := readPace(text)
		if err != nil {
			return p, err
		}
		p.join(one)
	}
	return p, nil
}

// Pace returns how many records of a workspace got their outcome in each minute since
// a time, at most [job.MaxPacePoints] minutes back, to the present one, by jobs that
// have not expired. It adds up what [Store.JobPace] has of each job that has not
// ended or ended since; where the points of a long job are wider than a minute, it
// assumes an even rate within them. Singles count when they end; those that were
// cancelled do not. Of jobs besides singles that have ended it reads the last 50,000.
func (s *Store) Pace(ctx context.Context, ws auth.Workspace, since time.Time) (job.Pace, error) {
	now := s.db.Now()
	if earliest := now.Add(-(job.MaxPacePoints - 1) * paceWidth); since.Before(earliest) {
		since = earliest
	}
	from := since.UTC().Truncate(paceWidth)
	p := job.Pace{From: from, Width: paceWidth, Counts: make([]int64, max(0, now.Sub(from)/paceWidth)+1)}
	err := s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		q := snapshotReader{ctx, t, s.db.Dialect}
		if err := q.addSingles(&p, ws.ID); err != nil {
			return err
		}
		return q.addShards(&p, ws.ID)
	})
	return p, err
}

// pacedSingles counts the singles that ended in each minute from an index alone.
const pacedSingles = `SELECT (finished_at - ?) / ? AS point, COUNT(*) AS n FROM jobs
	WHERE workspace = ? AND left_at IS NULL AND finished_at >= ? AND kind = 'single' AND state <> 'cancelled' GROUP BY 1`

func (q snapshotReader) addSingles(p *job.Pace, ws int64) error {
	var rows []struct{ Point, N int64 }
	from := p.From.UnixMicro()
	if err := q.List(&rows, pacedSingles, from, p.Width.Microseconds(), ws, from); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Point < int64(len(p.Counts)) {
			p.Counts[r.Point] += r.N
		}
	}
	return nil
}

// pacedJobs lists the jobs besides singles that ended since a time, and those that have
// not ended, from indexes alone.
var pacedJobs = `SELECT num FROM (SELECT num FROM jobs WHERE workspace = ? AND left_at IS NULL AND finished_at >= ? AND kind <> 'single'
		ORDER BY finished_at DESC LIMIT ?) AS ended
	UNION ALL SELECT num FROM jobs WHERE workspace = ? AND kind <> 'single' AND ` + unfinished

// pacedShards reads the shards of some jobs, whose numbers are among the conditions.
const pacedShards = `SELECT pace, chunk_at FROM shards WHERE workspace = ? AND chunk_at >= ? AND `

// pacedAtOnce is for how many jobs one statement reads shards. A join would read all
// shards of the workspace where the planner takes the jobs for many.
const pacedAtOnce = 1000

func (q snapshotReader) addShards(p *job.Pace, ws int64) error {
	var nums []int64
	from := p.From.UnixMicro()
	if err := q.List(&nums, pacedJobs, ws, from, mostPaced, ws); err != nil {
		return err
	}
	slices.Sort(nums)
	for some := range slices.Chunk(nums, pacedAtOnce) {
		var rows []struct {
			Pace    string
			ChunkAt int64 `db:"chunk_at"`
		}
		among, args := q.d.Among("job", some)
		if err := q.List(&rows, pacedShards+among, append([]any{ws, from}, args...)...); err != nil {
			return err
		}
		for _, r := range rows {
			one, err := readPace(r.Pace)
			if err != nil {
				return err
			}
			one.addTo(p, r.ChunkAt/time.Second.Microseconds())
		}
	}
	return nil
}
