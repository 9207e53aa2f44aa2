package filter

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// Limits of a filter.
const (
	MaxDepth  = 20      // $and, $or and $not within one another; parts of a dotted path
	MaxValues = 10000   // compared values in all
	MaxBytes  = 1 << 20 // of JSON

	// MaxConditions bounds the conditions of a new filter. Alternatives that
	// ask for equality of one field count as one, as if $in had said so.
	MaxConditions = 1000
)

// limits are rules that earlier versions did not have. They apply to new filters
// only, because filters that break them are stored with jobs.
type limits struct {
	conditions   int
	emptyStrings bool // $contains and $startsWith take one
	rounded      bool // numbers that cannot be stored exactly are rounded
}

var (
	ofRequests = limits{conditions: MaxConditions}
	ofAccepted = limits{conditions: maxNodes, emptyStrings: true, rounded: true}
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
	m      *model.Model
	root   node   // as given, for the matcher
	folded node   // in its simplest form, for SQL
	raw    []byte // compact JSON as given
}

// New parses the filter of a request and checks it against a model. It returns every
// fault with a pointer into the filter. If there are any, the Filter is not valid.
func New(raw []byte, m *model.Model, g Grammar) (Filter, model.Faults) {
	return Names(nil).New(raw, m, g)
}

// Restore is [New] for a filter that was accepted before, such as that of a stored
// job. It does not apply limits that were added since.
func Restore(raw []byte, m *model.Model) (Filter, model.Faults) {
	return Names(nil).Restore(raw, m)
}

func (n Names) read(raw []byte, m *model.Model, g Grammar, l limits) (Filter, model.Faults) {
	var faults model.Collector
	c := checker{Collector: &faults, m: m, g: g, limits: l, names: n}
	root := c.filter(parse(raw, &faults))
	if faults.Found() > 0 {
		return Filter{}, faults.Faults()
	}
	f := Filter{m: m, root: root, folded: fold(root, positive)}
	if n := countGiven(f.folded); n > l.conditions {
		faults.Add(nil, CodeTooManyConditions, fmt.Sprintf("The filter has %d conditions; at most %d are allowed. "+
			"Values that one field may equal count as one condition, with $in; else use several filters.", n, l.conditions))
		return Filter{}, faults.Faults()
	}
	f.raw = jsontext.Value(raw).Clone()
	if err := (*jsontext.Value)(&f.raw).Compact(); err != nil {
		faults.Add(nil, CodeInvalidJSON, "The filter is not valid JSON.")
		return Filter{}, faults.Faults()
	}
	return f, nil
}

// All is the filter {} of a model: it selects every record.
func All(m *model.Model) Filter {
	return Filter{m: m, root: allOf{}, folded: allOf{}, raw: []byte("{}")}
}

// Empty reports whether the filter selects every record, whatever values the records
// have: {}, {"$and": []}, or {"id": {"$exists": true}}. Callers use it to find out
// whether a request means all records.
func (f Filter) Empty() bool { return everything(f.folded) }

// JSON returns the filter as it was given, without spaces between tokens. The caller
// must not change it.
func (f Filter) JSON() []byte { return f.raw }

// Model returns the model that the filter was checked against.
func (f Filter) Model() *model.Model { return f.m }

// Mentions reports whether the filter has a condition on a field or a dotted path.
func (f Filter) Mentions(field string) bool { return mentions(f.root, field) }

// SQL compiles the filter to a condition in parentheses over the columns of
// the model's table, with a "?" for each of args in both dialects. Columns
// come from the model and every value is an argument, so the text is safe to
// run. The condition is TRUE or FALSE for every row and never NULL.
func (f Filter) SQL(d Dialect) (text string, args []any) {
	c := compiler{dialectOf(d)}
	return c.compile(f.folded).sql()
}

// Match reports whether the filter selects a record. It implements the language a
// second time, without the compiler, so that tests can compare the two.
func (f Filter) Match(r model.Record) bool { return matches(f.root, r) }
