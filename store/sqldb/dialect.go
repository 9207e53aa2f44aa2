package sqldb

import (
	"database/sql"

	"github.com/pressly/goose/v3"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// A Dialect holds everything that differs between the databases: pieces of SQL,
// limits, and how to read errors. Code asks it for text and never asks which
// database it is talking to. Texts have ? for each argument; see Rebind.
//
// A table of records has a column rid, the record's number, which never
// changes, and a column workspace.
type Dialect struct {
	Name   string // of the product, as traces have it
	Filter filter.Dialect
	Rebind func(query string) string // replaces ? by the driver's placeholders

	// Migrations is the folder of the migrations for this database, which the
	// library goose runs.
	Migrations string
	Goose      goose.Dialect
	// Snapshot begins a transaction that sees one unchanging state.
	Snapshot *sql.TxOptions
	// LockMigration asks for the right to migrate, which one connection at a
	// time has until it closes, and returns whether this one has it. It is ""
	// where the transaction of a migration locks the database anyway.
	LockMigration string
	// GiveWay limits how long a transaction that changes the shape of a table
	// waits for those who use the table: everybody who comes later has to wait
	// behind it. It is "" where the database has no such queue.
	GiveWay string

	// ColumnType is the type of the column for a field's type.
	ColumnType func(model.Type) string
	// RecordTable creates a table of records. The first column is rid, the
	// second is workspace.
	RecordTable func(table string, columns []string) string
	// Indexes lists the indexes that were created on a table, with whether each
	// is complete.
	Indexes string
	// Concurrently creates or drops an index while others write to the table,
	// outside of a transaction.
	Concurrently string
	// NullsFirst sorts NULL first in a column of an index. It is "" where NULL
	// comes first anyway.
	NullsFirst string

	// Shards is the greatest number of parts of a selection that are worked on
	// at the same time. Part is the number of records that justify a part.
	Shards int
	Part   int64
	// Alone says that nobody else writes during a transaction: a statement
	// finds the same rows as an earlier one did.
	Alone bool
	// NotIndexed and Opaque make a statement over a range of record numbers
	// walk that range. The index of a filtered field can look cheaper to the
	// planner and be many times slower.
	NotIndexed string
	Opaque     func(condition string) string
	// IndexedBy names the index to use, where the planner keeps no statistics
	// and would choose another.
	IndexedBy func(index string) string
	// Unordered writes an expression to order by so that no index is walked for its
	// order. It is nil where the planner's statistics say when that is too slow.
	Unordered func(expr string) string

	// JoinFirst joins each row so far to the first rows of another table that meet
	// a condition on it. How many rows that are at most is bound last.
	JoinFirst func(First) string
	// ByIndex makes the queries of a transaction walk indexes in their order and
	// stop early. The number of rows that wait changes faster than the planner's
	// statistics. It is "" where the planner keeps none.
	ByIndex string
	// WholeOrder makes the queries of a transaction use an index for their whole
	// order or not at all. An index for a part of it, of all workspaces, looks cheaper
	// to the planner, and may have to walk through the jobs of all others.
	WholeOrder string

	// ForUpdate locks the rows of one table that a SELECT returns. IfFree does
	// so too, and leaves out rows that another transaction has locked.
	ForUpdate func(table string) string
	IfFree    func(table string) string
	// ShareBrake keeps both switches of the brake of a workspace, which is bound,
	// as they are until the transaction ends. HoldBrake asks for the right to turn
	// one switch: it waits for all who share it, and those who come later wait for
	// it. Both are "" where one transaction writes at a time.
	ShareBrake string
	HoldBrake  string
	// RangeEnd and ListEnd end a SELECT of records, by a range of numbers or by
	// a list. They lock the records and return them in the order of their
	// numbers.
	RangeEnd func(table string) string
	ListEnd  func(table string) string

	// Tables lists all tables. A table comes before those that refer to it.
	Tables string
	// Columns describes the columns of one table: name, type, place in the
	// primary key, and whether the database counts its values.
	Columns string
	// FieldType gives, for the type of a column, the type of a field.
	FieldType map[string]model.Type
	// Copying is the first statement of a transaction that copies a database.
	// Streaming is the first of one that reads everything once: what it reads
	// need not stay in memory.
	Copying   string
	Streaming string
	// Hold keeps others from writing to some tables. It is "" where the
	// transaction itself does.
	Hold func(tables []string) string
	// Numbered stands before the rows of an INSERT that sets numbers which the
	// database counts by itself.
	Numbered string
	// LastGiven reads the highest number that the database has given in a
	// column it counts, or a higher one. GiveAfter makes it continue after a
	// number.
	LastGiven func(table, column string) string
	GiveAfter func(table, column string, last int64) []string

	// InsertAtOnce says how many of n records to write with one INSERT.
	InsertAtOnce func(n int) int
	// Rows is the source of an INSERT: the values of some rows, whose columns
	// have the types types.
	Rows func(types []model.Type, values [][]any) (source string, args []any)

	// Server reads the name and the version of the database.
	Server string
	// Space reads how large the database's file is, how much of it is free, and its path.
	// It is "" where a server keeps the database.
	Space string

	Differs string // the operator <> that treats NULL as a value
	// Position is an expression for the place, from 1, of a bound text in another
	// one; 0 if it does not occur.
	Position func(expr string) string
	// Among is the condition that the number in a column is one of a list.
	Among func(column string, numbers []int64) (string, []any)
	// Bounded is the condition that a column of numbers lies in a range. It is
	// always true where the planner needs no such hint.
	Bounded func(column string, first, last int64) (string, []any)
	// Reached is Among for a column that is already joined to the list. It is
	// always true where the planner uses the list without it.
	Reached func(column string, numbers []int64) (string, []any)
	// ByID selects the numbers of the records whose id is one of those bound
	// first, in the workspace that is bound second. Ids binds the ids.
	ByID func(m *model.Model) string
	Ids  func(m *model.Model, ids []any) any
	// ByKey selects rid and some columns of the records of a workspace in which the
	// columns have the values of one of keys, a JSON array of arrays. values are the
	// elements of such an array; see Element. Where only a unique key has one record,
	// others may have only their first two. It uses an index of one of the columns.
	ByKey func(k Keyed) (query string, args []any)
	// Collect gathers an expression into a JSON array, over the rows that meet a
	// condition and in their order.
	Collect func(expr, condition string) string
	// Scalar is the column of a field as Collect needs it: a JSON object or
	// array becomes a string.
	Scalar func(*model.Field) string
	// Bytes is a lower bound for the length of Scalar. Where the database can,
	// it does not read the value.
	Bytes func(*model.Field) string
	// Elements are the rows of a bound JSON array of arrays. Element is the
	// value at a place in such a row.
	Elements string
	Element  func(place int, k model.Type) string
	// Merge applies an RFC 7396 merge patch to a column of JSON.
	Merge func(column string, patch []byte) (expr string, args []any)

	// Classify adds [ErrUnavailable] or [ErrStorageFull] to a driver's error
	// that means so, and returns all other errors as they are.
	Classify func(error) error
	// Fault reports whether an error is about the values of some records.
	Fault func(error) (DataFault, bool)
	// TooSlow reports whether a statement was ended, by its time limit or by an
	// operator.
	TooSlow func(error) bool
}

// A First names the first rows of a table for [Dialect.JoinFirst].
type First struct {
	Table, As string
	Key       string // the column of the table's primary key
	Condition string
	Order     string // the columns to sort by
}

// A Keyed is what [Dialect.ByKey] is given.
type Keyed struct {
	Table           string
	Columns, Values []string
	Workspace       int64
	Keys            string
}

// Blob is the type of a column of bytes, which no field of a model has.
const Blob model.Type = "blob"

// Flag returns a boolean as the tables store it: 1 or 0.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Quoted returns the name of a field's column, quoted for SQL.
func Quoted(f *model.Field) string { return `"` + f.Column + `"` }
