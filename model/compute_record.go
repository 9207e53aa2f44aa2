package model

import (
	"bytes"
	"fmt"
	"slices"
)

// An Occasion is what the values of a record depend on beside its former ones.
// Times are microseconds since 1970 UTC.
type Occasion struct {
	Accepted int64 // when the job was accepted: what $now gives
	Now      int64 // when the record is changed: the time of stamps
	Actor    int64 // number of the API key of the request, 0 for none
	// Choices lists the choices that the workspace has added to a drop-down. It
	// may be nil.
	Choices func(*Field) []string

	// Row holds what the record's row has for each column; see
	// [Model.CheckFilling].
	Row []any
	// AllowNewChoices: a row may have values that a drop-down does not know yet; see
	// [Computed]. Operators may never make such values.
	AllowNewChoices bool
}

// A Computed is what a computation makes of one record.
type Computed struct {
	// Values are the new values in stored form, by the order of
	// [Computation.Writes]; nil if none of them changes.
	Values []any
	// KeepsUpdated: a field changes to a value that leaves the record's time of
	// change as it is; see [Field.KeepsUpdated].
	KeepsUpdated bool
	// NewChoices are the values of a row that a drop-down did not know; see
	// [Patch.NewChoices].
	NewChoices []Set
}

// A source is a field that is read.
type source struct {
	slot  int    // of its value, -1 if only values inside it are read
	in    wanted // those
	merge []byte // what the patch merges into it
}

// working is the work on one record.
type working struct {
	*Computation
	Occasion
	check    checker
	records  []any    // former values, by the order of reads
	former   [][]byte // the values that operators read, by slot: canonical JSON, nil for none
	after    []any    // by the order of writes
	changed  []bool   // the same
	set      []bool   // the same: changed, or given by the row even if that changes nothing
	matching int      // steps that regular expressions may have taken so far
}

// Record works out the new values of one record and checks them by the rules of the
// model. former are its values before the job in stored form, normalised as by
// [Field.Canonical] and [Field.Normal], in the order of [Computation.Reads]; they
// are not changed. If there is no result, or one that breaks a rule, Record returns
// the first fault, with a pointer into the record. Rules that need the database
// (unique values) are not checked. A field whose operators leave its value as it is
// is not checked; all that a row gives is.
func (c *Computation) Record(former []any, o Occasion) (Computed, *Fault) {
	n := len(c.writes)
	w := working{Computation: c, Occasion: o, records: former}
	w.check = checker{choices: o.Choices, allowNewChoices: c.fills && o.AllowNewChoices}
	w.read()
	w.after = slices.Clone(former[:n])
	flags := make([]bool, 2*n)
	w.changed, w.set = flags[:n], flags[n:]
	if f := w.compute(); f != nil {
		return Computed{}, f
	}
	w.override()
	if f := w.derive(); f != nil {
		return Computed{}, f
	}
	if f := w.checkNeeds(); f != nil {
		return Computed{}, f
	}
	if !slices.Contains(w.changed, true) {
		return Computed{}, nil
	}
	out := Computed{Values: w.after, NewChoices: w.newChoices()}
	for i, f := range c.writes {
		out.KeepsUpdated = out.KeepsUpdated || w.set[i] && slices.Contains(f.KeepsUpdated, w.after[i])
	}
	w.stamp()
	return out, nil
}

// read takes the values that operators read out of the record.
func (w *working) read() {
	w.former = make([][]byte, w.slots)
	for i, s := range w.sources {
		v := w.records[i]
		if v == nil {
			continue
		}
		if s.slot >= 0 {
			w.former[s.slot] = w.reads[i].AppendJSON(nil, v)
		}
		if text, ok := v.(string); ok && len(s.in) > 0 {
			s.in.take([]byte(text), w.former)
		}
	}
}

// compute works out the fields with operators or columns, those inside one object
// together.
func (w *working) compute() *Fault {
	for rest := w.targets; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].field == rest[0].field {
			n++
		}
		var f *Fault
		switch {
		case rest[0].path != nil:
			f = w.inside(rest[:n])
		case w.fills:
			f = w.give(&rest[0])
		default:
			f = w.whole(&rest[0])
		}
		if f != nil {
			return f
		}
		rest = rest[n:]
	}
	if w.fills && w.check.merged > MaxNames {
		return &Fault{Code: CodeTooManyNames, Detail: fmt.Sprintf("The row merges %d names into objects; at most %d are allowed.", w.check.merged, MaxNames)}
	}
	return nil
}

