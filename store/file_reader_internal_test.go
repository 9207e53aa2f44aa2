package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
	"bulkpatch/store/pgtest"
)

// rowsOfAllSizes returns rows with texts between nothing and the largest row.
func rowsOfAllSizes(random *rand.Rand, n int) []table.FileRow {
	rows := make([]table.FileRow, n)
	for i := range rows {
		size := random.IntN(200)
		switch random.IntN(100) {
		case 0, 1, 2:
			size = 200_000 + random.IntN(100_000) // together more than a reader keeps
		case 3:
			size = 0
		}
		if i == n/2 {
			size = table.MaxRow
		}
		text := fmt.Sprint(i, " ", strings.Repeat("é", size/2))
		rows[i] = table.FileRow{Line: int64(i + 2), ToLine: int64(i + 2), Cells: []table.Cell{{Text: text}, {Quoted: true}}}
		if i%50 == 7 {
			rows[i].Cells = nil
			rows[i].Fault = &table.Fault{Place: table.Place{Line: int64(i + 2), ToLine: int64(i + 2)}, Rows: 1, Detail: "unreadable"}
			rows[i].Raw = text
		}
	}
	return rows
}

// counting counts the blocks that were read.
type counting struct {
	queryer
	blocks int
}

func (c *counting) List(dest any, query string, args ...any) error {
	err := c.queryer.List(dest, query, args...)
	if strings.Contains(query, "data") {
		c.blocks += reflect.ValueOf(dest).Elem().Len()
	}
	return err
}

func TestAFileReaderReadsTheRowsThatItIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"SQLite": "sqlite://" + filepath.Join(t.TempDir(), "files.db"), "PostgreSQL": pgtest.Database(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
			must(t, s.Migrate(t.Context()))
			random := rand.New(rand.NewPCG(1, 2))
			want := rowsOfAllSizes(random, 2500)
			rest := want
			f, err := s.SaveFile(t.Context(), auth.Caller{Workspace: auth.Workspace{ID: 1}}, job.File{Model: "desk"}, func() (row table.FileRow, err error) {
				if len(rest) == 0 {
					return row, io.EOF
				}
				row, rest = rest[0], rest[1:]
				return row, nil
			})
			must(t, err)
			must(t, s.snapshot(t.Context(), s.db.Work, func(db *sqlx.Tx) error {
				q := &counting{queryer: snapshotReader{t.Context(), db, s.db.Dialect}}
				readByIndex(t, q, newFileReader(s.db.Dialect, 1, f.ID), random, want)
				readInOrder(t, q, newFileReader(s.db.Dialect, 1, f.ID), random, want)
				readLittle(t, q, newFileReader(s.db.Dialect, 1, f.ID))
				return nil
			}))
			readWhatIsGone(t, s, f.ID)
		})
	}
}

func sameRow(t *testing.T, got, want table.FileRow) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("row of line %d is %.200v and not %.200v", want.Line, got, want)
	}
}

func readByIndex(t *testing.T, q queryer, r *fileReader, random *rand.Rand, want []table.FileRow) {
	t.Helper()
	for range 10 {
		indexes := make([]int64, random.IntN(300))
		for i := range indexes {
			indexes[i] = random.Int64N(int64(len(want)))
		}
		seen := make([]bool, len(indexes))
		must(t, r.rows(q, indexes, func(at int, row table.FileRow) error {
			seen[at] = true
			sameRow(t, row, want[indexes[at]])
			return nil
		}))
		for at, seen := range seen {
			if !seen {
				t.Fatalf("row %d was not read", indexes[at])
			}
		}
		if r.cached > cachedBytes {
			t.Errorf("%d bytes are kept", r.cached)
		}
	}
	err := r.rows(q, []int64{3, int64(len(want))}, func(int, table.FileRow) error { return nil })
	if err == nil {
		t.Error("a row behind the last was read")
	}
}

