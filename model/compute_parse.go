package model

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A computeParser checks the operators or the columns of one request.
type computeParser struct {
	Collector
	model    *Model
	patch    Patch
	fills    bool // from rows
	restores bool // reads what was accepted before: without limits and rules for new requests

	targets   []target
	operators int // so far
	values    int // items of lists and pairs of $map so far
	regexps   int // their size so far

	refs   []ref          // what operators read, by slot
	slotOf map[string]int // the slots by name
}

// A target is a field, or a path inside one, that gets a value by operators or from
// a column.
type target struct {
	ref
	pointer    string // to it in a record
	operations []operation
	slot       int  // of its former value
	place      int  // of its field in Computation.writes
	last       bool // the operator that is being parsed is the last of the pipeline
	column     int  // place of its value in Occasion.Row
	required   bool // a row may not clear this path
}

// An operation is an operator with what it was given.
type operation struct {
	name    string
	operand []byte // canonical JSON
	step
}

// A step works out a value from the one before it in the pipeline. Both are
// canonical JSON, nil for no value. It must not change in.
type step struct {
	run func(w *working, in []byte) (out []byte, p *problem)
	// absent: it also runs where there is no value.
	absent bool
}

// A problem is why a step has no result.
type problem struct{ code, detail string }

// whole checks the whole of what was given.
func (p *computeParser) whole(raw []byte) {
	s := newScanner(raw)
	defer s.free()
	kind := s.dec.PeekKind()
	_, err := s.dec.ReadValue()
	if err == nil {
		err = s.end()
	}
	switch {
	case err != nil:
		p.syntaxFault(raw, nil, err)
		return
	case kind != '{':
		p.Add(nil, CodeType, `This must be an object with fields and their operators, such as {"score": {"$inc": 5}}.`)
		return
	}
	count := p.members(raw, nil, p.field)
	if count == 0 {
		p.Add(nil, CodeRequired, "Give at least one field to compute.")
	}
	if p.restores {
		return
	}
	if p.operators > MaxOperators {
		p.Add(nil, CodeTooManyOperators, fmt.Sprintf("There are %d operators; at most %d are allowed. Spread them over several jobs.", p.operators, MaxOperators))
	}
	if p.values > MaxComputeValues {
		p.Add(nil, CodeTooManyValues, fmt.Sprintf("The operators have %d values; at most %d are allowed. Spread them over several jobs.", p.values, MaxComputeValues))
	}
	p.checkTogether()
}

// members calls visit for each member of an object that is valid JSON, and
// returns how many there are. Repeated names are faults. value and here are valid
// during the call only.
func (p *computeParser) members(object []byte, at *Place, visit func(name string, value []byte, here *Place)) int {
	s := newScanner(object)
	defer s.free()
	_, _ = s.dec.ReadToken()
	seen := map[string]bool{}
	count := 0
	for here := at.Member(""); s.dec.PeekKind() == '"'; count++ {
		quoted, _ := s.dec.ReadValue()
		name, _ := unquote(quoted)
		value, err := s.dec.ReadValue()
		if err != nil {
			break // it is valid JSON
		}
		here.Go(name)
		if seen[name] {
			p.Add(here, CodeDuplicateKey, detailTwice)
			continue
		}
		seen[name] = true
		visit(name, value, here)
	}
	return count
}

// field checks the operators of one field.
func (p *computeParser) field(name string, raw []byte, at *Place) {
	r, why := p.model.resolve(name, p.restores)
	if why != nil {
		p.Add(at, why.code, why.detail)
		return
	}
	if r.field.needsConcealed() {
		p.Add(at, CodeSecretField, "This field needs a value in "+r.field.Needs.Name+", which is secret or write-only. So it cannot be computed.")
		return
	}
	t := target{ref: r, pointer: r.pointer()}
	switch raw[0] {
	case '{':
		p.operators++
		t.last = true
		p.operator(&t, raw, at)
	case '[':
		p.pipeline(&t, raw, at)
	default:
		p.Add(at, CodeType, `This must be an operator, such as {"`+operatorsFor(t.kind)[0]+`": …}, or a list of operators.`)
	}
	p.targets = append(p.targets, t)
}

// pipeline checks a list of operators.
func (p *computeParser) pipeline(t *target, raw []byte, at *Place) {
	s := newScanner(raw)
	defer s.free()
	_, _ = s.dec.ReadToken()
	count := 0
	for here := at.Item(0); s.dec.PeekKind() != ']'; here.Next() {
		item, err := s.dec.ReadValue()
		if err != nil {
			return // it is valid JSON
		}
		count++
		item = bytes.Clone(item)
		t.last = s.dec.PeekKind() == ']'
		if item[0] != '{' {
			p.Add(here, CodeType, "This must be an object with one operator.")
			continue
		}
		p.operator(t, item, here)
	}
	p.operators += count
	switch {
	case count == 0:
		p.Add(at, CodeRequired, "Give at least one operator.")
	case count > MaxPipeline && !p.restores:
		p.Add(at, CodeTooManyOperators, fmt.Sprintf("A field may have at most %d operators.", MaxPipeline))
	}
}

// operator checks an object with one operator.
func (p *computeParser) operator(t *target, raw []byte, at *Place) {
	count := p.members(raw, at, func(name string, operand []byte, here *Place) {
		o, known := operators[name]
		switch {
		case !known:
			p.Add(here, CodeUnknownOperator, "There is no such operator. This field can have "+p.suiting(t)+".")
		case !slices.Contains(o.suits, t.kind):
			p.Add(here, CodeOperatorNotAllowed, "This operator does not suit the field, which can have "+p.suiting(t)+".")
		default:
			p.operand(t, name, o, operand, here)
		}
	})
	if count != 1 {
		p.Add(at, CodeType, "This must be an object with one operator. Put several into a list, in the order in which they shall work.")
	}
}

func (p *computeParser) operand(t *target, name string, o operator, raw []byte, at *Place) {
	canonical, ok := p.canonical(raw, at)
	if !ok {
		return
	}
	before := p.Found()
	s := o.parse(p, t, canonical, at)
	if p.Found() == before {
		t.operations = append(t.operations, operation{name: name, operand: canonical, step: s})
	}
}

// canonical returns the canonical form of an operand. It notes what no record could
// hold.
func (p *computeParser) canonical(raw []byte, at *Place) (text []byte, ok bool) {
	w := canonicalWriter{scanner: newScanner(raw), out: make([]byte, 0, len(raw))}
	defer w.free()
	if err := w.value(at, 2); err != nil {
		w.faults.syntaxFault(raw, at, err)
	}
	p.AddAll(w.faults.Faults())
	return w.out, w.faults.Found() == 0
}

// suiting names the operators that suit a target, unless the fault is only counted.
func (p *computeParser) suiting(t *target) string {
	if p.Full() {
		return ""
	}
	return strings.Join(operatorsFor(t.kind), ", ")
}

// operatorsFor lists the operators that suit a type.
func operatorsFor(t Type) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(operators)) {
		if slices.Contains(operators[name].suits, t) {
			names = append(names, name)
		}
	}
	return names
}
