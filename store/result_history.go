package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// One page of a record's history looks through at most so many jobs, and reads about
// so many bytes of their former values: to show the values of one record, those of
// its whole chunk are read.
const (
	historyScan  = 500
	historyBytes = 32 << 20
)

// History lists the jobs that changed a record, newest first, with what they changed
// as long as that is kept. A page may have fewer items than limit although another
// page follows. [job.ErrNotFound]: there is no such record.
func (s *Store) History(ctx context.Context, ws auth.Workspace, m *model.Model, id any, limit int, cursor string) (items []job.HistoryItem, next string, err error) {
	before := int64(1) << 62
	if cursor != "" {
		if before, err = strconv.ParseInt(cursor, 10, 64); err != nil {
			return nil, "", job.ErrBadCursor
		}
	}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		var rid int64
		ok, err := sqldb.HasRow(t.GetContext(ctx, &rid, s.db.Dialect.Rebind("SELECT rid FROM "+m.Table()+" WHERE workspace = ? AND id = ?"), ws.ID, id))
		if err != nil {
			return err
		}
		if !ok {
			return job.ErrNotFound
		}
		h := historian{snapshotReader: snapshotReader{ctx, t, s.db.Dialect}, ws: ws.ID, m: m, rid: rid}
		items, next, err = h.page(before, limit)
		return err
	})
	return items, next, err
}

// A historian reads the history of one record in one snapshot.
type historian struct {
	snapshotReader
	ws   int64
	m    *model.Model
	rid  int64
	read int // bytes of former values and patches so far
}

// A historyJob is a job without its patch: the patches of all candidates together may
// be hundreds of megabytes.
type historyJob struct {
	Num int64
	ID  string
}

func (h *historian) page(before int64, limit int) (items []job.HistoryItem, next string, err error) {
	jobs, err := h.candidates(before)
	if err != nil {
		return nil, "", err
	}
	items = []job.HistoryItem{}
	room := budget{left: job.PageBytes}
	for i, j := range jobs {
		item, changed, err := h.look(j)
		if err != nil {
			return nil, "", err
		}
		if changed && !room.take(changedBytes(item.Changed)) {
			return items, strconv.FormatInt(jobs[i-1].Num, 10), nil // this item begins the next page
		}
		if changed {
			items = append(items, item)
		}
		full := len(items) == limit || h.read > historyBytes
		if full && i < len(jobs)-1 || i == historyScan-1 {
			return items, strconv.FormatInt(j.Num, 10), nil
		}
	}
	return items, "", nil
}

// candidatesQuery lists the jobs that may have changed a record: its singles and all
// jobs that selected many records. It leaves out tombstones, whose rows may not be
// deleted yet.
const candidatesQuery = `SELECT num, id FROM (
		SELECT * FROM (SELECT num, id FROM jobs WHERE workspace = ? AND model = ? AND rid = ? AND num < ? ORDER BY num DESC LIMIT ?) AS own
		UNION ALL
		SELECT * FROM (SELECT num, id FROM jobs WHERE workspace = ? AND model = ? AND rid IS NULL AND left_at IS NULL AND num < ? ORDER BY num DESC LIMIT ?) AS many
	) AS both_kinds ORDER BY num DESC LIMIT ?`

func (h *historian) candidates(before int64) ([]historyJob, error) {
	var jobs []historyJob
	err := h.List(&jobs, candidatesQuery,
		h.ws, h.m.Name, h.rid, before, historyScan, h.ws, h.m.Name, before, historyScan, historyScan)
	return jobs, err
}

// look finds what one job did to the record. It reads the values of the chunk only if
// the job changed the record.
func (h *historian) look(j historyJob) (job.HistoryItem, bool, error) {
	var rows []changeRow
	err := h.List(&rows, `SELECT first_rid, at, updated FROM changes WHERE workspace = ? AND job = ? AND first_rid = `+chunkAt,
		h.ws, j.Num, h.ws, j.Num, h.rid)
	if err != nil || len(rows) == 0 {
		return job.HistoryItem{}, false, err
	}
	found, err := rows[0].list(isUpdated, h.rid-1, 1)
	if err != nil || len(found) == 0 || found[0].rid != h.rid {
		return job.HistoryItem{}, false, err
	}
	item := job.HistoryItem{JobID: j.ID, At: model.FormatTime(time.UnixMicro(rows[0].At).UTC().UnixMicro())}
	f := found[0]
	k, err := valuesAt(h, h.ws, j.Num, f.chunk, []int{f.place})
	h.read += k.bytes
	if err != nil || k.former == nil {
		return item, err == nil, err
	}
	var change []string
	if err := h.List(&change, "SELECT change FROM jobs WHERE workspace = ? AND num = ?", h.ws, j.Num); err != nil || len(change) == 0 {
		return item, err == nil, err
	}
	h.read += len(change[0])
	p, err := h.m.RecallStored([]byte(change[0]))
	if err != nil {
		return item, false, err
	}
	f.former, f.written, f.place = k.former, k.written, 0
	item.Changed = changedFields(p, f)
	return item, true, nil
}
