package sqldb

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// postgresShards is the greatest number of parts of a selection. More parts would
// not make one server any busier.
const postgresShards = 8

// postgresPart is the usual number of records in one transaction. A part with
// fewer is not worth the effort.
const postgresPart = 10_000

// migrationLock is the number of the advisory lock that gives the right to
// migrate. Nothing else uses it in a database of bulkpatch.
const migrationLock = 0x62756c6b

// brakeLock is the number of the advisory lock of a workspace's switch of the brake.
// It differs between installations that share a database.
func brakeLock(workspace string) string {
	return `hashtextextended(concat_ws(' ', 'brake', current_schema(), CAST(` + workspace + ` AS bigint)), 0)`
}

// PostgreSQL is the dialect of PostgreSQL. It locks rows FOR NO KEY UPDATE: keys
// never change, so those that only refer to a key need not wait.
var PostgreSQL = &Dialect{
	Name:          "postgresql",
	Filter:        filter.PostgreSQL,
	Rebind:        func(q string) string { return sqlx.Rebind(sqlx.DOLLAR, q) },
	Migrations:    "migrations/postgres",
	Goose:         goose.DialectPostgres,
	Snapshot:      &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	LockMigration: fmt.Sprintf("SELECT pg_try_advisory_lock(%d)", migrationLock),
	ColumnType:    postgresType,
	RecordTable:   postgresTable,
	GiveWay:       `SET LOCAL lock_timeout = '2s'`,
	Concurrently:  " CONCURRENTLY",
	Indexes: `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		WHERE i.indrelid = CAST(CAST(? AS text) AS regclass) AND NOT i.indisprimary`,
	NullsFirst: " NULLS FIRST",
	Shards:     postgresShards,
	Part:       postgresPart,
	// The planner uses no index for a condition inside a function call.
	Opaque:     func(condition string) string { return "COALESCE(" + condition + ", FALSE)" },
	IndexedBy:  func(string) string { return "" },
	ByIndex:    `SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'enable_hashjoin', 'enable_mergejoin']) AS name`,
	WholeOrder: `SELECT set_config('enable_incremental_sort', 'off', true)`,
	JoinFirst:  postgresJoinFirst,
	ForUpdate:  func(table string) string { return " FOR NO KEY UPDATE OF " + table },
	IfFree:     func(table string) string { return " FOR NO KEY UPDATE OF " + table + " SKIP LOCKED" },
	// With locks of rows a waiting writer could be overtaken without end, and a
	// switch that was never used has no row.
	ShareBrake: `SELECT pg_advisory_xact_lock_shared(` + brakeLock("0") + `), pg_advisory_xact_lock_shared(` + brakeLock("?") + `)`,
	HoldBrake:  `SELECT pg_advisory_xact_lock(` + brakeLock("?") + `)`,
	RangeEnd:   postgresInOrder,
	ListEnd:    postgresInOrder,
	Server:     `SELECT 'PostgreSQL ' || current_setting('server_version')`,
	Tables:     postgresTables,
	Columns:    postgresColumns,
	FieldType: map[string]model.Type{"bigint": model.Integer, "double precision": model.Number, "text": model.String,
		"boolean": model.Boolean, "jsonb": model.Any, "bytea": Blob},
	// While a copy reads from one database, its transaction on the other is idle.
	Copying:  `SET LOCAL idle_in_transaction_session_timeout = 0`,
	Hold:     postgresHold,
	Numbered: "OVERRIDING SYSTEM VALUE ",
	LastGiven: func(table, column string) string {
		return fmt.Sprintf(`SELECT COALESCE(pg_sequence_last_value(CAST(pg_get_serial_sequence('%s', '%s') AS regclass)), 0)`, table, column)
	},
	GiveAfter: func(table, column string, last int64) []string {
		return []string{fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%s', '%s'), %d)`, table, column, max(1, last))}
	},
	InsertAtOnce: func(n int) int { return min(n, 1000) },
	Rows:         postgresRows,
	Differs:      "IS DISTINCT FROM",
	Among:        postgresAmong,
	Bounded:      postgresBounded,
	Position:     func(expr string) string { return "strpos(" + expr + ", CAST(? AS text))" },
	Reached:      postgresAmong,
	ByID:         postgresByID,
	Ids:          postgresIDs,
	ByKey:        postgresByKey,
	Collect: func(expr, condition string) string {
		return "json_agg(" + expr + ") FILTER (WHERE " + condition + ")"
	},
	Scalar:   postgresScalar,
	Bytes:    func(f *model.Field) string { return "octet_length(" + postgresScalar(f) + ")" },
	Elements: "json_array_elements(CAST(? AS json)) AS list(value)",
	Element: func(place int, k model.Type) string {
		return fmt.Sprintf("CAST(value ->> %d AS %s)", place, postgresBase(k))
	},
	Merge:    postgresMerge,
	Classify: classifyPostgres,
	Fault:    postgresFault,
	TooSlow:  postgresTooSlow,
}

func postgresJoinFirst(f First) string {
	return fmt.Sprintf(" CROSS JOIN LATERAL (SELECT * FROM %s WHERE %s ORDER BY %s LIMIT ?) AS %s", f.Table, f.Condition, f.Order, f.As)
}

// postgresType is the type of a column. Strings compare by code point, as on
// SQLite.
func postgresType(k model.Type) string {
	if base := postgresBase(k); base != "text" {
		return base
	}
	return `text COLLATE "C"`
}

// postgresBase is the type of a value. Package filter expects columns to have it.
func postgresBase(k model.Type) string {
	switch k {
	case model.Integer, model.DateTime:
		return "bigint"
	case model.Number:
		return "double precision"
	case model.Boolean:
		return "boolean"
	case model.Object, model.Array, model.Any:
		return "jsonb"
	case Blob:
		return "bytea"
	default:
		return "text"
	}
}

// postgresTable puts the workspace first in the primary key, because a distributed
// PostgreSQL partitions tables by it.
func postgresTable(table string, columns []string) string {
	return "CREATE TABLE " + table + " (" + strings.Join(columns, ", ") + ", PRIMARY KEY (workspace, rid))"
}

// postgresInOrder locks records in the order of their numbers, so that two
// transactions never deadlock on them.
func postgresInOrder(table string) string { return " ORDER BY rid FOR NO KEY UPDATE OF " + table }

// postgresScalar casts JSON to text, so that it becomes a string in an array, as on
// SQLite.
func postgresScalar(f *model.Field) string {
	if postgresBase(f.Type) == "jsonb" {
		return "CAST(" + Quoted(f) + " AS text)"
	}
	return Quoted(f)
}

// postgresAmong adds the bounds of a list to the condition. A table that has just
// been filled has no statistics yet, and the planner assumes that a workspace has
// only a few records: for a list of numbers it would read the whole workspace. The
// bounds make it use the primary key. At worst it reads all records between them.
func postgresAmong(column string, numbers []int64) (string, []any) {
	if len(numbers) == 0 {
		return "1 = 0", nil
	}
	bounds, args := postgresBounded(column, slices.Min(numbers), slices.Max(numbers))
	return bounds + " AND " + column + " = ANY(?)", append(args, numbers)
}

func postgresBounded(column string, first, last int64) (string, []any) {
	return column + " BETWEEN ? AND ?", []any{first, last}
}

// postgresByID looks up each id separately, for the same reason.
func postgresByID(m *model.Model) string {
	return "SELECT found.rid FROM unnest(CAST(? AS " + postgresBase(m.Role(model.RoleID).Type) + "[])) AS want(id)," +
		" LATERAL (SELECT r.rid FROM " + m.Table() + " AS r WHERE r.workspace = ? AND r.id = want.id LIMIT 1) AS found"
}

// postgresByKey looks up each key separately, for the same reason.
func postgresByKey(k Keyed) (string, []any) {
	var equal []string
	for i, c := range k.Columns {
		equal = append(equal, c+" = "+k.Values[i])
	}
	return "SELECT found.* FROM json_array_elements(CAST(? AS json)) AS list(value)," +
		" LATERAL (SELECT rid, " + strings.Join(k.Columns, ", ") + " FROM " + k.Table + " WHERE workspace = ? AND " + strings.Join(equal, " AND ") +
		" LIMIT 2) AS found", []any{k.Keys, k.Workspace}
}

func postgresIDs(m *model.Model, ids []any) any {
	if m.Role(model.RoleID).Type == model.Integer {
		return typed[int64](ids)
	}
	return typed[string](ids)
}

func typed[T any](values []any) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i], _ = v.(T) // a checked id has its field's type
	}
	return out
}

