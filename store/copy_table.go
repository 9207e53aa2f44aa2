package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
)

// The limits of a batch, in rows and in bytes of values: the former values of
// one chunk are megabytes.
const (
	batchRows  = 250
	batchBytes = 1 << 20
)

// A tableColumn is what a database tells about a column.
type tableColumn struct {
	Name    string
	Type    string
	Key     int  // place in the primary key, from 1; 0 for a column outside of it
	Counted bool // the database generates its numbers, each only once
}

// A copiedColumn is a column of both databases, with its type at the source and
// at the destination.
type copiedColumn struct {
	tableColumn
	from, to model.Type
}

func (c copiedColumn) quoted() string { return `"` + c.Name + `"` }

// table copies all rows of a table.
func (c *copier) table(table string) error {
	columns, err := c.columns(table)
	if err != nil {
		return err
	}
	rows, err := c.from.Session.QueryxContext(c.from.Ctx, c.query(table, columns))
	if err != nil {
		return err
	}
	defer rows.Close()
	in := inserter{t: c.to, table: table, columns: columns}
	for rows.Next() {
		line, err := rows.SliceScan()
		if err != nil {
			return err
		}
		if err := in.add(line); err != nil {
			return err
		}
		if in.full() {
			if err := c.flush(&in); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := c.flush(&in); err != nil {
		return err
	}
	return c.countOn(table, columns)
}

func (c *copier) flush(in *inserter) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	c.done += int64(len(in.rows))
	if err := in.flush(); err != nil {
		return err
	}
	c.tell(c.done, c.total)
	return nil
}

// columns pairs the columns of both databases, which must have the same names.
func (c *copier) columns(table string) ([]copiedColumn, error) {
	have, err := c.from.columns(table)
	if err != nil {
		return nil, err
	}
	take, err := c.to.columns(table)
	if err != nil {
		return nil, err
	}
	columns := make([]copiedColumn, len(take))
	for i, t := range take {
		at := slices.IndexFunc(have, func(h tableColumn) bool { return h.Name == t.Name })
		if at < 0 {
			return nil, fmt.Errorf("only the destination has a column %s", t.Name)
		}
		columns[i] = copiedColumn{t, c.from.Dialect.FieldType[have[at].Type], c.to.Dialect.FieldType[t.Type]}
		if columns[i].from == "" || columns[i].to == "" {
			return nil, fmt.Errorf("column %s has a type that no table of ours has", t.Name)
		}
		have = slices.Delete(have, at, at+1)
	}
	if len(have) > 0 {
		return nil, fmt.Errorf("only the source has a column %s", have[0].Name)
	}
	return columns, nil
}

func (t *tx) columns(table string) ([]tableColumn, error) {
	var columns []tableColumn
	return columns, t.List(&columns, t.Dialect.Columns, table)
}

// query reads the table in the order of its key, in which a job comes before
// those that refer to it.
func (c *copier) query(table string, columns []copiedColumn) string {
	list, key := make([]string, len(columns)), []copiedColumn{}
	for i, col := range columns {
		list[i] = c.from.Dialect.Scalar(&model.Field{Column: col.Name, Type: col.from})
		if col.Key > 0 {
			key = append(key, col)
		}
	}
	slices.SortFunc(key, func(a, b copiedColumn) int { return a.Key - b.Key })
	order := make([]string, len(key))
	for i, col := range key {
		order[i] = col.quoted()
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM " + table + " ORDER BY " + strings.Join(order, ", ")
}

// countOn continues the numbers that the database generates after the last one
// that the source has generated, even if its row has been purged: other rows
// still name it.
func (c *copier) countOn(table string, columns []copiedColumn) error {
	for _, col := range columns {
		if !col.Counted {
			continue
		}
		var given, copied int64
		if _, err := c.from.Get(&given, c.from.Dialect.LastGiven(table, col.Name)); err != nil {
			return err
		}
		if _, err := c.to.Get(&copied, `SELECT COALESCE(MAX(`+col.quoted()+`), 0) FROM `+table); err != nil {
			return err
		}
		if err := c.to.each(c.to.Dialect.GiveAfter(table, col.Name, max(given, copied))...); err != nil {
			return err
		}
	}
	return nil
}

// alignModels adds the columns of deleted fields to the destination, since
// their names may never be used again, and empties the table models for the
// rows of the source.
func (c *copier) alignModels() error {
	var known []struct{ Name, Columns string }
	if err := c.from.List(&known, `SELECT name, columns FROM models`); err != nil {
		return err
	}
	for _, k := range known {
		var had []column
		if err := json.Unmarshal([]byte(k.Columns), &had); err != nil {
			return err
		}
		if err := c.addGone(k.Name, had); err != nil {
			return err
		}
		if err := c.admitCollisions(k.Name); err != nil {
			return err
		}
	}
	return c.to.Run(`DELETE FROM models`)
}

// admitCollisions drops the indexes of the destination that would refuse
// records which collide at the source. The next migration creates the indexes
// that it can.
func (c *copier) admitCollisions(name string) error {
	m, _ := c.models.Model(name)
	have, err := c.from.indexes(m)
	if err != nil {
		return err
	}
	for _, f := range caseless(m) {
		if have[caselessIndex(m, f)] {
			continue
		}
		c.unformed = append(c.unformed, name)
		if err := c.to.dropIndex(caselessIndex(m, f), ""); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) addGone(name string, had []column) error {
	m, loaded := c.models.Model(name)
	if !loaded {
		return fmt.Errorf("there are records of the model %s, which is not loaded", name)
	}
	have, err := c.to.columns(m.Table())
	if err != nil {
		return err
	}
	for _, gone := range had {
		if slices.ContainsFunc(have, func(h tableColumn) bool { return strings.EqualFold(h.Name, gone.SQL) }) {
			continue
		}
		f := &model.Field{Name: gone.Name, Column: gone.SQL, Type: gone.Type}
		if err := c.to.addColumn(m, f); err != nil {
			return err
		}
	}
	return nil
}
