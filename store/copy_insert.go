package store

import (
	"errors"
	"fmt"
	"strings"

	"bulkpatch/model"
)

// An inserter writes rows of one table, many a statement.
type inserter struct {
	t       *tx
	table   string
	columns []copiedColumn
	rows    [][]any
	bytes   int
}

// add takes a row as the source's driver has read it.
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

// flush writes what was added.
func (in *inserter) flush() error {
	names, kinds := make([]string, len(in.columns)), make([]model.Type, len(in.columns))
	for i, col := range in.columns {
		names[i], kinds[i] = col.quoted(), col.to
	}
	d := in.t.Dialect
	head := "INSERT INTO " + in.table + " (" + strings.Join(names, ", ") + ") " + d.Numbered
	for rest := in.rows; len(rest) > 0; {
		n := d.InsertAtOnce(len(rest))
		source, args := d.Rows(kinds, rest[:n])
		if err := in.t.Run(head+source, args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	clear(in.rows) // lets go of large values
	in.rows, in.bytes = in.rows[:0], 0
	return nil
}

// errUnfit says that a value is none of its column's kind. It does not show
// the value.
var errUnfit = errors.New("a value is not of the column's type")

// fit turns a value into what the destination holds: booleans are numbers
// on SQLite, and JSON is text there, in canonical form.
func (c copiedColumn) fit(v any) (any, error) {
	if b, ok := v.([]byte); ok && c.from != Blob {
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
		return v, unless(c.to == model.Integer)
	case float64:
		return v, unless(c.to == model.Number)
	case []byte:
		return v, unless(c.to == Blob)
	case string:
		return c.fitText(v)
	}
	return nil, errUnfit
}

func (c copiedColumn) fitBool(v bool) (any, error) {
	if c.to == model.Integer {
		return Flag(v), nil
	}
	return v, unless(c.to == model.Boolean)
}

func (c copiedColumn) fitText(v string) (any, error) {
	if c.from == model.Any && c.to == model.String {
		text, err := model.Canonical([]byte(v))
		if err != nil {
			return nil, errUnfit
		}
		return string(text), nil
	}
	return v, unless(c.to == model.String || c.to == model.Any)
}

func unless(fits bool) error {
	if !fits {
		return errUnfit
	}
	return nil
}
