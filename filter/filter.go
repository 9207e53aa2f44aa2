package filter

import (
	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// Limits of a filter.
const (
	MaxDepth  = 20      // $and, $or and $not within one another; parts of a dotted path
	MaxValues = 10000   // compared values in all
	MaxBytes  = 1 << 20 // of JSON
)

// A Dialect is a database a filter can be compiled for.
type Dialect string

// The dialects.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgres"
)

// A Grammar says which operators a filter may use.
type Grammar int

// The grammars.
const (
	Native Grammar = iota // all operators
	Desk                  // those of Teamwork Desk's own guide
)

// A Filter is a checked filter of one model. The zero Filter is not valid;
// use [New]. It is immutable and safe for concurrent use.
type Filter struct {
	m    *model.Model
	root node
	raw  []byte // compact JSON as given
}

// New parses a filter and checks it against a model. It finds every fault,
// each with a pointer into the filter; with faults there is no filter.
func New(raw []byte, m *model.Model, g Grammar) (Filter, model.Faults) {
	var faults model.Collector
	c := checker{Collector: &faults, m: m, g: g}
	root := c.filter(parse(raw, &faults))
	if faults.Found() > 0 {
		return Filter{}, faults.Faults()
	}
	compact := jsontext.Value(raw).Clone()
	if err := compact.Compact(); err != nil {
		return Filter{}, model.Faults{{Code: CodeInvalidJSON, Detail: "The filter is not valid JSON."}}
	}
	return Filter{m: m, root: root, raw: compact}, nil
}

// All is the filter {} of a model: it selects every record.
func All(m *model.Model) Filter {
	return Filter{m: m, root: allOf{}, raw: []byte("{}")}
}

// Empty reports whether the filter is {}. A filter that selects everything in
// other words, such as {"$and": []}, counts as empty too: whoever asks wants
// to know whether it was meant to.
func (f Filter) Empty() bool {
	p := compiler{sqlite{}}.compile(f.root, positive)
	return p.truth == always
}

// JSON is the filter as it was given, without spaces between its tokens. The
// caller must not change it.
func (f Filter) JSON() []byte { return f.raw }

// Model is the model that the filter was checked against.
func (f Filter) Model() *model.Model { return f.m }

// Names reports whether the filter mentions a field, or a path below it.
func (f Filter) Names(field string) bool { return mentions(f.root, field) }

// SQL compiles the filter to a condition in parentheses over the columns of
// the model's table, with a "?" for each of args in both dialects. Columns
// come from the model and every value is an argument, so the text is safe to
// run. The condition is TRUE or FALSE for every row and never NULL.
func (f Filter) SQL(d Dialect) (text string, args []any) {
	c := compiler{dialectOf(d)}
	return c.compile(f.root, positive).sql()
}

// Match reports whether a record is selected. It is the plain reading of the
// language, made without the compiler, so that each can be held against the
// other.
func (f Filter) Match(r model.Record) bool { return matches(f.root, r) }