// postgresRows binds each column as one array. A statement with thousands of
// values would take longer to parse and plan than to run.
func postgresRows(types []model.Type, values [][]any) (string, []any) {
	var arrays, names, columns []string
	var args []any
	for i, k := range types {
		base := postgresBase(k)
		name := fmt.Sprint("c", i)
		column := name
		if base == "jsonb" {
			base, column = "text", "CAST("+name+" AS jsonb)"
		}
		arrays = append(arrays, "CAST(? AS "+base+"[])")
		names, columns = append(names, name), append(columns, column)
		args = append(args, postgresArray(k, values, i))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM unnest(" + strings.Join(arrays, ", ") + ") AS new(" + strings.Join(names, ", ") + ")", args
}

func postgresArray(k model.Type, values [][]any, column int) any {
	switch k {
	case model.Integer, model.DateTime:
		return nullable[int64](values, column)
	case model.Number:
		return nullable[float64](values, column)
	case model.Boolean:
		return nullable[bool](values, column)
	case Blob:
		return nullable[[]byte](values, column)
	default:
		return nullable[string](values, column)
	}
}

// nullable returns one column of some rows. A value of another type becomes NULL.
func nullable[T any](values [][]any, column int) []*T {
	out := make([]*T, len(values))
	for i, line := range values {
		if v, ok := line[column].(T); ok {
			out[i] = &v
		}
	}
	return out
}
