package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
)

// A row is a row of a table, by column. A column without a value is left out.
type row map[string]any

// columnsOf lists the columns that have a value in one of two rows.
func columnsOf(a, b row) []string {
	all := slices.Collect(maps.Keys(a))
	for name := range b {
		if _, known := a[name]; !known {
			all = append(all, name)
		}
	}
	return all
}

// column returns the name of the column of a field.
func column(field string) string { return "f_" + field }

// A database is the database that the processes of a run share.
type database interface {
	// address returns the value of --db for a process.
	address(process string) (string, error)
	// open opens the database, read-only.
	open() (*sql.DB, error)
	// damage says how the database itself is damaged, "" for not at all.
	damage(context.Context, *sql.DB) (string, error)
}

// An sqlite is a database in a file on the run's disk.
type sqlite struct{ disk *disk }

func (s sqlite) address(string) (string, error) { return "sqlite://" + s.disk.database(), nil }

func (s sqlite) open() (*sql.DB, error) {
	return sql.Open("sqlite3", dataSource(s.disk.database())+"?mode=ro&_query_only=1&_busy_timeout=10000")
}

func (s sqlite) damage(ctx context.Context, db *sql.DB) (string, error) {
	found, err := readRows(ctx, db, `PRAGMA integrity_check`)
	if err != nil || len(found) == 1 && found[0]["integrity_check"] == "ok" {
		return "", err
	}
	return fmt.Sprint(found), nil
}

// readBaseline reads all tables before the load.
func (r *run) readBaseline() error {
	db, err := r.database.open()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, t := range r.tables {
		if r.baseline[t], err = readTable(r.deadline, db, t); err != nil {
			return err
		}
	}
	return nil
}

// readTable reads the rows of a table, by id.
func readTable(ctx context.Context, db *sql.DB, t *table) (map[string]row, error) {
	rows, err := readRows(ctx, db, `SELECT c.* FROM c_`+t.model+` c JOIN workspaces w ON w.id = c.workspace WHERE w.name = '`+t.workspace+`'`)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]row, len(rows))
	for _, r := range rows {
		byID[fmt.Sprint(r["id"])] = r
	}
	return byID, nil
}

// readRows reads all rows of a query. It turns byte slices into strings.
func readRows(ctx context.Context, db *sql.DB, query string) ([]row, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []row
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		one := make(row)
		for i, c := range columns {
			if b, ok := values[i].([]byte); ok {
				values[i] = string(b)
			}
			if values[i] != nil {
				one[c] = values[i]
			}
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// value returns a field of a row as canonical JSON.
func (t *table) value(r row, field string) string {
	v := r[column(field)]
	switch {
	case v == nil:
		return "null"
	case field == t.flag:
		return canonical(v == true || fmt.Sprint(v) == "1") // SQLite has numbers instead
	case field == t.object:
		return canonicalText([]byte(fmt.Sprint(v)))
	}
	return canonical(v)
}