// pipeline runs the operators of a target.
func (w *working) pipeline(t *target) (out []byte, changed bool, f *Fault) {
	in := w.former[t.slot]
	out = in
	for _, o := range t.operations {
		if out == nil && !o.absent {
			continue
		}
		var p *problem
		if out, p = o.run(w, out); p != nil {
			return nil, false, &Fault{Pointer: ShownPointer(t.pointer), Code: p.code, Detail: p.detail}
		}
	}
	return out, (out == nil) != (in == nil) || !bytes.Equal(out, in), nil
}

// whole works out a field.
func (w *working) whole(t *target) *Fault {
	out, changed, f := w.pipeline(t)
	if f != nil || !changed {
		return f
	}
	if out == nil {
		out = []byte("null")
	}
	stored, _ := w.check.value(t.field, out, t.field.rule.at)
	if text, ok := stored.(string); ok && t.kind == Object && w.check.Found() == 0 && t.field.rule.full != nil {
		w.check.missingWithin(t.field, text, t.field.rule.at)
	}
	return w.put(t.place, stored)
}

// inside works out the paths inside an object, and carries out the patch's merge
// into it.
func (w *working) inside(targets []target) *Fault {
	i, field := targets[0].place, targets[0].field
	var changes []change
	for n := range targets {
		out, changed, f := w.part(&targets[n])
		if f != nil {
			return f
		}
		if changed {
			changes = append(changes, change{targets[n].path, out})
		}
	}
	former, _ := w.records[i].(string)
	object := []byte(former)
	if merge := w.sources[i].merge; merge != nil {
		object = MergeJSON(object, merge)
	}
	if len(changes) > 0 {
		_, merge := w.check.value(field, appendPaths(nil, changes, 0), field.rule.at)
		if w.check.Found() == 0 {
			object = MergeJSON(object, merge)
		}
	}
	if len(object) == 0 {
		return w.put(i, nil)
	}
	return w.put(i, string(object))
}

// part returns the new value of a path inside an object.
func (w *working) part(t *target) (out []byte, changed bool, f *Fault) {
	if w.fills {
		return w.cell(t)
	}
	return w.pipeline(t)
}

// put takes the new value of a field, unless a fault was found in it.
func (w *working) put(i int, stored any) *Fault {
	if faults := w.check.Faults(); len(faults) > 0 {
		return &faults[0]
	}
	if stored == w.after[i] {
		return nil
	}
	if text, ok := stored.(string); ok && len(text) > MaxValue {
		return &Fault{Pointer: w.writes[i].rule.pointer, Code: tooLarge.code, Detail: tooLarge.detail}
	}
	w.after[i], w.changed[i], w.set[i] = stored, true, true
	return nil
}

// derive sets the texts of HTML that is set.
func (w *working) derive() *Fault {
	for _, d := range w.derived {
		if !w.set[d.markup] || w.set[d.field] {
			continue
		}
		f := w.writes[d.field]
		var text any
		if markup, _ := w.after[d.markup].(string); markup != "" {
			text = w.check.string(f, textOf(markup), f.TextOf.rule.at)
		}
		if fault := w.put(d.field, text); fault != nil {
			return fault
		}
	}
	return nil
}

// checkNeeds refuses new values of fields that need a value which the record will not
// have.
func (w *working) checkNeeds() *Fault {
	for _, n := range w.needs {
		if n.field >= 0 && (!w.set[n.field] || w.after[n.field] == nil) {
			continue
		}
		if n.needed < 0 || w.now(n.needed) == nil {
			return &Fault{Pointer: n.pointer, Code: n.code, Detail: n.detail}
		}
	}
	return nil
}

// now returns the value that a field that is read will have.
func (w *working) now(i int) any {
	if i < len(w.after) {
		return w.after[i]
	}
	return w.records[i]
}

// stamp sets the stamps of fields that changed, unless the row gives them. A stamp
// alone is no change.
func (w *working) stamp() {
	for _, s := range w.stamps {
		if !w.changed[s.when] || w.set[s.field] {
			continue
		}
		f := w.writes[s.field]
		switch {
		case w.after[s.when] != f.Stamp.Value:
			w.after[s.field] = nil
		case f.Type == DateTime:
			w.after[s.field] = w.Now
		case w.Actor != 0:
			w.after[s.field] = actorValue(w.Actor)
		default:
			w.after[s.field] = nil
		}
	}
}
