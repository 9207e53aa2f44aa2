package store

import (
	"encoding/json"
	"slices"

	"bulkpatch/job"
	"bulkpatch/model"
)

// filling works out the values of a file job: each record gets those of its row. The
// cells are read and checked here, and the rest is [patching].
type filling struct{ patching }

func (w filling) candidates(c *chunk) error {
	if c.rows.read == nil {
		if err := c.file.load(c); err != nil {
			return err
		}
	}
	return w.patching.candidates(c)
}

func (w filling) compute(c *chunk, i int, former []json.RawMessage) (computed, error) {
	row := c.rows.of(c.changed[i])
	why, err := c.mismatch(row, former)
	if err != nil || why != nil {
		return computed{reason: why}, err
	}
	if c.items, why = c.file.items(c.items, row); why != nil {
		return computed{reason: why}, nil
	}
	out, err := w.patching.compute(c, i, former)
	if out.reason != nil {
		f := c.file.faultOf(&model.Fault{Pointer: out.reason.Pointer, Detail: out.reason.Detail}, c.file.columnOf(c.l.Patch.Compute, out.reason.Pointer))
		out.reason = &rejection{Outcome: job.RecordFail, Code: job.CodeLineInvalid, Pointer: f.pointer, Detail: f.detail}
	}
	return out, err
}

// mismatch is why a record must not get the values of its row: its key is another one
// by now, or it has another version than the row says.
func (c *chunk) mismatch(row placedRow, former []json.RawMessage) (*rejection, error) {
	for _, k := range c.file.keys {
		if c.l.Options.OnMismatch == job.Force {
			break
		}
		now, err := storedValue(k.field, former[c.a.compared[k.read]])
		if err != nil {
			return nil, err
		}
		want, fault := k.field.CellKey(row.Cells[k.place], c.file.dialect)
		if fault != nil || !k.field.Same(want, now) {
			return &rejection{Outcome: job.Skipped, Code: "no_longer_matches"}, nil
		}
	}
	v := c.file.version
	if v == nil {
		return nil, nil
	}
	want, fault := v.field.CellKey(row.Cells[v.place], c.file.dialect)
	if fault != nil {
		return c.file.invalid(fault, v.header), nil
	}
	now, err := storedValue(v.field, former[c.a.compared[v.read]])
	if err != nil || want == nil || v.field.Same(want, now) {
		return nil, err
	}
	return &rejection{Outcome: job.Conflicted, Code: "precondition_failed", Pointer: pointerTo(v.field)}, nil
}

// addChoices adds the drop-down choices that the changed records bring.
func (c *chunk) addChoices() error {
	type choice struct{ field, value any }
	seen := map[choice]bool{}
	var values []model.Set
	for _, b := range c.brought {
		one := choice{b.set.Field, b.set.Value}
		if _, written := slices.BinarySearch(c.changed, b.offset); written && !seen[one] {
			values, seen[one] = append(values, b.set), true
		}
	}
	return c.t.addChoices(c.l.Workspace, c.l.Model, values)
}

// A broughtChoice is a value that a drop-down does not know yet.
type broughtChoice struct {
	offset uint32 // of the record
	set    model.Set
}
