package store

import (
	"encoding/json"
	"slices"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
)

// A metChange is what an undo met in a record that was changed since. The
// column conflicts keeps it as long as former values are kept.
type metChange struct {
	Offset uint32               `json:"n"`
	Job    int64                `json:"b,omitempty"` // the job that changed the record last; 0 for none, or the one that is undone
	Fields map[string]metFields `json:"f"`           // the fields that were changed
}

// metFields holds the values of a field, in stored form: what the job wrote,
// what the record has now, and what it had before the job.
type metFields struct {
	Wrote  metValue `json:"w"`
	Now    metValue `json:"n"`
	Former metValue `json:"f"`
}

// with adds a field, to a new metChange if m is nil. Values of secrets are not
// kept.
func (m *metChange) with(f *model.Field, wrote, now, former any) *metChange {
	if m == nil {
		m = &metChange{Fields: map[string]metFields{}}
	}
	if f.Concealed() {
		m.Fields[f.Name] = metFields{}
		return m
	}
	m.Fields[f.Name] = metFields{metValue{appendValue(nil, wrote)}, metValue{appendValue(nil, now)}, metValue{appendValue(nil, former)}}
	return m
}

// bytes estimates how many bytes the values take.
func (m metChange) bytes() int {
	n := 128
	for name, f := range m.Fields {
		n += len(name) + len(f.Wrote.RawMessage) + len(f.Now.RawMessage) + len(f.Former.RawMessage)
	}
	return n
}

// concludeConflicts completes the conflicts of a chunk. A record that another
// undo has restored meanwhile is unchanged instead. For every other one it
// notes which job changed the record last.
func (c *chunk) concludeConflicts() error {
	offsets := c.inConflict()
	if len(offsets) == 0 {
		return nil
	}
	restored, err := c.restoredMeanwhile(offsets)
	if err != nil {
		return err
	}
	if len(restored) > 0 {
		c.unchanged = restored
		c.rejected = slices.DeleteFunc(c.rejected, func(r rejection) bool { return r.conflict != nil && slices.Contains(restored, r.Offset) })
		offsets = without(offsets, restored)
	}
	last, err := c.lastJobs(offsets)
	for i := range c.rejected {
		if met := c.rejected[i].conflict; met != nil {
			met.Offset = c.rejected[i].Offset
			if by := last[met.Offset]; by != c.l.RestoreSource {
				met.Job = by
			}
		}
	}
	return err
}

// inConflict returns the records with a conflict.
func (c *chunk) inConflict() []uint32 {
	var offsets []uint32
	for _, r := range c.rejected {
		if r.conflict != nil {
			offsets = append(offsets, r.Offset)
		}
	}
	return offsets
}

// restoredMeanwhile returns those of some records that other undos of the same
// job have restored since this undo's selection was committed.
func (c *chunk) restoredMeanwhile(offsets []uint32) ([]uint32, error) {
	var undos []int64
	if err := c.q.List(&undos, undosQuery+` AND num <> ?`, c.l.Workspace, c.l.RestoreSource, c.l.Job); err != nil {
		return nil, err
	}
	restored := bitmaps{}
	for _, undo := range undos {
		var rows []changeRow
		if err := c.q.List(&rows, `SELECT first_rid, last_rid, updated, unchanged FROM changes
			WHERE workspace = ? AND job = ? AND first_rid >= `+chunkAt+` AND first_rid <= ?`,
			c.l.Workspace, undo, c.l.Workspace, undo, c.base, c.last); err != nil {
			return nil, err
		}
		for _, row := range rows {
			if err := eachNumber(row.Updated, row.First, restored.add); err != nil {
				return nil, err
			}
		}
	}
	var again []uint32
	for _, n := range offsets {
		if restored.has(c.base + int64(n)) {
			again = append(again, n)
		}
	}
	return again, nil
}

// lastJobs returns which job changed each of some records last.
func (c *chunk) lastJobs(offsets []uint32) (map[uint32]int64, error) {
	if len(offsets) == 0 {
		return nil, nil
	}
	var rows []struct {
		RID int64 `db:"rid"`
		Job int64 `db:"last_job"`
	}
	among, args := c.d.Among("rid", c.numbers(offsets))
	err := c.q.List(&rows, "SELECT rid, last_job FROM "+c.l.Model.Table()+c.d.NotIndexed+" WHERE "+among+" AND workspace = ? AND last_job IS NOT NULL",
		append(args, c.l.Workspace)...)
	last := make(map[uint32]int64, len(rows))
	for _, r := range rows {
		last[uint32(r.RID-c.base)] = r.Job
	}
	return last, err
}

// packConflicts returns what is kept of the conflicts of a chunk, nil if there
// are none.
func packConflicts(rejected []rejection) (any, error) {
	var met []*metChange
	for _, r := range rejected {
		if r.conflict != nil {
			met = append(met, r.conflict)
		}
	}
	if len(met) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(met)
	return string(text), err
}

// eachConflict parses the kept conflicts of a chunk one by one, since all
// together may take many megabytes.
func eachConflict(text string, do func(metChange)) error {
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		var met metChange
		if err := d.Decode(&met); err != nil {
			return err
		}
		do(met)
	}
	return nil
}

// shown returns the conflicts of a record as the API shows them. Secrets are
// masked.
func (m metChange) shown(of *model.Model) map[string]job.FieldConflict {
	fields := make(map[string]job.FieldConflict, len(m.Fields))
	for name, met := range m.Fields {
		f, ok := of.Field(name)
		switch {
		case !ok:
		case f.Concealed():
			mask := hiddenChange.From
			fields[name] = job.FieldConflict{Wrote: mask, Now: mask, Former: mask}
		default:
			fields[name] = job.FieldConflict{Wrote: met.Wrote.shown(f), Now: met.Now.shown(f), Former: met.Former.shown(f)}
		}
	}
	return fields
}

// A metValue is a value in stored form, as JSON.
type metValue struct{ json.RawMessage }

func (v metValue) shown(f *model.Field) json.RawMessage {
	stored, err := storedValue(f, v.RawMessage)
	if err != nil {
		return json.RawMessage("null") // the field had another type then
	}
	return shown(f, stored)
}
