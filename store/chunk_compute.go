package store

import (
	"encoding/json"
	"slices"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// patching works out what the patch leaves to Go: merges, and computed values. Every
// record that matches is a candidate: some have the values already, and some values
// would break a rule.
type patching struct{}

// computing says where a chunk finds what a computation reads, and puts what it
// writes.
type computing struct {
	*model.Computation       // nil for none
	from               []int // for each field that it reads, the place among all that are read
	to                 []int // for each of assignment.inGo, the place in Computation.Writes, -1 for none
}

// computes adds what a computation reads. c may be nil.
func (a assignment) computes(c *model.Computation) assignment {
	if c == nil {
		return a
	}
	a.compute.Computation = c
	for _, f := range c.Reads() {
		if !slices.Contains(a.read, f) {
			a.also = append(a.also, f)
		}
	}
	all := a.all()
	for _, f := range c.Reads() {
		a.compute.from = append(a.compute.from, slices.Index(all, f))
	}
	for _, s := range a.inGo {
		a.compute.to = append(a.compute.to, slices.Index(c.Writes(), s.Field))
	}
	return a
}

// reading adds fields that are only compared with a row.
func (a assignment) reading(fields []*model.Field) assignment {
	for _, f := range fields {
		if !slices.Contains(a.read, f) && !slices.Contains(a.also, f) {
			a.also = append(a.also, f)
		}
	}
	all := a.all()
	for _, f := range fields {
		a.compared = append(a.compared, slices.Index(all, f))
	}
	return a
}

// all lists the fields whose values are read.
func (a assignment) all() []*model.Field { return slices.Concat(a.read, a.also) }

func (patching) candidates(c *chunk) (err error) {
	if c.l.Patch.Compute != nil && c.choices == nil {
		if c.choices, err = readChoices(c.q.List, c.l.Workspace, c.l.Model); err != nil {
			return err
		}
	}
	return c.match()
}

func (patching) fields(c *chunk) []*model.Field {
	fields := make([]*model.Field, len(c.a.inGo))
	for i, s := range c.a.inGo {
		fields[i] = s.Field
	}
	return fields
}

func (patching) compute(c *chunk, i int, former []json.RawMessage) (computed, error) {
	out, fault, err := c.computeRecord(former)
	if err != nil || fault != nil {
		return computed{reason: fault}, err
	}
	values := make([]any, len(c.a.inGo))
	differs := c.otherwise[i] == 1 || out.differs
	for i, s := range c.a.inGo {
		if s.Computed {
			values[i] = out.values[c.a.compute.to[i]]
			continue
		}
		before, err := storedValue(s.Field, former[slices.Index(c.a.read, s.Field)])
		if err != nil {
			return computed{}, err
		}
		values[i] = patched(c.l.Patch, s, before, nil, 0)
		if text, _ := values[i].(string); before != values[i] && len(text) > job.MaxValue {
			return computed{reason: &rejection{Outcome: job.RecordFail, Code: sqldb.CodeTooLarge, Pointer: s.Pointer}}, nil
		}
		differs = differs || before != values[i]
	}
	if !differs {
		return computed{}, nil
	}
	return computed{values: values, keepsTime: out.keepsTime, choices: out.choices}, nil
}

// A computedRecord is what a computation makes of a record, by the order of
// [model.Computation.Writes].
type computedRecord struct {
	values    []any
	differs   bool
	keepsTime bool
	choices   []model.Set // new ones of drop-downs
}

// computeRecord carries out the computation for a record. Without one it does
// nothing.
func (c *chunk) computeRecord(former []json.RawMessage) (out computedRecord, fault *rejection, err error) {
	w := c.a.compute
	if w.Computation == nil {
		return out, nil, nil
	}
	before := make([]any, len(w.from))
	for i, f := range w.Reads() {
		if before[i], err = storedValue(f, former[w.from[i]]); err != nil {
			return out, nil, err
		}
	}
	after, why := w.Record(before, model.Occasion{Accepted: c.l.Accepted, Now: c.at, Actor: c.l.Patch.Actor, Choices: c.choices,
		Row: c.items, AllowNewChoices: c.l.Options.AllowNewOptions})
	switch {
	case why != nil:
		fault = &rejection{Outcome: job.RecordFail, Code: why.Code, Pointer: why.Pointer}
		if c.file != nil {
			fault.Detail = why.Detail
		}
		return out, fault, nil
	case after.Values == nil:
		return computedRecord{values: before[:len(w.Writes())]}, nil, nil
	}
	return computedRecord{after.Values, true, after.KeepsUpdated, after.NewChoices}, nil, nil
}

func (patching) conclude(*chunk) error { return nil }
