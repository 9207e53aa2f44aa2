package storetest

import (
	"fmt"
	"testing"
	"time"

	"bulkpatch/job"
)

// jobsKeepTheirPace works on a job with a pause of an hour, and on a single, and
// reads when their records got an outcome.
func jobsKeepTheirPace(t *testing.T, k *Kit) {
	k.Add(300, halfWithCompany)
	r := ratedJob{t: t, k: k, now: time.Now().UTC().Truncate(time.Hour)}
	r.pass(0)
	began := r.now
	r.job, r.lease = k.Start(k.Bulk(`{"state": {"$in": ["trial", "paid"]}}`, `{"rights": "own"}`, job.Options{}))
	equal(t, "points before the first chunk", len(k.paceOf(r.job.ID).Counts), 0)
	r.chunk(10)
	r.pass(2 * time.Second)
	r.chunk(20)
	r.pass(time.Second)
	equal(t, "points of the first seconds", fmt.Sprint(k.paceOf(r.job.ID)), fmt.Sprint(job.Pace{From: began, Width: time.Second, Counts: []int64{10, 0, 20, 0}}))
	r.pass(time.Hour)
	k.Work(r.lease, 7)
	j, p := k.Read(r.job.ID), k.paceOf(r.job.ID)
	equal(t, "some records failed", j.Failed > 0, true)
	equal(t, "records in all points", p.Sum(), j.Tried())
	equal(t, "records of the first point", p.Counts[0], 30)
	equal(t, "width after an hour", p.Width, 16*time.Second)
	equal(t, "the last point has records", p.Counts[len(p.Counts)-1], j.Tried()-30)
	r.pass(time.Hour)
	equal(t, "points after the end", len(k.paceOf(r.job.ID).Counts), len(p.Counts))

	single := k.Accept(k.Single(2, `{"name": "x"}`))
	k.Run(10)
	equal(t, "a single", fmt.Sprint(k.paceOf(single.ID)), fmt.Sprint(job.Pace{From: r.now.Truncate(time.Second), Width: time.Second, Counts: []int64{1}}))
	k.workspacePace(t, began, r.now, j.Tried())
	_, err := k.JobPace(t.Context(), k.WS, "none")
	equal(t, "no such job", err, job.ErrNotFound)
}

func (k *Kit) paceOf(id string) job.Pace {
	k.tb.Helper()
	p, err := k.JobPace(k.tb.Context(), k.WS, id)
	check(k.tb, err)
	return p
}

// workspacePace reads the pace of the workspace while nothing is left to do.
func (k *Kit) workspacePace(t *testing.T, began, now time.Time, records int64) {
	t.Helper()
	single := k.Accept(k.Single(3, `{"name": "x"}`)) // is not carried out
	_, err := k.Act(t.Context(), k.WS, single.ID, job.Cancel, "key:test")
	check(t, err)
	p, err := k.Pace(t.Context(), k.WS, began)
	check(t, err)
	equal(t, "begin", p.From, began)
	equal(t, "width", p.Width, time.Minute)
	equal(t, "minutes", len(p.Counts), int(now.Sub(began)/time.Minute)+1)
	equal(t, "records of all jobs", p.Sum(), records+1)
	equal(t, "records of the first minute", p.Counts[0], 30)
	equal(t, "records of this minute", p.Counts[len(p.Counts)-1], 1)
	if p, err = k.Pace(t.Context(), k.WS, now.Add(-time.Minute)); err != nil || p.Sum() != 1 {
		t.Errorf("the last minute has %+v: %v", p, err)
	}
	other := k.workspace(t, "other")
	if p, err = k.Pace(t.Context(), other, began); err != nil || p.Sum() != 0 {
		t.Errorf("another workspace has %+v: %v", p, err)
	}
	if p, err = k.Pace(t.Context(), k.WS, time.Time{}); err != nil || len(p.Counts) != job.MaxPacePoints {
		t.Errorf("without a beginning it has %d points: %v", len(p.Counts), err)
	}
}