func readInOrder(t *testing.T, q queryer, r *fileReader, random *rand.Rand, want []table.FileRow) {
	t.Helper()
	for range 5 {
		from := random.Int64N(int64(len(want)))
		before := from + random.Int64N(int64(len(want))-from+1)
		next := from
		must(t, r.each(q, from, before, func(index int64, row table.FileRow) error {
			if index != next {
				t.Fatalf("row %d comes after row %d", index, next-1)
			}
			sameRow(t, row, want[index])
			next++
			return nil
		}))
		if next != before {
			t.Errorf("rows %d to %d end at %d", from, before, next)
		}
	}
	stop := errors.New("stop")
	if err := r.each(q, 0, 9, func(int64, table.FileRow) error { return stop }); err != stop {
		t.Errorf("an error of the caller became %v", err)
	}
	if err := r.each(q, int64(len(want))-1, int64(len(want))+1, func(int64, table.FileRow) error { return nil }); !errors.Is(err, job.ErrGone) {
		t.Errorf("a row behind the last: %v", err)
	}
}

// readLittle reads a few rows: no other block is read for them, and none twice.
func readLittle(t *testing.T, q *counting, r *fileReader) {
	t.Helper()
	q.blocks = 0
	for range 2 {
		must(t, r.rows(q, []int64{2499, 1, 0, 2}, func(int, table.FileRow) error { return nil }))
		must(t, r.each(q, 0, 3, func(int64, table.FileRow) error { return nil }))
	}
	if q.blocks != 2 {
		t.Errorf("%d blocks were read instead of two", q.blocks)
	}
}

// readWhatIsGone reads a file of which a purge has deleted a block.
func readWhatIsGone(t *testing.T, s *Store, id string) {
	t.Helper()
	known := newFileReader(s.db.Dialect, 1, id)
	read := func(r *fileReader) error {
		return s.snapshot(t.Context(), s.db.Work, func(db *sqlx.Tx) error {
			q := snapshotReader{t.Context(), db, s.db.Dialect}
			return errors.Join(r.readFirst(q), r.rows(q, []int64{0}, func(int, table.FileRow) error { return nil }))
		})
	}
	must(t, s.snapshot(t.Context(), s.db.Work, func(db *sqlx.Tx) error { return known.readFirst(snapshotReader{t.Context(), db, s.db.Dialect}) }))
	must(t, s.inTx(t.Context(), func(t *tx) error { return t.Run(`DELETE FROM file_blocks WHERE file = ? AND first_row = 0`, id) }))
	for name, r := range map[string]*fileReader{"a reader that knows it": known, "another": newFileReader(s.db.Dialect, 1, id)} {
		if err := read(r); !errors.Is(err, job.ErrGone) {
			t.Errorf("%s says %v", name, err)
		}
	}
}

// TestADamagedBlockIsRefused reads blocks that are cut off or changed. They are refused
// or have other rows, and nothing worse happens.
func TestADamagedBlockIsRefused(t *testing.T) {
	var p filePacker
	for _, row := range rowsOfAllSizes(rand.New(rand.NewPCG(3, 4)), 40)[:19] {
		p.add(row)
	}
	data := p.pack()
	whole, err := unpackBlock(data)
	must(t, err)
	if len(whole.ends) != 19 {
		t.Fatalf("%d rows", len(whole.ends))
	}
	for n := range min(len(data), 2000) {
		if _, err := unpackBlock(data[:n]); err == nil {
			t.Fatalf("the first %d bytes are a block", n)
		}
		changed := append([]byte{}, data...)
		changed[n] ^= 0xff
		b, err := unpackBlock(changed)
		for i := range b.ends {
			if err == nil {
				_, _ = b.row(i)
			}
		}
	}
	if _, err := unpackBlock(append([]byte{blockForm + 1}, data[1:]...)); err == nil {
		t.Error("a block of a later version was read")
	}
}
