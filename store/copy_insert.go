package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// An inserter writes rows of one table, many in one statement.
type inserter struct {
	t       *tx
	table   string
	columns []copiedColumn
	rows    [][]any
	bytes   int
}

// add takes a row as the source's driver returned it.
func (in *inserter) add(line []any) error {
	for i, col := range in.columns {
		v, err := col.fit(line[i])
		if err != nil {
			return fmt.Errorf("column %s: %w", col.Name, err)
		}
		switch v := v.(type) {
		case string:
			in.bytes += len(v)
		case []byte:
			in.bytes += len(v)
		}
		line[i] = v
	}
	in.rows = append(in.rows, line)
	return nil
}

func (in *inserter) full() bool { return len(in.rows) >= batchRows || in.bytes >= batchBytes }

// flush writes the rows that were added.
func (in *inserter) flush() error {
	names, types := make([]string, len(in.columns)), make([]model.Type, len(in.columns))
	for i, col := range in.columns {
		names[i], types[i] = col.quoted(), col.to
	}
	d := in.t.Dialect
	head := "INSERT INTO " + in.table + " (" + strings.Join(names, ", ") + ") " + d.Numbered
	for rest := in.rows; len(rest) > 0; {
		n := d.InsertAtOnce(len(rest))
		source, args := d.Rows(types, rest[:n])
		if err := in.t.Run(head+source, args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	clear(in.rows) // frees large values
	in.rows, in.bytes = in.rows[:0], 0
	return nil
}

// errUnfit means that a value does not have its column's type. It does not show
// the value.
var errUnfit = errors.New("a value is not of the column's type")

// fit converts a value to what the destination stores. SQLite stores booleans
// as numbers, and JSON as text in canonical form.
func (c copiedColumn) fit(v any) (any, error) {
	if b, ok := v.([]byte); ok && c.from != sqldb.Blob {
		v = string(b)
	}
	switch v := v.(type) {
	case nil:
		return nil, nil
	case bool:
		return c.fitBool(v)
	case int64:
		if c.to == model.Boolean && c.from == model.Integer && (v == 0 || v == 1) {
			return v == 1, nil
		}
		return c.keepFor(v, model.Integer)
	case float64:
		return c.keepFor(v, model.Number)
	case []byte:
		return c.keepFor(v, sqldb.Blob)
	case string:
		return c.fitText(v)
	}
	return nil, errUnfit
}

func (c copiedColumn) fitBool(v bool) (any, error) {
	if c.to == model.Integer {
		return sqldb.Flag(v), nil
	}
	return c.keepFor(v, model.Boolean)
}

func (c copiedColumn) fitText(v string) (any, error) {
	if c.from == model.Any && c.to == model.String {
		text, err := model.Canonical([]byte(v))
		if err != nil {
			return nil, errUnfit
		}
		return string(text), nil
	}
	return c.keepFor(v, model.String, model.Any)
}

// keepFor returns the value as it is if the destination's column has one of the
// types.
func (c copiedColumn) keepFor(v any, types ...model.Type) (any, error) {
	if !slices.Contains(types, c.to) {
		return nil, errUnfit
	}
	return v, nil
}
