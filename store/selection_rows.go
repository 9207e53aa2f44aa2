package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// fileRows is what a selection knows of the rows of a file.
type fileRows struct {
	m       *matching
	windows map[int64][]byte // by window of the selection: the rows of its numbers, packed
	// selected are the windows of the selection itself.
	selected []window
	packed   []packedRows // those without a usable record, once they are packed
}

// packedRows are rows of the table row_outcomes.
type packedRows struct {
	first, last uint32 // indexes of rows of the file
	refused     string
}

// newRowSelection selects the records of some rows, which are sorted by record.
func newRowSelection(m *matching, order []uint32) (selection, error) {
	sel := selection{hash: sha256.New(), rows: &fileRows{m: m, windows: map[int64][]byte{}}}
	var offsets []uint32
	var places []rowPlace
	for i, row := range order {
		rid := m.rids[row]
		no := rid >> windowBits
		offsets = append(offsets, uint32(rid&(windowSize-1)))
		places = append(places, rowPlace{row, m.lines[row]})
		if i+1 < len(order) && m.rids[order[i+1]]>>windowBits == no {
			continue
		}
		w, err := newWindow(no, offsets)
		if err != nil {
			return sel, err
		}
		sel.add(w)
		sel.rows.windows[no] = packPlaces(places)
		offsets, places = offsets[:0], places[:0]
	}
	sel.rows.selected = sel.windows
	sel.digest = job.Digest(int64(len(m.rids)), m.digest())
	return sel, nil
}

// digest is a hash of what each row selects.
func (m *matching) digest() []byte {
	h := sha256.New()
	var b []byte
	for some := range slices.Chunk(m.rids, 1024) {
		b = b[:0]
		for _, rid := range some {
			b = binary.BigEndian.AppendUint64(b, uint64(rid))
		}
		h.Write(b)
	}
	return h.Sum(nil)
}

// A rowPlace is where a row is: its index in the file, and its line.
type rowPlace struct{ row, line uint32 }

// packPlaces packs the places of some rows. Mostly the rows are in the order of the
// records, and each line follows the one before: then a place takes two bytes.
func packPlaces(places []rowPlace) []byte {
	dst := make([]byte, 0, 2*len(places))
	var before rowPlace
	for _, p := range places {
		rows := int64(p.row) - int64(before.row)
		dst = binary.AppendVarint(dst, rows)
		dst = binary.AppendVarint(dst, int64(p.line)-int64(before.line)-rows)
		before = p
	}
	return dst
}

var errPlaces = errors.New("the rows of a window are not those of its records")

// unpackPlaces is the inverse of packPlaces for n places.
func unpackPlaces(raw []byte, n int) ([]rowPlace, error) {
	places := make([]rowPlace, n)
	var row, line int64
	for i := range places {
		rows, a := binary.Varint(raw)
		lines, b := binary.Varint(raw[max(0, a):])
		if a <= 0 || b <= 0 {
			return nil, errPlaces
		}
		raw = raw[a+b:]
		row, line = row+rows, line+lines+rows
		places[i] = rowPlace{uint32(row), uint32(line)}
	}
	if len(raw) > 0 {
		return nil, errPlaces
	}
	return places, nil
}

// rowsAtOnce is how many rows one row of the table row_outcomes has.
const rowsAtOnce = 500

// A rowReason is one outcome of rows without a usable record, and why they have it.
// The outcome pending has no reason: the job was refused by a guard, or is a preview.
type rowReason struct {
	Outcome job.Outcome `json:"o"`
	Code    string      `json:"c,omitempty"`
	Pointer string      `json:"p,omitempty"`
	Detail  string      `json:"d,omitempty"`
	Rows    []uint32    `json:"r"` // indexes, ascending
	Lines   []uint32    `json:"l"`
}

// rowOutcomes is what the column refused keeps.
type rowOutcomes struct {
	At  int64       `json:"at"`
	Why []rowReason `json:"why"`
}

