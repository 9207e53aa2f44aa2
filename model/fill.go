package model

import (
	"encoding/json"
	"slices"
)

// CodeSecretColumn: a column would give values to a secret or write-only field.
const CodeSecretColumn = "secret_column"

// Leave stands in [Occasion.Row] for a cell that leaves its field as it is.
type Leave struct{}

// CheckFilling makes the computation that gives fields of each record the values of
// a row of its own: [Occasion.Row] has one item for each of columns, in their order.
// Columns are names of fields or declared dotted paths. The error is every fault of
// them, each with a pointer to the column's number.
//
// An item is [Leave], [Raw], nil to clear the field, or a value in stored form: for a path
// that of its type, and for a list, an object or a value of any type JSON, which need
// not be canonical. An object is merged into that of the record. A row has the same
// outcome as a patch of the same values, with two exceptions: where it clears a path
// that the record does not have, nothing changes; and unique values and new choices
// of drop-downs are for the store to look after, as in every computation.
func (m *Model) CheckFilling(columns []string) (*Computation, Faults) {
	return m.filling(columns, computeParser{})
}

// restoreFilling reads a text of [computeParser.columnsText].
func (m *Model) restoreFilling(raw []byte, _ Patch, p computeParser) (*Computation, Faults) {
	var columns []string
	if err := json.Unmarshal(raw, &columns); err != nil {
		return nil, Faults{{Code: CodeType, Detail: "This must be a list of columns."}}
	}
	return m.filling(columns, p)
}

func (m *Model) filling(columns []string, p computeParser) (*Computation, Faults) {
	p.model, p.fills = m, true
	if len(columns) == 0 {
		p.Add(nil, CodeRequired, "Give at least one column whose values are written.")
	}
	for i, name := range columns {
		p.column(name, i)
	}
	p.checkColumns(columns)
	if p.Found() > 0 {
		return nil, p.Faults()
	}
	return p.computation(), nil
}

// column checks the column with a number.
func (p *computeParser) column(name string, i int) {
	at := At("").Item(i)
	r, why := p.model.resolve(name, p.restores)
	switch {
	case why == nil && r.field.needsConcealed():
		p.Add(at, CodeSecretColumn, "This field needs a value in "+r.field.Needs.Name+", which is secret or write-only. So it cannot be a column.")
	case why == nil:
		t := target{ref: r, pointer: r.pointer(), column: i, required: r.required()}
		p.targets = append(p.targets, t)
	case why.code == CodeSecretField:
		p.Add(at, CodeSecretColumn, "This field is secret or write-only. It cannot be a column.")
	case why.code == CodeReadOnly:
		p.Add(at, why.code, "This field is read-only. A column can be matched with it, but not written.")
	default:
		p.Add(at, why.code, why.detail)
	}
}

// checkColumns refuses two columns for one value.
func (p *computeParser) checkColumns(columns []string) {
	seen := map[string]string{}
	for _, t := range p.targets {
		at := At("").Item(t.column)
		if other, twice := seen[t.pointer]; twice {
			p.Add(at, CodeDuplicateField, "The column "+Shown(other)+" has values for this field, too.")
		}
		seen[t.pointer] = columns[t.column]
	}
	for _, t := range p.targets {
		if other, twice := seen[t.field.rule.pointer]; t.path != nil && twice {
			p.Add(At("").Item(t.column), CodeDuplicateField, "The column "+Shown(other)+" has values for this path, too.")
		}
	}
}

// required reports whether the object around a path must have it.
func (r ref) required() bool {
	if r.path == nil {
		return false // whether a field may be null is a rule of its own
	}
	schema := r.field.source
	for _, step := range r.path[:len(r.path)-1] {
		properties, _ := schema["properties"].(map[string]any)
		schema, _ = properties[step].(map[string]any)
	}
	required, _ := schema["required"].([]any)
	return slices.Contains(required, any(r.path[len(r.path)-1]))
}

// columnsText writes the columns as canonical JSON.
func (p *computeParser) columnsText() []byte {
	byColumn := slices.Clone(p.targets)
	slices.SortFunc(byColumn, func(a, b target) int { return a.column - b.column })
	dst := []byte{'['}
	for i, t := range byColumn {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, t.name)
	}
	return append(dst, ']')
}

// ColumnOf returns the number of the column that has the value at a pointer into a
// record, such as that of a fault, and -1 if no column has it.
func (c *Computation) ColumnOf(pointer string) int {
	if t, _ := c.targetOf(pointer); t != nil && c.fills {
		return t.column
	}
	return -1
}

// An ignored value is one that a row gives beside a value of another field that
// overrides it. Both are places in Computation.writes.
type ignored struct{ field, by int }

// addOverrides finds the columns that a value of a field lets be ignored. Operators
// for such fields are refused when they are checked.
func (c *Computation) addOverrides(f *Field) {
	by := slices.Index(c.writes, f)
	if by < 0 || !c.fills {
		return
	}
	for _, o := range f.Overrides {
		if i := slices.Index(c.writes, o); i >= 0 {
			c.ignored = append(c.ignored, ignored{i, by})
		}
	}
}
