package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// stallAfter is how long the heartbeat of a held shard may stand still before the
// job is shown as stalled.
const stallAfter = 15 * time.Second

type jobRow struct {
	Num                  int64
	Workspace            int64
	Owner                string
	ID                   string
	Kind                 job.Kind
	Model                string
	State                job.State
	Revision             int64
	CreatedAt            int64  `db:"created_at"`
	CreatedBy            string `db:"created_by"`
	StartedAt            *int64 `db:"started_at"`
	FinishedAt           *int64 `db:"finished_at"`
	Filter               *string
	Patch                *string
	Compute              *string
	Target               *string // of a file job; JSON
	LeftOut              int64   `db:"left_out"` // bytes of filter, patch and computation, if a list leaves them out
	Options              string
	Parent               *string `db:"origin"`
	UndoneBy             *string `db:"undone_by"`
	UndoneWhole          *bool   `db:"undone_whole"` // there is an undo of all records
	Restored             *int64  // records that undos have restored
	RetriedBy            *string `db:"retried_by"` // comma-separated, the last one first
	RestoreSourceExpired *bool   `db:"source_left"`
	ValuesKept           bool    `db:"values_kept"`
	Preview              *string
	OfUndo               *bool `db:"of_undo"` // of a preview
	Confirms             string
	ExpiredAt            *int64  `db:"left_at"`
	WaitReason           *string `db:"wait_reason"` // of a single
	HeldBy               *string `db:"held_by"`     // the reason of the brake that holds it
	Unsent               *string // why its wake-ups cannot be sent
	RecordID             *string `db:"record_id"`
	Matched              *int64
	Summary              string
	Throttle             *float64
	ErrorCode            *string `db:"error_code"`
	ErrorDetail          *string `db:"error_detail"`
	Transitions          string
	job.Tally
}

var jobColumns = `SELECT j.num, j.workspace, w.name AS owner, j.id, j.kind, j.model, j.state, j.revision + ` + revisionOfBrake + ` AS revision, ` + heldBy + ` AS held_by, j.created_at, j.created_by,
	j.started_at, j.finished_at, j.filter, j.patch, j.compute, j.target, j.options,
	(SELECT o.id FROM jobs o WHERE o.workspace = j.workspace AND o.num = j.origin) AS origin,
	(SELECT u.id FROM jobs u WHERE u.workspace = j.workspace AND u.origin = j.num AND u.kind = 'undo' ORDER BY u.num DESC LIMIT 1) AS undone_by,
	(SELECT MIN(u.chosen) = 0 FROM jobs u WHERE u.workspace = j.workspace AND u.origin = j.num AND u.kind = 'undo') AS undone_whole,
	(SELECT CAST(SUM(x.updated) AS bigint) FROM jobs u CROSS JOIN shards x
		WHERE x.workspace = u.workspace AND x.job = u.num AND u.workspace = j.workspace AND u.source = j.num) AS restored,
	` + retriedBy + ` AS retried_by,
	(SELECT NOT s.` + hasAllValues + ` FROM jobs s WHERE s.workspace = j.workspace AND s.num = j.source) AS source_left,
	j.` + hasAllValues + ` AS values_kept, j.preview, j.origin = j.source AS of_undo, j.confirms, j.left_at, j.record_id, j.matched, j.summary, j.throttle, j.wait_reason, j.error_code, j.error_detail, j.transitions,
	j.updated, j.unchanged, j.skipped, j.conflicted, j.failed,
	(SELECT MAX(x.reason) FROM outbox x WHERE x.workspace = j.workspace AND x.job = j.num) AS unsent
	FROM jobs j JOIN workspaces w ON w.id = j.workspace WHERE j.workspace = ?`

type progressRow struct {
	Job         int64
	Open        bool
	Held        bool
	Revision    int64
	Resumes     int64
	HeartbeatAt *int64 `db:"beat_at"`
	Summary     string
	Recent      string
	recent      recent
	WaitReason  *string `db:"wait_reason"`
	Resolved    int64
	job.Tally
}