// unusable calls do with the rows without a usable record, some hundred at a time in
// the order of their lines, with their reasons.
func (f *fileRows) unusable(do func(first, last uint32, list []rowReason) error) error {
	var rows []uint32
	for row, rid := range f.m.rids {
		if rid < 0 {
			rows = append(rows, uint32(row))
		}
		if len(rows) == rowsAtOnce || len(rows) > 0 && row == len(f.m.rids)-1 {
			if err := do(rows[0], rows[len(rows)-1], f.reasons(rows)); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return nil
}

// reasons groups rows by reason.
func (f *fileRows) reasons(rows []uint32) []rowReason {
	var list []rowReason
	at := map[rejection]int{}
	for _, row := range rows {
		r := f.m.reasonOf(row)
		i, known := at[r]
		if !known {
			i = len(list)
			at[r] = i
			list = append(list, rowReason{Outcome: r.Outcome, Code: r.Code, Pointer: r.Pointer, Detail: r.Detail})
		}
		list[i].Rows, list[i].Lines = append(list[i].Rows, row), append(list[i].Lines, f.m.lines[row])
	}
	return list
}

// sum counts the rows without a usable record, by outcome and by reason.
func (f *fileRows) sum() (t job.Tally, why reasons) {
	_ = f.unusable(func(_, _ uint32, list []rowReason) error { // do returns no error
		for _, r := range list {
			for range r.Rows {
				t = t.Count(r.Outcome)
			}
			why.addRows(r)
		}
		return nil
	})
	return t, why
}

// pack packs the rows without a usable record for [tx.saveRows], which would otherwise
// do that while others wait for the writer: with their outcomes, or as pending.
func (f *fileRows) pack(at time.Time, pending bool) error {
	return f.unusable(func(first, last uint32, list []rowReason) error {
		if pending {
			list = asPending(list)
		}
		text, err := json.Marshal(rowOutcomes{at.UnixMicro(), list})
		f.packed = append(f.packed, packedRows{first, last, string(text)})
		return err
	})
}

// saveRows writes which row each selected record has, and the rows without a usable
// record, which are packed. It replaces what was there.
func (t *tx) saveRows(ref job.Ref, f *fileRows) error {
	for _, table := range []string{"row_numbers", "row_outcomes"} {
		if err := t.Run(`DELETE FROM `+table+` WHERE workspace = ? AND job = ?`, ref.Workspace, ref.Job); err != nil {
			return err
		}
	}
	for no, packed := range f.windows {
		if err := t.Run(`INSERT INTO row_numbers (workspace, job, "window", rows) VALUES (?, ?, ?, ?)`, ref.Workspace, ref.Job, no, packed); err != nil {
			return err
		}
	}
	for _, p := range f.packed {
		if err := t.Run(`INSERT INTO row_outcomes (workspace, job, first_row, last_row, refused) VALUES (?, ?, ?, ?, ?)`,
			ref.Workspace, ref.Job, p.first, p.last, p.refused); err != nil {
			return err
		}
	}
	return nil
}

// asPending returns the rows of a list, without their outcomes.
func asPending(list []rowReason) []rowReason {
	var all []rowPlace
	for _, r := range list {
		for i, row := range r.Rows {
			all = append(all, rowPlace{row, r.Lines[i]})
		}
	}
	slices.SortFunc(all, func(a, b rowPlace) int { return int(a.row) - int(b.row) })
	out := rowReason{Outcome: job.Pending}
	for _, p := range all {
		out.Rows, out.Lines = append(out.Rows, p.row), append(out.Lines, p.line)
	}
	return []rowReason{out}
}

// recordRows writes the outcomes of the rows without a usable record, and their counts
// and reasons to the job's own row, which no shard changes. It returns the counts.
func (t *tx) recordRows(l job.Lease, f *fileRows) (job.Tally, error) {
	n, why := f.sum()
	if err := t.saveRows(l.Ref, f); err != nil {
		return n, err
	}
	summary, err := why.addTo(nil, t, t.Dialect, l.Workspace, l.Model)
	if err != nil {
		return n, err
	}
	for i := range summary {
		summary[i].SampleIDs = []model.ID{}
	}
	text, err := json.Marshal(summary)
	if err != nil {
		return n, err
	}
	t.note(job.Event{What: job.EventChunk, Kind: l.Kind, Tally: n})
	return n, t.Run(`UPDATE jobs SET skipped = ?, failed = ?, summary = ? WHERE workspace = ? AND num = ?`,
		n.Skipped, n.Failed, string(text), l.Workspace, l.Job)
}

// unusable reads how many rows of a file job have no usable record.
func (t *tx) unusable(ref job.Ref) (n job.Tally, err error) {
	_, err = t.Get(&n, `SELECT skipped, failed FROM jobs WHERE workspace = ? AND num = ? AND file IS NOT NULL`, ref.Workspace, ref.Job)
	return n, err
}
