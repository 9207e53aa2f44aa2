package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model/table"
)

// uploaded describes a file of people as its uploader does.
func uploaded(name string) job.File {
	return job.File{
		Name: name, Model: "people", Format: table.FormatCSV, Encoding: table.EncodingUTF8, Delimiter: ";", Decimal: ",", Dates: "DD.MM.YYYY",
		Columns: []string{"id", "Größe"}, Bytes: 123,
	}
}

// FileRow is row i of the files of tests: its cells, and every seventh row has a fault.
func FileRow(i int) table.FileRow {
	row := table.FileRow{Line: int64(2*i + 2), ToLine: int64(2*i + 3)}
	if i%7 == 6 {
		row.Fault = &table.Fault{Place: table.Place{Line: row.Line, ToLine: row.ToLine}, Rows: 1, Detail: "unreadable"}
		row.Raw = fmt.Sprint("raw ", i)
		return row
	}
	row.Cells = []table.Cell{{Text: fmt.Sprint(i), Kind: table.Number}, {Text: "", Quoted: true}}
	return row
}

// FileRows returns the first n rows of the files of tests, for [store.Store.SaveFile].
func FileRows(n int) func() (table.FileRow, error) {
	i := -1
	return func() (table.FileRow, error) {
		if i++; i >= n {
			return table.FileRow{}, io.EOF
		}
		return FileRow(i), nil
	}
}

// upload saves a file of n rows.
func (k *Kit) upload(name string, n int) job.File {
	k.tb.Helper()
	f, err := k.SaveFile(k.tb.Context(), k.caller(), uploaded(name), FileRows(n))
	check(k.tb, err)
	return f
}

// files lists the files of people, page by page, and returns their names.
func (k *Kit) files(limit int) (names []string) {
	k.tb.Helper()
	for cursor := ""; ; {
		page, err := k.Files(k.tb.Context(), k.WS, "people", limit, cursor)
		check(k.tb, err)
		if len(page.Items) > limit {
			k.tb.Fatalf("a page of %d files has %d", limit, len(page.Items))
		}
		for _, f := range page.Items {
			names = append(names, f.Name)
		}
		if cursor = page.NextCursor; cursor == "" {
			return names
		}
	}
}

// same is equal for values that cannot be compared.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %+v, not %+v", what, got, want)
	}
}

func (k *Kit) fileGone(what string, f job.File) {
	k.tb.Helper()
	_, err := k.File(k.tb.Context(), k.WS, "people", f.ID)
	if !errors.Is(err, job.ErrNotFound) {
		k.tb.Errorf("%s: reading it answers %v", what, err)
	}
	_, err = k.FileSample(k.tb.Context(), k.WS, f.ID, 1)
	if !errors.Is(err, job.ErrNotFound) {
		k.tb.Errorf("%s: its sample answers %v", what, err)
	}
}

