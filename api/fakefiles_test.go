package api_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"bulkpatch/auth"
	"bulkpatch/job"
	modeltable "bulkpatch/model/table"
)

// A keptFile is a file with its rows.
type keptFile struct {
	job.File
	workspace string
	rows      []modeltable.FileRow
}

// SaveFile keeps what next returns.
func (f *fake) SaveFile(ctx context.Context, by auth.Caller, file job.File, next func() (modeltable.FileRow, error)) (job.File, error) {
	var rows []modeltable.FileRow
	for {
		row, err := next()
		if err == io.EOF {
			break
		}
		if err = cmp.Or(err, ctx.Err(), before(ctx, f.onFileRow)); err != nil {
			return job.File{}, err
		}
		row.Cells = slices.Clone(row.Cells)
		rows = append(rows, row)
	}
	defer f.lock()()
	if err := cmp.Or(f.err, f.refuse); err != nil {
		return job.File{}, err
	}
	expires := f.now().Add(job.FileLife)
	file.ID, file.Rows, file.CreatedAt, file.CreatedBy, file.ExpiresAt = fmt.Sprintf("file%d", len(f.files)+1), int64(len(rows)), f.now(), by.Actor(), &expires
	f.files = append(f.files, keptFile{file, by.Workspace.Name, rows})
	return file, nil
}

// file finds a file.
func (f *fake) file(ws auth.Workspace, model, id string) (keptFile, error) {
	for _, k := range f.files {
		if k.ID == id && k.workspace == ws.Name && (model == "" || k.Model == model) {
			return k, nil
		}
	}
	return keptFile{}, job.ErrNotFound
}

func (f *fake) Files(_ context.Context, ws auth.Workspace, model string, limit int, cursor string) (job.FilePage, error) {
	defer f.lock()()
	var all []job.File
	for _, k := range slices.Backward(f.files) {
		if k.workspace == ws.Name && k.Model == model {
			all = append(all, k.File)
		}
	}
	items, next, err := cut(all, cursor, limit)
	return job.FilePage{Items: items, NextCursor: next}, err
}

func (f *fake) File(_ context.Context, ws auth.Workspace, model, id string) (job.File, error) {
	defer f.lock()()
	k, err := f.file(ws, model, id)
	return k.File, err
}

func (f *fake) FileSample(_ context.Context, ws auth.Workspace, id string, most int) ([]modeltable.FileRow, error) {
	defer f.lock()()
	k, err := f.file(ws, "", id)
	return k.rows[:min(most, len(k.rows))], err
}

func (f *fake) DeleteFile(_ context.Context, by auth.Caller, model, id string) error {
	defer f.lock()()
	if _, err := f.file(by.Workspace, model, id); err != nil {
		return err
	}
	for _, j := range f.jobs {
		if j.File != nil && j.File.File == id {
			return job.ErrFileInUse
		}
	}
	f.files = slices.DeleteFunc(f.files, func(k keptFile) bool { return k.ID == id })
	return nil
}

// FileRows takes the results of the job for those of its rows, one after the other.
func (f *fake) FileRows(_ context.Context, ws auth.Workspace, id string, outcomes []job.Outcome, do func(modeltable.FileRow, job.Result) error) (job.File, error) {
	defer f.lock()()
	j := f.jobs[id]
	k, err := f.file(ws, "", j.File.File)
	if err != nil {
		return job.File{}, job.ErrGone
	}
	for i, row := range k.rows {
		what := job.Result{Outcome: job.Pending}
		if i < len(f.results[id]) {
			what = f.results[id][i]
		}
		if outcomes != nil && !slices.Contains(outcomes, what.Outcome) {
			continue
		}
		if err := do(row, what); err != nil {
			return k.File, err
		}
	}
	return k.File, nil
}
