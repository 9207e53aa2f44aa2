package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model/table"
)

// fileColumns reads files. Their conditions follow it.
var fileColumns = `SELECT f.id, f.name, f.model, f.dialect, f.columns, f.row_count, f.bytes, f.created_at, f.created_by,
	CASE WHEN ` + fileNeeded + ` THEN NULL ELSE f.expires_at END AS expires_at
	FROM files f WHERE f.workspace = ? AND f.model = ? AND f.complete = 1`

type fileRow struct {
	ID, Name, Model  string
	Dialect, Columns string
	Rows             int64 `db:"row_count"`
	Bytes            int64
	CreatedAt        int64  `db:"created_at"`
	CreatedBy        string `db:"created_by"`
	ExpiresAt        *int64 `db:"expires_at"`
}

func (r fileRow) file() (job.File, error) {
	var d table.Dialect
	if err := json.Unmarshal([]byte(r.Dialect), &d); err != nil {
		return job.File{}, err
	}
	f := job.File{
		ID: r.ID, Name: r.Name, Model: r.Model, Rows: r.Rows, Bytes: r.Bytes,
		Format: d.Format, Encoding: d.Encoding, Delimiter: d.Delimiter, Decimal: d.Decimal, Dates: d.Dates, Sheet: d.Sheet,
		CreatedAt: micros(r.CreatedAt), CreatedBy: r.CreatedBy, ExpiresAt: microsPtr(r.ExpiresAt),
	}
	return f, json.Unmarshal([]byte(r.Columns), &f.Columns)
}

// File reads what is known of a file. [job.ErrNotFound]: there is no such file of the
// model.
func (s *Store) File(ctx context.Context, ws auth.Workspace, model, id string) (job.File, error) {
	var rows []fileRow
	if err := s.db.Lookups.SelectContext(ctx, &rows, s.db.Dialect.Rebind(fileColumns+` AND f.id = ?`), ws.ID, model, id); err != nil {
		return job.File{}, s.classify(err)
	}
	if len(rows) == 0 {
		return job.File{}, job.ErrNotFound
	}
	return rows[0].file()
}

// Files lists the files of a model, newest first. A page ends early at
// [job.PageBytes] of headers, with at least one file. [job.ErrBadCursor]: the cursor does
// not belong to this list. [job.ErrQueryTimeout]: the query takes too long.
func (s *Store) Files(ctx context.Context, ws auth.Workspace, model string, limit int, cursor string) (page job.FilePage, err error) {
	before, err := readFilePlace(model, cursor)
	if err != nil {
		return page, err
	}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		q := snapshotReader{ctx, t, s.db.Dialect}
		ids, more, err := fileIDs(q, ws.ID, model, before, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		last := ids[len(ids)-1]
		var rows []fileRow
		if err := q.List(&rows, fileColumns+` AND f.id BETWEEN ? AND ? ORDER BY f.id DESC`, ws.ID, model, last, ids[0]); err != nil {
			return err
		}
		if more {
			page.NextCursor = writeCursor(filePlace{last, listDigest(model)})
		}
		page.Items = slices.Grow(page.Items, len(rows))
		for _, r := range rows {
			f, err := r.file()
			if err != nil {
				return err
			}
			page.Items = append(page.Items, f)
		}
		return nil
	})
	return page, err
}

// fileIDs returns the ids of the files of a page, and whether others follow.
func fileIDs(q queryer, ws int64, model, before string, limit int) (ids []string, more bool, err error) {
	var rows []struct {
		ID   string
		Size int
	}
	if err := q.List(&rows, fileSizes, ws, model, before, limit+1); err != nil {
		return nil, false, err
	}
	room := budget{left: job.PageBytes}
	for i, r := range rows {
		if i == limit || !room.take(r.Size) {
			return ids, true, nil
		}
		ids = append(ids, r.ID)
	}
	return ids, false, nil
}

const fileSizes = `SELECT id, octet_length(name) + octet_length(columns) AS size FROM files WHERE workspace = ? AND model = ? AND complete = 1 AND id < ? ORDER BY id DESC LIMIT ?`

// A filePlace is the place of a page's last file, and the list that it belongs to.
type filePlace struct {
	ID   string `json:"i"`
	List string `json:"l"`
}

// readFilePlace returns the id that the files of a page lie before.
func readFilePlace(model, cursor string) (string, error) {
	if cursor == "" {
		_, afterAll := idsWith("")
		return afterAll, nil
	}
	var p filePlace
	if !readCursor(cursor, &p) || p.List != listDigest(model) {
		return "", job.ErrBadCursor
	}
	return p.ID, nil
}

// FileSample reads the first rows of a file, at most so many. [job.ErrNotFound]: there
// is no such file.
func (s *Store) FileSample(ctx context.Context, ws auth.Workspace, id string, most int) (rows []table.FileRow, err error) {
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		q := snapshotReader{ctx, t, s.db.Dialect}
		var has int64
		there, err := q.Row(`SELECT row_count FROM files WHERE workspace = ? AND id = ? AND complete = 1`, []any{ws.ID, id}, &has)
		if err != nil || !there {
			return cmp.Or(err, found(there))
		}
		return newFileReader(s.db.Dialect, ws.ID, id).each(q, 0, min(int64(most), has), func(_ int64, row table.FileRow) error {
			rows = append(rows, row)
			return nil
		})
	})
	return rows, err
}
