package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

// Matching finds the record of each row of a file, in one snapshot. The rows are read
// in order, and the records of their keys looked up set by set. It keeps 12 bytes a
// row.

// What a matching has in place of the number of a record, for a row without a usable
// one.
const (
	rowInvalid int64 = -1 - iota
	rowNoKey
	rowNoMatch
	rowAmbiguous
	rowDuplicate
)

// rowCodes are the codes of these rows.
var rowCodes = map[int64]string{
	rowInvalid: job.CodeLineInvalid, rowNoKey: job.CodeNoKey, rowNoMatch: job.CodeNoMatch,
	rowAmbiguous: job.CodeAmbiguous, rowDuplicate: job.CodeDuplicateRow,
}

// Bounds of a set of keys that are looked up together. An index finds each key by
// itself; without one each set takes a walk through all records.
const (
	keysIndexed   = 16_384
	keysUnindexed = 100_000
	keyBytes      = 4 << 20
)

// matchFile selects the records of the rows of a file.
func (s *Store) matchFile(ctx context.Context, t *sqlx.Tx, l job.Lease, examined func(part float64)) (selection, error) {
	m, err := s.fileWork(l, nil).match(ctx, snapshotReader{ctx, t, s.db.Dialect}, examined)
	if err != nil {
		return selection{}, err
	}
	return m.conclude()
}

// A matching is what was found so far.
type matching struct {
	f      *fileWork
	rids   []int64  // by index of the row: the number of its record, or one of the constants
	lines  []uint32 // by index
	faults rowFaults

	keys *keyRecords
	set  keySet
}

// match finds the records of the rows of the file, in the snapshot of q.
func (f *fileWork) match(ctx context.Context, q snapshotReader, examined func(part float64)) (*matching, error) {
	if err := f.open(q); err != nil {
		return nil, err
	}
	m := &matching{f: f, rids: make([]int64, 0, f.count), lines: make([]uint32, 0, f.count), faults: newRowFaults()}
	var err error
	if m.keys, err = newKeyRecords(ctx, q, f.l, f.keyFields()); err != nil {
		return nil, err
	}
	for from := int64(0); from < f.count; from += blockRows * blocksAtOnce {
		err := f.reader.each(q, from, min(f.count, from+blockRows*blocksAtOnce), func(index int64, row table.FileRow) error {
			m.take(row)
			if !m.set.full(m.keys.most) {
				return nil
			}
			examined(float64(index) / float64(f.count))
			return m.lookUp(ctx)
		})
		if err != nil {
			return nil, err
		}
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
	}
	return m, m.lookUp(ctx)
}

// take adds a row.
func (m *matching) take(row table.FileRow) {
	at := uint32(len(m.rids))
	m.lines = append(m.lines, uint32(row.Line))
	if row.Fault != nil {
		m.rids = append(m.rids, rowInvalid)
		m.faults.add(at, rowFault{detail: row.Fault.Detail})
		return
	}
	key, fault := m.f.keyOf(row)
	switch {
	case fault != nil:
		m.rids = append(m.rids, rowInvalid)
		m.faults.add(at, m.f.faultOf(fault, m.f.header(fault.Pointer)))
	case key == nil:
		m.rids = append(m.rids, rowNoKey)
	default:
		m.rids = append(m.rids, rowNoMatch)
		m.set.add(string(key), at)
	}
}

// lookUp finds the records of the keys that were gathered.
func (m *matching) lookUp(ctx context.Context) error {
	if len(m.set.keys) == 0 {
		return nil
	}
	err := m.keys.find(ctx, m.set.keys, func(key []byte, rid, count int64) {
		for _, row := range m.set.rows[string(key)] {
			if count > 1 || m.rids[row] != rowNoMatch { // another range of numbers had one, too
				rid = rowAmbiguous
			}
			m.rids[row] = rid
		}
	})
	m.set = keySet{}
	return err
}

// A keySet gathers the keys of rows. A key is a JSON array of the values of the
// fields that are matched.
type keySet struct {
	keys  []string
	rows  map[string][]uint32 // by key
	bytes int
}

func (s *keySet) add(key string, row uint32) {
	if s.rows == nil {
		s.rows = map[string][]uint32{}
	}
	if s.rows[key] == nil {
		s.keys = append(s.keys, key)
		s.bytes += len(key)
	}
	s.rows[key] = append(s.rows[key], row)
}

func (s *keySet) full(most int) bool { return len(s.keys) >= most || s.bytes >= keyBytes }

// appendKey appends the values of a key as a JSON array.
func appendKey(dst []byte, values []any) []byte {
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n, ok := v.(int64); ok {
			dst = strconv.AppendInt(dst, n, 10)
		} else {
			dst = appendValue(dst, v)
		}
	}
	return append(dst, ']')
}

// A rowFault says why a row is invalid.
type rowFault struct{ pointer, detail string }

// rowFaults are the faults of invalid rows. Details beyond faultBytes are left out: the
// code alone says then what is wrong.
type rowFaults struct {
	of    map[uint32]rowFault // by index of the row
	known map[rowFault]rowFault
	bytes int
}

const faultBytes = 16 << 20

func newRowFaults() rowFaults {
	return rowFaults{of: map[uint32]rowFault{}, known: map[rowFault]rowFault{}}
}

func (r *rowFaults) add(row uint32, f rowFault) {
	same, known := r.known[f]
	if !known {
		if r.bytes += len(f.pointer) + len(f.detail); r.bytes > faultBytes {
			return
		}
		same, r.known[f] = f, f
	}
	r.of[row] = same
}

// conclude makes a selection of what was found. Rows that share a record are
// duplicates.
func (m *matching) conclude() (selection, error) {
	order := make([]uint32, 0, len(m.rids))
	for row, rid := range m.rids {
		if rid >= 0 {
			order = append(order, uint32(row))
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Or(cmp.Compare(m.rids[a], m.rids[b]), cmp.Compare(a, b)) })
	return newRowSelection(m, m.withoutDuplicates(order))
}

// withoutDuplicates returns the rows of a list, sorted by record, that have a record
// alone. It marks the others.
func (m *matching) withoutDuplicates(order []uint32) []uint32 {
	alone := order[:0]
	for from := 0; from < len(order); {
		rid, to := m.rids[order[from]], from+1
		for to < len(order) && m.rids[order[to]] == rid {
			to++
		}
		if to == from+1 {
			alone = append(alone, order[from])
		} else {
			for _, row := range order[from:to] {
				m.rids[row] = rowDuplicate
			}
		}
		from = to
	}
	return alone
}

// reasonOf is the outcome of a row without a usable record, and why it has it.
func (m *matching) reasonOf(row uint32) rejection {
	r := rejection{Outcome: job.RecordFail, Code: rowCodes[m.rids[row]]}
	if m.rids[row] == rowNoMatch && m.f.l.File.SkipUnmatched {
		r.Outcome = job.Skipped
	}
	f := m.faults.of[row]
	r.Pointer, r.Detail = f.pointer, f.detail
	return r
}

// hasIndex reports whether an index finds each of some keys quickly: that of one of the
// fields whose values are unique, or that of the only field. Of several fields that are
// not unique, one may have the same value in most records.
func hasIndex(fields []*model.Field) bool {
	return hasUnique(fields) || len(fields) == 1 && fields[0].Indexed
}

// hasUnique reports whether no two records have the same key.
func hasUnique(fields []*model.Field) bool {
	return slices.ContainsFunc(fields, func(f *model.Field) bool { return f.Role == model.RoleID || f.Unique && !f.Caseless() })
}
