package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model/table"
	"bulkpatch/store/sqldb"
)

const (
	// uploadBytes is how many bytes of blocks one transaction of an upload writes,
	// so that it does not hold up others.
	uploadBytes = 1 << 20
	// An upload that has written nothing for uploadIdle says that it goes on. If it
	// has said nothing for uploadLife, it is taken for dead and purged.
	uploadIdle = time.Minute
	uploadLife = 10 * time.Minute
	// abandonWait is how long a failed upload tries to leave nothing before it leaves
	// that to uploadLife.
	abandonWait = 5 * time.Second
)

// SaveFile keeps a file whose rows next returns, at most [table.MaxFileRows] until
// io.EOF. It returns the file with what is only known at the end. After any other error
// of next or of the context there is no file: what was written is seen by nobody, and
// is purged, after a crash too. Only if the answer to the last COMMIT is lost may the
// file be there all the same, until it expires.
//
// Memory and transactions are bounded, whatever the size of the file.
// [job.ErrTooManyFiles]: the workspace has as many bytes of files as it may have.
func (s *Store) SaveFile(ctx context.Context, by auth.Caller, f job.File, next func() (table.FileRow, error)) (job.File, error) {
	u, err := s.newUpload(by, f)
	if err != nil {
		return job.File{}, err
	}
	if err = u.copy(ctx, next); err == nil {
		err = u.write(ctx, true)
	}
	if err != nil {
		u.abandon(ctx)
		return job.File{}, err
	}
	return u.file, nil
}

// An upload is a file that is being written. Nobody sees it before it is complete.
type upload struct {
	s       *Store
	by      auth.Caller
	file    job.File
	texts   fileTexts
	packer  filePacker
	blocks  []newBlock // that wait to be written
	waiting int        // their bytes
	packed  int64      // bytes of the blocks that were written
	wrote   time.Time  // when the last transaction ended
	tried   bool       // something may have been written
	begun   bool       // the row of the file was written
}

// fileLimits are limits of files that tests make smaller.
type fileLimits struct {
	write int   // bytes of blocks in one transaction of an upload
	total int64 // bytes of all files of a workspace
}

// A newBlock is a block that waits to be written.
type newBlock struct {
	first int64 // index of its first row
	data  []byte
}

// fileTexts are the parts of a file that are stored as JSON.
type fileTexts struct{ dialect, columns string }

func (s *Store) newUpload(by auth.Caller, f job.File) (*upload, error) {
	f.ID, f.CreatedBy, f.Rows = uuid.Must(uuid.NewV7()).String(), by.Actor(), 0
	dialect, err := json.Marshal(table.Dialect{
		Format: f.Format, Encoding: f.Encoding, Delimiter: f.Delimiter, Decimal: f.Decimal, Dates: f.Dates, Sheet: f.Sheet,
	})
	if err != nil {
		return nil, err
	}
	columns, err := json.Marshal(f.Columns)
	if err != nil {
		return nil, err
	}
	return &upload{s: s, by: by, file: f, texts: fileTexts{string(dialect), string(columns)}, wrote: time.Now()}, nil
}

// copy packs all rows, and writes all blocks but the last ones.
func (u *upload) copy(ctx context.Context, next func() (table.FileRow, error)) error {
	for {
		row, err := next()
		if err == io.EOF {
			u.endBlock()
			return ctx.Err()
		}
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		u.packer.add(row)
		u.file.Rows++
		if u.packer.full() {
			u.endBlock()
		}
		if u.waiting < u.s.files.write && (u.file.Rows%blockRows > 0 || time.Since(u.wrote) < uploadIdle) {
			continue
		}
		if err := u.write(ctx, false); err != nil {
			return err
		}
	}
}

// endBlock puts the rows that were packed into a block.
func (u *upload) endBlock() {
	if u.packer.count == 0 {
		return
	}
	first := u.file.Rows - int64(u.packer.count)
	data := u.packer.pack()
	u.blocks, u.waiting = append(u.blocks, newBlock{first, data}), u.waiting+len(data)
}