// Job reads a job and the progress of its shards in one snapshot, so that its
// counts always add up. [job.ErrGone]: the job has expired; its tombstone, with the
// final state and counts, is returned with the error.
func (s *Store) Job(ctx context.Context, ws auth.Workspace, id string) (job.Job, error) {
	var jobs []job.Job
	err := s.inSnapshot(ctx, func(t *sqlx.Tx) (err error) {
		jobs, err = s.readJobs(ctx, t, ws, " AND j.id = ?", id)
		return err
	})
	if err != nil {
		return job.Job{}, err
	}
	if len(jobs) == 0 {
		return job.Job{}, job.ErrNotFound
	}
	if jobs[0].ExpiredAt != nil {
		return jobs[0], job.ErrGone
	}
	return jobs[0], nil
}

func (s *Store) readJobs(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, where string, args ...any) ([]job.Job, error) {
	return s.selectJobs(ctx, t, ws, jobColumns+where, args...)
}

// selectJobs runs a query for the columns of jobs. The query's first argument is
// the workspace.
func (s *Store) selectJobs(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, query string, args ...any) ([]job.Job, error) {
	var rows []jobRow
	if err := t.SelectContext(ctx, &rows, s.db.Dialect.Rebind(query), append([]any{ws.ID}, args...)...); err != nil {
		return nil, err
	}
	progress, err := s.progress(ctx, t, ws, rows)
	if err != nil {
		return nil, err
	}
	jobs := make([]job.Job, len(rows))
	for i, r := range rows {
		if jobs[i], err = s.toJob(r, progress[r.Num]); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// progress reads the shards of some jobs.
func (s *Store) progress(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, jobs []jobRow) (map[int64][]progressRow, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	nums := make([]int64, len(jobs))
	for i, r := range jobs {
		nums[i] = r.Num
	}
	among, args := s.db.Dialect.Among("job", nums)
	var rows []progressRow
	err := t.SelectContext(ctx, &rows, s.db.Dialect.Rebind(`SELECT job, open, held, revision, resumes, beat_at, summary, recent, wait_reason, resolved,
			updated, unchanged, skipped, conflicted, failed
		FROM shards WHERE workspace = ? AND `+among+` ORDER BY job, no`), append([]any{ws.ID}, args...)...)
	if err != nil {
		return nil, err
	}
	byJob := make(map[int64][]progressRow, len(jobs))
	for _, r := range rows {
		if r.recent, err = readRecent(r.Recent); err != nil {
			return nil, err
		}
		byJob[r.Job] = append(byJob[r.Job], r)
	}
	return byJob, nil
}

// toJob makes a job of its row and those of its shards.
func (s *Store) toJob(r jobRow, shards []progressRow) (job.Job, error) {
	j := r.plain()
	if err := r.readTexts(&j); err != nil {
		return j, err
	}
	j.ModelGone = !s.loaded(j.Model)
	now := s.db.Now()
	waiting, err := addProgress(&j, r, shards, now)
	if err != nil {
		return j, err
	}
	s.typed(&j)
	j.WaitReason, j.WaitDetail = j.WaitsFor(waiting)
	j.RecordsPerSecond = speed(j, shards, now.UnixMicro())
	return j.WithExpiry(job.Retention{Jobs: s.keep, Values: s.undo},
		job.Restorable{Values: r.ValuesKept, UndoneWhole: deref(r.UndoneWhole), Restored: deref(r.Restored)}, now), nil
}

// plain is what the columns say without being parsed.
func (r jobRow) plain() job.Job {
	j := job.Job{
		Num: r.Num, ID: r.ID, Kind: r.Kind, Model: r.Model, WorkspaceID: r.Workspace, Workspace: r.Owner,
		State: r.State, Revision: r.Revision,
		CreatedAt: micros(r.CreatedAt), StartedAt: microsPtr(r.StartedAt), FinishedAt: microsPtr(r.FinishedAt), CreatedBy: r.CreatedBy,
		Matched: r.Matched, Tally: r.Tally, Throttle: r.Throttle, Confirms: r.Confirms, RequestBytes: r.LeftOut,
		UndoneBy: deref(r.UndoneBy), RestoreSourceExpired: deref(r.RestoreSourceExpired), ExpiredAt: microsPtr(r.ExpiredAt),
	}
	switch r.Kind {
	case job.Undo:
		j.UndoOf = deref(r.Parent)
	case job.Retry:
		j.RetryOf = deref(r.Parent)
	}
	if r.RetriedBy != nil {
		j.RetriedBy = strings.Split(*r.RetriedBy, ",")
		slices.Reverse(j.RetriedBy)
	}
	if r.Filter != nil {
		j.Filter = json.RawMessage(*r.Filter)
	}
	if r.Patch != nil {
		j.Patch = json.RawMessage(*r.Patch)
	}
	if r.Compute != nil {
		j.Compute = json.RawMessage(*r.Compute)
	}
	if r.RecordID != nil {
		j.RecordID = model.StringID(*r.RecordID)
	}
	if r.ErrorCode != nil {
		j.Error = &job.Error{Code: *r.ErrorCode, Detail: *r.ErrorDetail}
	}
	return j
}

// readTexts reads the columns that hold JSON.
func (r jobRow) readTexts(j *job.Job) (err error) {
	if err := r.readPreview(j); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(r.Options), &j.Options); err != nil {
		return err
	}
	if r.Target != nil {
		j.File, j.Unusable = new(job.FileRequest), r.Tally
		if err := json.Unmarshal([]byte(*r.Target), j.File); err != nil {
			return err
		}
	}
	if err := json.Unmarshal([]byte(r.Summary), &j.ErrorSummary); err != nil {
		return err
	}
	j.Transitions, err = transitionsOf(*j, r.Transitions)
	return err
}

// completePreview fills in what earlier versions did not store with a preview.
func completePreview(j *job.Job) {
	p := j.Preview
	if j.Matched == nil {
		j.Matched = &p.Matched
	}
	p.WouldFail = p.Matched - p.WouldChange - p.Unchanged - p.WouldSkip
}

// readPreview reads the result of a preview.
func (r jobRow) readPreview(j *job.Job) error {
	switch {
	case r.Preview == nil:
		return nil
	case deref(r.OfUndo):
		j.UndoPreview = new(job.UndoPreview)
		return json.Unmarshal([]byte(*r.Preview), j.UndoPreview)
	}
	j.Preview = new(job.Preview)
	if err := json.Unmarshal([]byte(*r.Preview), j.Preview); err != nil {
		return err
	}
	completePreview(j)
	return nil
}

// loaded reports whether this process has loaded a model.
func (s *Store) loaded(name string) bool {
	_, ok := s.models.Model(name)
	return ok
}

// addProgress adds up what the shards say in the job, and gathers what it may be
// waiting for.
func addProgress(j *job.Job, r jobRow, shards []progressRow, now time.Time) (job.Waiting, error) {
	w := job.Waiting{Unsent: deref(r.Unsent), Reason: deref(r.WaitReason)}
	for _, p := range shards {
		j.Revision += p.Revision
		j.Tally = j.Tally.Add(p.Tally)
		j.Resumes += p.Resumes
		j.ResolvedPercent = max(j.ResolvedPercent, float64(p.Resolved)/10)
		at := microsPtr(p.HeartbeatAt)
		if at != nil && (j.HeartbeatAt == nil || at.After(*j.HeartbeatAt)) {
			j.HeartbeatAt = at
		}
		if p.Open {
			w.Held = w.Held || p.Held
			w.Brake = deref(r.HeldBy)
			w.Reason = cmp.Or(deref(p.WaitReason), w.Reason)
			j.Stalled = j.Stalled || p.Held && at != nil && now.Sub(*at) > stallAfter
		}
		var list []job.ErrorSummary
		if err := json.Unmarshal([]byte(p.Summary), &list); err != nil {
			return w, err
		}
		for _, e := range list {
			j.ErrorSummary = job.Summarise(j.ErrorSummary, e)
		}
	}
	if j.Matched != nil || j.Preview != nil {
		j.ResolvedPercent = 100
	}
	w.Overdue = overdue(j, now)
	return w, nil
}

// overdue reports whether the throttle of a job has allowed further records for so long
// that no worker can be there to take them.
func overdue(j *job.Job, now time.Time) bool {
	if j.Throttle == nil || j.HeartbeatAt == nil {
		return false
	}
	return now.Sub(*j.HeartbeatAt).Seconds() > stallAfter.Seconds() + 1 / *j.Throttle
}

// OpenJobs counts the jobs of all workspaces that have not ended, by state.
func (s *Store) OpenJobs(ctx context.Context) (map[job.State]int64, error) {
	var rows []struct {
		State job.State
		N     int64
	}
	err := s.db.Lookups.SelectContext(ctx, &rows, `SELECT state, COUNT(*) AS n FROM jobs
		WHERE `+unfinished+` GROUP BY state`)
	counts := make(map[job.State]int64, len(rows))
	for _, r := range rows {
		counts[r.State] = r.N
	}
	return counts, s.classify(err)
}
