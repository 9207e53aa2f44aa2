package store

import (
	"encoding/json"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// idsAreKeptAsStrings checks that a job stores its sample ids as strings, because
// processes of an earlier version cannot read numbers, and that what such a process
// stored is shown.
func idsAreKeptAsStrings(t *testing.T, s *Store) {
	ctx := t.Context()
	l := leased(t, s)
	_, err := s.Resolve(ctx, l)
	must(t, err)
	must(t, s.DeleteRecord(ctx, auth.Caller{Workspace: l.Owner}, l.Model, int64(3), nil))
	oneChunk(t, s, l)
	var kept string
	must(t, s.db.Lookups.Get(&kept, `SELECT summary FROM shards WHERE job = 1 AND no = 0`))
	if !strings.Contains(kept, `"sampleIds":["3"]`) {
		t.Errorf("a summary is kept as %s", kept)
	}
	must(t, s.inTx(ctx, func(tx *tx) error {
		return tx.Run(`UPDATE jobs SET kind = ?, matched = NULL, preview = ?`, job.PreviewKind,
			`{"Matched":7,"WouldChange":4,"Unchanged":2,"Sample":[{"id":"2","changed":{}}],"Digest":"d"}`)
	}))
	j, err := s.Job(ctx, l.Owner, l.JobID)
	must(t, err)
	ids, err := json.Marshal([]model.ID{j.Preview.Sample[0].ID, j.ErrorSummary[0].SampleIDs[0]})
	if err != nil || string(ids) != `[2,3]` {
		t.Errorf("ids are shown as %s, %v", ids, err)
	}
	if *j.Matched != 7 || j.Preview.WouldFail != 1 {
		t.Errorf("a preview of an earlier version matched %d, of which %d would fail", *j.Matched, j.Preview.WouldFail)
	}
}
