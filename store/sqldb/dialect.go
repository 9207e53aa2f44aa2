package sqldb

import (
	"database/sql"

	"github.com/pressly/goose/v3"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// A dialect says what differs between databases. Code asks it for text and
// never asks which database it is talking to.
type Dialect struct {
	Filter filter.Dialect
	Rebind func(query string) string // from ? to the driver's placeholders

	Migrations string // folder of the fixed tables' migrations
	Goose      goose.Dialect
	Snapshot   *sql.TxOptions
	// lockMigration asks for what keeps other processes from migrating as long
	// as its connection stands, and answers whether it has it; "" where a
	// transaction does.
	LockMigration string
	// giveWay makes a transaction that changes a table's shape wait briefly for
	// whoever uses it, since all others wait behind it; "" where nobody does.
	GiveWay string

	ColumnType func(model.Type) string
	// recordTable makes the table of a model. The first column is the number,
	// the second the workspace.
	RecordTable func(table string, columns []string) string
	// indexes lists those that were made on a table, and whether they are
	// whole; concurrently makes or drops one while others write to the table,
	// outside of a transaction.
	Indexes      string
	Concurrently string
	NullsFirst   string // of an index's column, where NULL is not the least value by itself

	// shards is into how many parts a selection may be cut, to be worked on
	// side by side, and part how many records are worth one.
	Shards int
	Part   int64
	// alone says that nobody else writes while a transaction does: a statement
	// finds again what an earlier one has read.
	Alone bool
	// notIndexed and opaque make a statement over a range of numbers walk that
	// range: an index on a filtered field may look cheaper to a planner and be
	// many times slower.
	NotIndexed string
	Opaque     func(condition string) string
	// indexedBy names the index to use where the planner, which keeps no
	// statistics, would take another.
	IndexedBy func(index string) string

	// JoinFirst joins to each row before it the first rows of another table that
	// meet a condition on that row. How many these are is bound last.
	JoinFirst func(First) string
	// byIndex makes a transaction's queries walk indexes in their order and
	// stop where they may, whatever the planner takes a table for: what waits
	// comes and goes faster than its statistics. "" where the planner has none.
	ByIndex string

	// forUpdate locks the rows of one table that a SELECT returns, and ifFree
	// leaves out those that somebody else has locked. rangeEnd and listEnd lock
	// the records of a range of numbers, or of a list, in the order of their
	// numbers, in which they come.
	ForUpdate func(table string) string
	IfFree    func(table string) string
	RangeEnd  func(table string) string
	ListEnd   func(table string) string

	// tables lists the names of all tables, those before that others refer to,
	// and columns what a [tableColumn] says of the columns of one. typeKind is
	// the kind of a column's type.
	Tables   string
	Columns  string
	TypeKind map[string]model.Type
	// copying begins a transaction that copies, and streaming another
	// statement where it only reads: what is read once need not be kept. hold,
	// "" where the transaction itself does, keeps others from writing to some
	// tables. numbered goes before the rows of an INSERT that brings numbers
	// which the database would give by itself.
	Copying   string
	Streaming string
	Hold      func(tables []string) string
	Numbered  string
	// lastGiven asks for the highest number that the database has given in a
	// column by itself, at least, and giveAfter lets it go on after a number.
	LastGiven func(table, column string) string
	GiveAfter func(table, column string, last int64) []string

	// insertAtOnce is how many of some records one INSERT takes, and rows their
	// values, of columns of some kinds, as its source.
	InsertAtOnce func(n int) int
	Rows         func(kinds []model.Type, values [][]any) (source string, args []any)

	Space string // asks for a [Space]; "" where a server keeps the database

	Differs string // "a differs b": null-safe inequality
	// position is where a bound text begins in an expression, 0 for nowhere.
	Position func(expr string) string
	// among is the condition that a column of numbers holds one of a list, and
	// bounded another that its numbers lie in a range, where a planner that
	// knows little of the table needs to be told.
	Among   func(column string, numbers []int64) (string, []any)
	Bounded func(column string, first, last int64) (string, []any)
	// reached says of a column of numbers that is joined to a list what among
	// does, where a planner would not go by the list alone.
	Reached func(column string, numbers []int64) (string, []any)
	// byID finds the numbers of the records with one of the ids that are bound
	// first, in the workspace that is bound second.
	ByID func(m *model.Model) string
	Ids  func(m *model.Model, ids []any) any // binds ids
	// collect gathers an expression of the rows that meet a condition into a
	// JSON array, in the order of the rows. scalar is a column as it stands
	// there: never an object or an array.
	Collect func(expr, condition string) string
	Scalar  func(*model.Field) string
	// bytes is how long a column's value is where it stands so, at least: asked
	// for without reading it where the database can.
	Bytes func(*model.Field) string
	// elements are the rows of a bound JSON array of arrays, and element is
	// what stands at a place in such a row.
	Elements string
	Element  func(place int, k model.Type) string
	// merge is what an RFC 7396 patch makes of a column of JSON.
	Merge func(column string, patch []byte) (expr string, args []any)

	// classify turns a driver's error into one of package job where it has a
	// meaning there, and leaves it alone otherwise.
	Classify func(error) error
	// fault tells the refusal of some records' values from all other errors.
	Fault func(error) (DataFault, bool)
	// tooSlow reports whether a statement reached the limit that its session
	// sets.
	TooSlow func(error) bool
}

// A First names the first rows of a table for [Dialect.JoinFirst].
type First struct {
	Table, As string
	Key       string // the column of its primary key
	Condition string
	Order     string // the columns by which rows are first
}

// blob is the kind of bytes, which only the fixed tables hold.
const Blob model.Type = "blob"

// flag is a boolean as the fixed tables keep it.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Quoted is the column of a field as it stands in SQL.
func Quoted(f *model.Field) string { return `"` + f.Column + `"` }
