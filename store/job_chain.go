package store

import (
	"strconv"

	"bulkpatch/job"
)

// A chain is a job, its retries, their retries and so on. It is found through the
// parent jobs of retries, so it needs no column of its own.

// A chained is one job of a chain.
type chained struct {
	Num   int64
	ID    string
	State job.State
}

// rootQuery finds the first job of the chain that a job is in.
const rootQuery = `WITH RECURSIVE up (num, origin, kind) AS (
		SELECT num, origin, kind FROM jobs WHERE workspace = ? AND num = ?
		UNION ALL
		SELECT o.num, o.origin, o.kind FROM up JOIN jobs o ON o.workspace = ? AND o.num = up.origin WHERE up.kind = 'retry'
	) SELECT MIN(num) FROM up`

// chainQuery lists the jobs of the chain that begins with a job.
const chainQuery = `WITH RECURSIVE down (num, id, state) AS (
		SELECT num, id, state FROM jobs WHERE workspace = ? AND num = ?
		UNION ALL
		SELECT r.num, r.id, r.state FROM down JOIN jobs r ON r.workspace = ? AND r.origin = down.num AND r.kind = 'retry'
	) SELECT num, id, state FROM down ORDER BY num`

// chainOf lists the chain that a job is in, in the order in which its jobs were
// accepted.
func chainOf(q queryer, ws, num int64) ([]chained, error) {
	root, err := rootOf(q, ws, num)
	if err != nil {
		return nil, err
	}
	var chain []chained
	return chain, q.List(&chain, chainQuery, ws, root, ws)
}

func rootOf(q queryer, ws, num int64) (int64, error) {
	var roots []int64
	err := q.List(&roots, rootQuery, ws, num, ws)
	if err != nil || len(roots) == 0 {
		return num, err
	}
	return roots[0], nil
}

// lockChain locks the first job of the chain that a locked job is in. Each retry
// of a job of the chain does so, hence one at a time is accepted.
func (t *tx) lockChain(j *job.Job) error {
	root, err := rootOf(t, j.WorkspaceID, j.Num)
	if err == nil && root != j.Num {
		_, err = t.lockKept(j.WorkspaceID, root)
	}
	return err
}

// onlyRetry returns a [*job.RetryOpenError] if a job of the parent's chain has not
// ended. The chain must be locked. A preview of a retry changes no record, so it
// is always allowed.
func (t *tx) onlyRetry(parent job.Job, f job.Follow) error {
	if f.Preview {
		return nil
	}
	chain, err := chainOf(t, parent.WorkspaceID, parent.Num)
	for _, c := range chain {
		if !c.State.Final() {
			return &job.RetryOpenError{JobID: c.ID}
		}
	}
	return err
}

// retriedBy lists the ids of the last retries of job j, the last one first.
var retriedBy = `(SELECT string_agg(r.id, ',') FROM (SELECT id FROM jobs WHERE workspace = j.workspace AND origin = j.num AND kind = 'retry'
	ORDER BY num DESC LIMIT ` + strconv.Itoa(job.MaxRetriedBy) + `) r)`