// filesAreKept uploads files and reads what is known of them.
func filesAreKept(t *testing.T, k *Kit) {
	ctx, by := t.Context(), k.by()
	before := len(k.Entries(auth.EntryQuery{}, 100))
	saved, err := k.SaveFile(ctx, by, uploaded("prices"), FileRows(700))
	check(t, err)
	want := uploaded("prices")
	want.ID, want.Rows, want.CreatedBy, want.CreatedAt = saved.ID, 700, by.Actor(), saved.CreatedAt
	want.ExpiresAt = new(saved.CreatedAt.Add(24 * time.Hour))
	same(t, "the file as it was saved", saved, want)
	read, err := k.File(ctx, k.WS, "people", saved.ID)
	check(t, err)
	same(t, "the file as it is read", read, want)
	rows, err := k.FileSample(ctx, k.WS, saved.ID, 8)
	check(t, err)
	equal(t, "rows of the sample", len(rows), 8)
	for i, row := range rows {
		same(t, fmt.Sprint("row ", i), row, FileRow(i))
	}
	rows, err = k.FileSample(ctx, k.WS, k.upload("short", 2).ID, 5)
	check(t, err)
	equal(t, "rows of a short file", len(rows), 2)
	rows, err = k.FileSample(ctx, k.WS, k.upload("without rows", 0).ID, 5)
	check(t, err)
	equal(t, "rows of a file without any", len(rows), 0)

	_, err = k.File(ctx, k.WS, "desk", saved.ID)
	equal(t, "a file of another model", errors.Is(err, job.ErrNotFound), true)
	elsewhere := auth.Workspace{ID: k.WS.ID + 1}
	_, err = k.File(ctx, elsewhere, "people", saved.ID)
	equal(t, "a file of another workspace", errors.Is(err, job.ErrNotFound), true)
	stranger := by
	stranger.Workspace = elsewhere
	equal(t, "its deletion", errors.Is(k.DeleteFile(ctx, stranger, "people", saved.ID), job.ErrNotFound), true)

	check(t, k.DeleteFile(ctx, by, "people", saved.ID))
	k.fileGone("a deleted file", saved)
	equal(t, "a second deletion", errors.Is(k.DeleteFile(ctx, by, "people", saved.ID), job.ErrNotFound), true)
	k.purge()
	equal(t, "remaining files", fmt.Sprint(k.files(10)), "[without rows short]")
	entries := k.Entries(auth.EntryQuery{Actions: []auth.Action{auth.FileUploaded, auth.FileDeleted}}, 100)
	target := auth.Target{FileID: saved.ID, Model: "people"}
	equal(t, "entries", len(k.Entries(auth.EntryQuery{}, 100))-before, 4)
	for i, action := range map[int]auth.Action{0: auth.FileDeleted, len(entries) - 1: auth.FileUploaded} {
		equal(t, "entry", script(entries[i:i+1]), script([]auth.Entry{{Action: action, Target: target}}))
		equal(t, "who did it", entries[i].By, by)
	}
}

// filesAreListed lists files page by page, the newest first.
func filesAreListed(t *testing.T, k *Kit) {
	want := ""
	for i := range 5 {
		k.upload(fmt.Sprint(i), 1)
		want = fmt.Sprint(" ", i) + want
	}
	for limit := range 6 {
		equal(t, fmt.Sprintf("files by %d", limit+1), fmt.Sprint(" ", k.files(limit+1)), " ["+want[1:]+"]")
	}
	page, err := k.Files(t.Context(), k.WS, "people", 2, "")
	check(t, err)
	for what, list := range map[string]struct{ model, cursor string }{
		"a cursor of another list": {"desk", page.NextCursor},
		"no cursor":                {"people", "x"},
	} {
		_, err := k.Files(t.Context(), k.WS, list.model, 2, list.cursor)
		equal(t, what, errors.Is(err, job.ErrBadCursor), true)
	}
	page, err = k.Files(t.Context(), k.WS, "desk", 2, "")
	check(t, err)
	equal(t, "files of another model", len(page.Items), 0)
}

// failedUploads end uploads in several ways: nobody ever sees a file.
func failedUploads(t *testing.T, k *Kit) {
	broken := errors.New("the connection was lost")
	cancelled, cancel := context.WithCancel(t.Context())
	for what, upload := range map[string]struct {
		ctx  context.Context
		stop func() error // called instead of the last row
		want error
	}{
		"the source breaks off":  {t.Context(), func() error { return broken }, broken},
		"the uploader goes away": {cancelled, func() error { cancel(); return nil }, context.Canceled},
	} {
		rows, i := FileRows(2000), 0
		_, err := k.SaveFile(upload.ctx, k.caller(), uploaded(what), func() (table.FileRow, error) {
			if i++; i < 2000 {
				return rows()
			}
			equal(t, "files while it is uploaded", len(k.files(10)), 0)
			if err := upload.stop(); err != nil {
				return table.FileRow{}, err
			}
			return rows()
		})
		equal(t, what, errors.Is(err, upload.want), true)
		equal(t, "files after "+what, len(k.files(10)), 0)
	}
	k.purge()
	equal(t, "entries", len(k.Entries(auth.EntryQuery{Actions: []auth.Action{auth.FileUploaded}}, 100)), 0)
}

// filesExpire lets time pass after an upload.
func filesExpire(t *testing.T, k *Kit) {
	f := k.upload("prices", 20_000)
	k.Pass(23 * time.Hour)
	k.purge()
	_, err := k.File(t.Context(), k.WS, "people", f.ID)
	check(t, err)
	k.Pass(2 * time.Hour)
	k.purge()
	k.fileGone("an expired file", f)
	equal(t, "files", len(k.files(10)), 0)
}
