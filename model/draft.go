package model

// A Purpose says what a draft is for.
type Purpose int

// The purposes.
const (
	Create Purpose = iota // a new record: only its id of what is read-only may be given
	Import                // may give ids, creation times and other read-only values, too
)

// A Draft is a checked record, new or to be merged into the one of its id.
type Draft struct {
	ID      any   // stored form, nil when not given
	Version int64 // 0 when not given
	Patch   Patch // Sets are the given fields, roles included
}

// CheckDraft checks a record given as a JSON object and finds every fault of
// it, but for required fields: see [Model.MissingFor]. options, when given,
// lists what a workspace added to an Extensible field.
func (m *Model) CheckDraft(raw []byte, p Purpose, options ...func(*Field) []string) (Draft, Faults) {
	return Draft{}, nil
}

// CheckRow checks a line of a CSV file for an import: names are the fields,
// cells their texts. An empty cell clears; objects and lists are JSON text.
func (m *Model) CheckRow(names, cells []string, options ...func(*Field) []string) (Draft, Faults) {
	return Draft{}, nil
}

// Insert returns the values of a new record by Field.Index: those given,
// defaults, and generated ones. What the store makes is nil: sequences, and
// the roles unless given.
func (d Draft) Insert(m *Model) []any { return make([]any, len(m.Fields)) }

// MissingFor names the required fields that a new record of d would lack.
func (m *Model) MissingFor(d Draft) Faults { return nil }
