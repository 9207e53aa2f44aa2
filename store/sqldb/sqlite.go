package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// sqlitePools are small: connections that the cores cannot serve only wait. Each
// connection keeps up to 8 MiB of pages and the statements it prepared last;
// preparing one takes as long as reading a record.
var sqlitePools = PoolSizes{Lookups: 4, Searches: 4, Work: 6, Long: 4}

// SQLite is the dialect of SQLite.
var SQLite = &Dialect{
	Name:        "sqlite",
	Filter:      filter.SQLite,
	Rebind:      func(q string) string { return q },
	Migrations:  "migrations/sqlite",
	Goose:       goose.DialectSQLite3,
	ColumnType:  sqliteType,
	RecordTable: sqliteTable,
	Indexes:     `SELECT name, 1 AS valid FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL`,
	Shards:      1, // writers of two parts would only wait for one another
	Part:        1,
	Alone:       true,
	NotIndexed:  " NOT INDEXED",
	Unordered:   func(expr string) string { return "+" + expr },
	IndexedBy:   func(index string) string { return " INDEXED BY " + index },
	Opaque:      func(condition string) string { return condition },
	JoinFirst:   sqliteJoinFirst,
	ForUpdate:   func(string) string { return "" },
	IfFree:      func(string) string { return "" },
	RangeEnd:    func(string) string { return "" },
	// The limit keeps the planner from dropping the order.
	ListEnd: func(string) string { return " ORDER BY rid LIMIT -1" },
	// In the order in which they were created, so one that others refer to comes first.
	Tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid`,
	Columns: `SELECT name, type, pk AS key,
			pk = 1 AND EXISTS (SELECT 1 FROM sqlite_master m WHERE m.name = ?1 AND m.sql LIKE '%AUTOINCREMENT%') AS counted
		FROM pragma_table_info(?1) ORDER BY cid`,
	FieldType: map[string]model.Type{"INTEGER": model.Integer, "REAL": model.Number, "TEXT": model.String, "BLOB": Blob},
	// A row may be copied before the one that it refers to.
	Copying:   `PRAGMA defer_foreign_keys = ON`,
	Streaming: `PRAGMA cache_size = -2048`,
	Hold:      func([]string) string { return "" },
	LastGiven: func(table, _ string) string {
		return `SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = '` + table + `'`
	},
	GiveAfter: func(table, _ string, last int64) []string {
		return []string{`DELETE FROM sqlite_sequence WHERE name = '` + table + `'`,
			fmt.Sprintf(`INSERT INTO sqlite_sequence (name, seq) VALUES ('%s', %d)`, table, last)}
	},
	InsertAtOnce: sqliteAtOnce,
	Rows:         sqliteRows,
	Server:       `SELECT 'SQLite ' || sqlite_version()`,
	Space: `SELECT page_count * page_size AS bytes, freelist_count * page_size AS free,
			(SELECT file FROM pragma_database_list WHERE name = 'main') AS path
		FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count()`,
	Differs: "IS NOT",
	Among: func(column string, numbers []int64) (string, []any) {
		return column + " IN (SELECT value FROM json_each(?))", []any{jsonNumbers(numbers)}
	},
	Bounded:  func(string, int64, int64) (string, []any) { return "1 = 1", nil },
	Reached:  func(string, []int64) (string, []any) { return "1 = 1", nil },
	Position: func(expr string) string { return "instr(" + expr + ", ?)" },
	ByID: func(m *model.Model) string {
		return "SELECT rid FROM " + m.Table() + " WHERE id IN (SELECT value FROM json_each(?)) AND workspace = ?"
	},
	Ids: func(_ *model.Model, ids []any) any {
		text, _ := json.Marshal(ids) // cannot fail: ids are numbers or strings
		return string(text)
	},
	ByKey: func(k Keyed) (string, []any) {
		columns := strings.Join(k.Columns, ", ")
		tuple := columns
		if len(k.Columns) > 1 {
			tuple = "(" + columns + ")"
		}
		return "SELECT rid, " + columns + " FROM " + k.Table + " WHERE workspace = ? AND " + tuple +
			" IN (SELECT " + strings.Join(k.Values, ", ") + " FROM json_each(?))", []any{k.Workspace, k.Keys}
	},
	Collect: func(expr, condition string) string {
		return "json_group_array(" + expr + ") FILTER (WHERE " + condition + ")"
	},
	Scalar:   Quoted,
	Bytes:    func(f *model.Field) string { return "octet_length(" + Quoted(f) + ")" },
	Elements: "json_each(?)",
	Element:  func(place int, _ model.Type) string { return fmt.Sprintf("json_extract(value, '$[%d]')", place) },
	Merge: func(column string, patch []byte) (string, []any) {
		return "json_patch(COALESCE(" + column + ", '{}'), ?)", []any{string(patch)}
	},
	Classify: classifySQLite,
	Fault:    sqliteFault,
	TooSlow:  func(error) bool { return false },
}

func sqliteJoinFirst(f First) string {
	return fmt.Sprintf(" CROSS JOIN %[1]s AS %[2]s ON %[2]s.%[3]s IN (SELECT %[3]s FROM %[1]s WHERE %[4]s ORDER BY %[5]s LIMIT ?)",
		f.Table, f.As, f.Key, f.Condition, f.Order)
}

// sqliteTable makes a record's number the rowid, so that a range of numbers lies
// together in the file.
func sqliteTable(table string, columns []string) string {
	columns[0] += " PRIMARY KEY"
	return "CREATE TABLE " + table + " (" + strings.Join(columns, ", ") + ") STRICT"
}

// sqliteAtOnce is fifty or one, so that an import needs two prepared statements
// for each model.
func sqliteAtOnce(n int) int {
	if n >= 50 {
		return 50
	}
	return 1
}

func sqliteRows(types []model.Type, values [][]any) (string, []any) {
	one := "(?" + strings.Repeat(", ?", len(types)-1) + ")"
	args := make([]any, 0, len(values)*len(types))
	for _, line := range values {
		args = append(args, line...)
	}
	return "VALUES " + one + strings.Repeat(", "+one, len(values)-1), args
}

// jsonNumbers writes a list as JSON. It is faster than package json.
func jsonNumbers(numbers []int64) string {
	out := make([]byte, 0, 2+10*len(numbers))
	out = append(out, '[')
	for i, n := range numbers {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, n, 10)
	}
	return string(append(out, ']'))
}

func sqliteType(k model.Type) string {
	switch k {
	case model.Integer, model.Boolean, model.DateTime:
		return "INTEGER"
	case model.Number:
		return "REAL"
	default:
		return "TEXT"
	}
}

func checkSQLite(address string) error {
	if address == "sqlite://" {
		return errors.New("must be sqlite://PATH")
	}
	return nil
}

func sqlitePath(address string) string { return strings.TrimPrefix(address, "sqlite://") }

// openSQLite implements [Open].
func openSQLite(ctx context.Context, o Options) (*DB, error) {
	path := sqlitePath(o.Address)
	if err := createFile(path); err != nil {
		return nil, sqliteOpening(path, err)
	}
	write, pools, err := openFile(ctx, cmp.Or(o.Driver, sqliteDriver), path)
	if err != nil {
		return nil, sqliteOpening(path, err)
	}
	conn, err := write.Connx(ctx)
	if err != nil {
		return nil, errors.Join(err, pools.close(), write.Close())
	}
	micros := func() int64 { return o.Now().UnixMicro() }
	return &DB{
		Dialect: SQLite, Pools: pools, Sizes: sqlitePools, Now: o.Now,
		Writer:    newGroupWriter(write, conn, SQLite, path, micros),
		Migrating: func() (*sql.DB, error) { return sqliteMigrations(path) },
		warn:      func(log *slog.Logger) { warnOfReaders(path, log) },
	}, nil
}

// sqliteDriver is the name under which the driver registers itself.
const sqliteDriver = "sqlite3"

// openFile opens the connection that writes and the pools that read.
//
// The writer begins every transaction IMMEDIATE. A deferred one that first reads
// and then writes fails with "locked" whenever another process wrote in between.
// synchronous=FULL makes a commit survive a power cut, which is what the answer
// 202 promises.
func openFile(ctx context.Context, driver, path string) (write *sqlx.DB, pools Pools, err error) {
	file := sqliteFile(path)
	write, err = sqlx.Open(driver, file+"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_busy_timeout=5000&_cache_size=-32768")
	if err != nil {
		return nil, Pools{}, err
	}
	write.SetMaxOpenConns(2) // the second is the checkpointer's
	// From here on the writer itself waits for the lock; see lockPoll.
	if err := firstConnection(ctx, write, `PRAGMA busy_timeout = 0`); err != nil {
		return nil, Pools{}, errors.Join(err, write.Close())
	}
	pools, err = openPools(sqlitePools, func(n int) (*sqlx.DB, error) {
		db, err := sqlx.Open(sqliteDriver, file+"?mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-8192&_stmt_cache_size=16")
		if err == nil {
			db.SetMaxOpenConns(n)
			db.SetMaxIdleConns(n)
		}
		return db, err
	})
	if err != nil {
		return nil, Pools{}, errors.Join(err, write.Close())
	}
	return write, pools, nil
}

// firstConnection connects and runs a statement, and retries while the file is
// locked. Connecting turns on the write-ahead log, and SQLite does not wait for
// the lock which that needs: of several processes that open a new file at the
// same time, all but one get an error.
func firstConnection(ctx context.Context, db *sqlx.DB, statement string) error {
	for deadline := time.Now().Add(lockWait); ; {
		_, err := db.ExecContext(ctx, statement)
		if code, _, _ := sqliteError(err); code != sqliteBusy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}

func sqliteFile(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// sqliteMigrations opens the connection that migrates.
func sqliteMigrations(path string) (*sql.DB, error) {
	return sql.Open(sqliteDriver, sqliteFile(path)+"?_txlock=immediate&_foreign_keys=1&_busy_timeout=10000")
}

// SQLite's result codes that matter here, from https://sqlite.org/rescode.html.
const (
	sqliteGeneric    = 1
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteNoMemory   = 7
	sqliteReadOnly   = 8
	sqliteIOError    = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCannotOpen = 14
	sqliteProtocol   = 15
	sqliteTooBig     = 18
	sqliteConstraint = 19

	sqliteNotADatabase = 26
)

func classifySQLite(err error) error {
	code, _, ok := sqliteError(err)
	switch {
	case !ok:
		return err
	case code == sqliteFull:
		return fmt.Errorf("%w: %w", ErrStorageFull, err)
	case slices.Contains([]int{sqliteBusy, sqliteLocked, sqliteIOError, sqliteCannotOpen, sqliteReadOnly, sqliteProtocol}, code):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// sqliteFault reads the column from the message, the only place where SQLite
// names it: "UNIQUE constraint failed: c_x.workspace, c_x.domain", or
// "...: index 'name'" for an index on an expression.
func sqliteFault(err error) (DataFault, bool) {
	code, message, _ := sqliteError(err)
	switch code {
	case sqliteTooBig:
		return DataFault{Code: CodeTooLarge}, true
	case sqliteNoMemory:
		return DataFault{Code: CodeTooLarge, Memory: true}, true
	case sqliteConstraint:
		_, columns, unique := strings.Cut(message, "UNIQUE constraint failed: ")
		if !unique {
			return DataFault{Code: CodeConstraint}, true
		}
		if _, index, expression := strings.Cut(columns, "index '"); expression {
			return DataFault{Code: CodeUnique, Column: strings.TrimSuffix(index, "'")}, true
		}
		return DataFault{Code: CodeUnique, Column: columns[strings.LastIndex(columns, ".")+1:]}, true
	}
	return DataFault{}, false
}
