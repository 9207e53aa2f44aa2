package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Limits of what one request may compute. They hold for new requests only: what was
// accepted goes on; see [Model.RestoreCompute].
const (
	MaxOperators     = 1000   // in all
	MaxPipeline      = 20     // operators of one field
	MaxComputeValues = 10_000 // items of lists and pairs of $map, in all
	MaxComputeText   = 10_000 // characters of a text that an operator is given
	MaxFormatParts   = 100    // fields that a $format names
)

// MaxValue is how many bytes the value of a field may have after a merge or a
// computation.
const MaxValue = 1 << 20

// A Computation says how the values of fields follow, in each record, from the
// values that it had before ([Model.CheckCompute]) or from a row of its own
// ([Model.CheckFilling]). It is immutable, so that many goroutines can work out
// records with it.
type Computation struct {
	text    []byte
	fills   bool     // from rows
	targets []target // in the order of their fields, those of one field together
	reads   []*Field
	writes  []*Field
	model   *Model

	sources []source  // by place in reads
	slots   int       // how many values the sources have
	derived []derived // see Field.TextOf
	ignored []ignored // see Field.Overrides
	stamps  []stamping
	needs   []needing
}

// CheckCompute checks the operators that a request gives for fields and returns
// every fault of them, with pointers into raw. p is the patch of the same request,
// as [Model.CheckPatch] returned it; the two may not set the same field. What
// depends on the values of a record is not checked here; see
// [Computation.Record]. raw is not kept.
func (m *Model) CheckCompute(raw []byte, p Patch) (*Computation, Faults) {
	return m.compute(raw, p, computeParser{})
}

// RestoreCompute reads what was accepted before, by this version or an earlier
// one: a text of [Computation.JSON], or the request itself. Limits and rules for
// new requests do not apply. It returns an error if the model no longer has one of
// the fields, if an operator no longer suits it, or if it has become secret.
func (m *Model) RestoreCompute(raw []byte, p Patch) (*Computation, error) {
	restore := m.compute
	if bytes.HasPrefix(raw, []byte{'['}) {
		restore = m.restoreFilling
	}
	c, faults := restore(raw, p, computeParser{restores: true})
	if len(faults) > 0 {
		return nil, fmt.Errorf("read stored computation for model %s: %w", m.Name, faults)
	}
	return c, nil
}

func (m *Model) compute(raw []byte, patch Patch, p computeParser) (*Computation, Faults) {
	p.model, p.patch = m, patch
	p.whole(raw)
	if p.Found() > 0 {
		return nil, p.Faults()
	}
	return p.computation(), nil
}

// JSON returns the computation as canonical JSON: the same for requests that differ
// only in spaces, order of names, spelling of numbers and texts, and in whether a
// list surrounds a single operator. Of rows it is the list of their columns. It must
// not be changed.
func (c *Computation) JSON() []byte { return c.text }

// Writes lists the fields whose values [Computation.Record] works out: those with
// operators or columns, and those that follow from them by rules of the model (its texts of
// HTML and its stamps). An Object is listed if there are operators or columns for
// paths inside it. Then the computation also carries out the patch's merge into it,
// which nobody else may.
func (c *Computation) Writes() []*Field { return c.writes }

// Reads lists the fields whose former values [Computation.Record] needs. It begins
// with what [Computation.Writes] lists.
func (c *Computation) Reads() []*Field { return c.reads }

// Place returns where a request gives the operators for the value at a pointer into a
// record, as a pointer into what it computes. ok is false if it gives none.
func (c *Computation) Place(pointer string) (at string, ok bool) {
	t, rest := c.targetOf(pointer)
	if t == nil {
		return "", false
	}
	return PointerTo("", t.name) + rest, true
}

// targetOf finds the target that a pointer into a record leads to or into, and the
// part of the pointer behind it.
func (c *Computation) targetOf(pointer string) (t *target, rest string) {
	for i := range c.targets {
		rest, found := strings.CutPrefix(pointer, c.targets[i].pointer)
		if found && (rest == "" || rest[0] == '/') {
			return &c.targets[i], rest
		}
	}
	return nil, ""
}

// mark returns the sets of the patch together with those of the fields that are
// computed.
func (c *Computation) mark(patch []Set) []Set {
	sets := slices.Clone(patch)
	for i, f := range c.writes {
		at := slices.IndexFunc(sets, func(s Set) bool { return s.Field == f })
		if at >= 0 {
			sets[at].Computed = true
			continue
		}
		s := Set{Field: f, Pointer: f.rule.pointer, Computed: true}
		isTarget := slices.ContainsFunc(c.targets, func(t target) bool { return t.place == i })
		if !isTarget && slices.ContainsFunc(c.stamps, func(s stamping) bool { return s.field == i }) {
			s.When = f.Stamp.Field
		}
		sets = append(sets, s)
	}
	return sets
}

// unmarked returns the sets of the patch that [Computation.mark] was given.
func unmarked(sets []Set) []Set {
	var patch []Set
	for _, s := range sets {
		if !s.Computed || s.Merge != nil {
			s.Computed = false
			patch = append(patch, s)
		}
	}
	return patch
}

// computation arranges what was parsed.
func (p *computeParser) computation() *Computation {
	c := &Computation{model: p.model, fills: p.fills, targets: p.targets, text: p.text()}
	slices.SortFunc(c.targets, func(a, b target) int {
		if a.field != b.field {
			return a.field.Index - b.field.Index
		}
		return slices.Compare(a.path, b.path)
	})
	for _, t := range c.targets {
		if !slices.Contains(c.writes, t.field) {
			c.writes = append(c.writes, t.field)
		}
	}
	c.relate(p.patch)
	c.reads = slices.Clone(c.writes)
	c.arrange(p)
	return c
}

// text writes the operators or the columns as canonical JSON.
func (p *computeParser) text() []byte {
	if p.fills {
		return p.columnsText()
	}
	byName := slices.Clone(p.targets)
	slices.SortFunc(byName, func(a, b target) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	dst := []byte{'{'}
	for i, t := range byName {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, t.name), ':')
		dst = appendPipeline(dst, t.operations)
	}
	return append(dst, '}')
}

func appendPipeline(dst []byte, pipeline []operation) []byte {
	if len(pipeline) != 1 {
		dst = append(dst, '[')
	}
	for i, o := range pipeline {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(append(dst, '{'), o.name), ':')
		dst = append(append(dst, o.operand...), '}')
	}
	if len(pipeline) != 1 {
		dst = append(dst, ']')
	}
	return dst
}