// write writes the blocks that wait, and with last the file is complete. A small file
// is written in one transaction.
func (u *upload) write(ctx context.Context, last bool) error {
	packed := u.packed + int64(u.waiting)
	var now int64
	u.tried = true
	err := u.s.inLargeTx(ctx, func(t *tx) error {
		now = t.Now
		if err := t.keepUpload(u, packed, last); err != nil {
			return err
		}
		for _, b := range u.blocks {
			if err := t.Run(`INSERT INTO file_blocks (workspace, file, first_row, data) VALUES (?, ?, ?, ?)`,
				u.by.Workspace.ID, u.file.ID, b.first, b.data); err != nil {
				return err
			}
		}
		if err := t.checkFilesBytes(u.by.Workspace.ID, u.s.files.total); err != nil || !last {
			return err
		}
		return t.audit(u.by, auth.Entry{Action: auth.FileUploaded, Target: auth.Target{FileID: u.file.ID, Model: u.file.Model}})
	})
	if err != nil {
		return err
	}
	if !u.begun {
		u.file.CreatedAt = micros(now)
	}
	if last {
		u.file.ExpiresAt = new(micros(now).Add(job.FileLife))
	}
	clear(u.blocks) // frees the data
	u.begun, u.packed, u.blocks, u.waiting, u.wrote = true, packed, u.blocks[:0], 0, time.Now()
	return nil
}

// keepUpload writes the row of an upload, with what it has now, and until when it is
// kept. It fails for one that was purged because it stood still.
func (t *tx) keepUpload(u *upload, packed int64, complete bool) error {
	f, ws := u.file, u.by.Workspace.ID
	until := t.Now + uploadLife.Microseconds()
	if complete {
		until = t.Now + job.FileLife.Microseconds()
	}
	if !u.begun {
		return t.Run(`INSERT INTO files (workspace, id, model, name, dialect, columns, bytes, created_at, created_by, key_id, row_count, packed, complete, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			ws, f.ID, f.Model, f.Name, u.texts.dialect, u.texts.columns, f.Bytes, t.Now, f.CreatedBy, keyOf(u.by),
			f.Rows, packed, sqldb.Flag(complete), until)
	}
	n, err := t.Exec(`UPDATE files SET row_count = ?, packed = ?, complete = ?, expires_at = ? WHERE workspace = ? AND id = ? AND complete = 0 AND expires_at > ?`,
		f.Rows, packed, sqldb.Flag(complete), until, ws, f.ID, t.Now)
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: upload %s stood still for %v and was given up", job.ErrUnavailable, f.ID, uploadLife)
	}
	return err
}

// checkFilesBytes returns [job.ErrTooManyFiles] if the files of a workspace take more
// bytes than they may.
func (t *tx) checkFilesBytes(ws, most int64) error {
	var bytes int64
	_, err := t.Get(&bytes, filesBytesQuery, job.MinFileBytes, job.MinFileBytes, ws)
	if err == nil && bytes > most {
		err = job.ErrTooManyFiles
	}
	return err
}

const filesBytesQuery = `SELECT CAST(COALESCE(SUM(CASE WHEN packed < ? THEN ? ELSE packed END), 0) AS bigint) FROM files WHERE workspace = ?`

// abandon has what a failed upload has written purged soon. If that fails too, it is
// purged after uploadLife. Nobody sees it meanwhile.
func (u *upload) abandon(ctx context.Context) {
	if !u.tried {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonWait)
	defer cancel()
	_ = u.s.inTx(ctx, func(t *tx) error {
		return t.Run(`UPDATE files SET expires_at = ? WHERE workspace = ? AND id = ? AND complete = 0`, t.Now, u.by.Workspace.ID, u.file.ID)
	})
}
