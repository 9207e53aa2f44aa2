package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// Records reads a page of records in the order that q asks for. The cursor
// holds the place of the last record in that order, so records that are created
// or deleted between two pages neither repeat nor hide others. An offset cannot
// promise that: it is for callers whose own protocol counts. A page ends early
// at 8 MiB, with at least one record, unless q asks for whole pages.
// [job.ErrBadCursor]: the cursor is of another order. [job.ErrQueryTimeout]:
// the query takes too long.
func (s *Store) Records(ctx context.Context, ws auth.Workspace, m *model.Model, q filter.Query) (filter.Page, error) {
	order := fullOrder(m, q.Sort)
	condition, args := q.Filter.SQL(s.db.Dialect.Filter)
	condition = "workspace = ? AND " + condition
	args = append([]any{ws.ID}, args...)
	var page filter.Page
	err := s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		if q.Count {
			var n int64
			if err := t.GetContext(ctx, &n, s.db.Dialect.Rebind("SELECT COUNT(*) FROM "+m.Table()+" WHERE "+condition), args...); err != nil {
				return err
			}
			page.Count = &n
		}
		where, all := condition, args
		if q.Cursor != "" {
			place, err := readPlace(q.Cursor, order)
			if err != nil {
				return err
			}
			after, more := afterPlace(order, place)
			where, all = where+" AND "+after, append(all[:len(all):len(all)], more...)
		}
		few, err := s.findsFew(ctx, t, ws, m, q.Filter)
		if err != nil {
			return err
		}
		sorted := orderBy(order, s.db.Dialect.Filter)
		if few {
			sorted = orderOf(order, s.db.Dialect.Filter, s.db.Dialect.Unordered)
		}
		var more bool
		page.Items, more, err = s.pageOf(ctx, t, ws, m, q, statement{" WHERE " + where + " ORDER BY " + sorted, all})
		if more {
			page.NextCursor = writePlace(order, page.Items[len(page.Items)-1])
		}
		return err
	})
	return page, err
}

// pageOf reads the numbers of a page's records first and then the records: to
// sort whole records, a database would have to hold all of them. more reports
// that there are further records.
func (s *Store) pageOf(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, m *model.Model, q filter.Query, which statement) (items []model.Record, more bool, err error) {
	var rids []int64
	err = t.SelectContext(ctx, &rids, s.db.Dialect.Rebind("SELECT rid FROM "+m.Table()+which.text+" LIMIT ? OFFSET ?"),
		append(which.args[:len(which.args):len(which.args)], q.Limit+1, q.Offset)...)
	if err != nil {
		return nil, false, err
	}
	items, err = s.recordsOf(ctx, t, ws.ID, m, rids[:min(q.Limit, len(rids))], budget{left: job.PageBytes})
	return items, len(items) > 0 && len(items) < len(rids), err
}

// fullOrder adds the id to an order, so that no two records are equal in it.
func fullOrder(m *model.Model, sort []filter.Sort) []filter.Sort {
	id := m.Role(model.RoleID)
	for i, s := range sort {
		if s.Field == id {
			return sort[:i+1]
		}
	}
	return append(sort[:len(sort):len(sort)], filter.Sort{Field: id})
}

// orderBy returns the ORDER BY list, in which NULL is the smallest value.
func orderBy(order []filter.Sort, d filter.Dialect) string {
	return orderOf(order, d, func(expr string) string { return expr })
}

// orderOf is orderBy with the expressions as they are written. An id is never NULL: that
// it would come first is not said, or PostgreSQL does not use its index.
func orderOf(order []filter.Sort, d filter.Dialect, written func(expr string) string) string {
	parts := make([]string, len(order))
	for i, s := range order {
		nulls := [2]string{" NULLS FIRST", " DESC NULLS LAST"}
		if s.Field.Role == model.RoleID && s.SQL(d) == sqldb.Quoted(s.Field) {
			nulls = [2]string{"", " DESC"}
		}
		parts[i] = written(s.SQL(d)) + nulls[0]
		if s.Descending {
			parts[i] = written(s.SQL(d)) + nulls[1]
		}
	}
	return strings.Join(parts, ", ")
}

// afterPlace returns the condition for the records after a place in the order:
// greater in the first key, or equal in it and greater in the second, and so
// on.
func afterPlace(order []filter.Sort, place []any) (string, []any) {
	s, v := order[0], place[0]
	column := sqldb.Quoted(s.Field)
	var behind string
	var args []any
	switch {
	case s.Descending && v == nil:
		behind = "1 = 0"
	case s.Descending:
		behind, args = "("+column+" < ? OR "+column+" IS NULL)", []any{v}
	case v == nil:
		behind = column + " IS NOT NULL"
	default:
		behind, args = column+" > ?", []any{v}
	}
	if len(order) == 1 {
		return "(" + behind + ")", args
	}
	equal := column + " = ?"
	if v == nil {
		equal = column + " IS NULL"
	} else {
		args = append(args, v)
	}
	rest, more := afterPlace(order[1:], place[1:])
	return "(" + behind + " OR (" + equal + " AND " + rest + "))", append(args, more...)
}

// A cursor is the order's name and the last record's values in it.
type cursor struct {
	Order  string   `json:"o"`
	Values []string `json:"v"` // each as JSON
}

// orderName returns a text that differs for different orders and is the same on
// both databases. Orders by [filter.Names] have no cursors; their pages go by
// offset.
func orderName(order []filter.Sort) string {
	parts := make([]string, len(order))
	for i, s := range order {
		parts[i] = s.SQL(filter.SQLite) + " NULLS FIRST"
		if s.Descending {
			parts[i] = s.SQL(filter.SQLite) + " DESC NULLS LAST"
		}
	}
	return strings.Join(parts, ", ")
}

func writePlace(order []filter.Sort, r model.Record) string {
	c := cursor{Order: orderName(order)}
	for _, s := range order {
		text, _ := json.Marshal(r.Values[s.Field.Index]) // stored form is always JSON
		c.Values = append(c.Values, string(text))
	}
	text, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(text)
}

func readPlace(text string, order []filter.Sort) ([]any, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	var c cursor
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Order != orderName(order) || len(c.Values) != len(order) {
		return nil, job.ErrBadCursor
	}
	place := make([]any, len(order))
	for i, s := range order {
		if place[i], err = readPlaceValue(c.Values[i], s.Field.Type); err != nil {
			return nil, job.ErrBadCursor
		}
		place[i] = s.Field.Normal(place[i]) // the cursor may be from before the values got this form
	}
	return place, nil
}

// readPlaceValue parses a value without converting it to a float, which would
// round large integers.
func readPlaceValue(text string, k model.Type) (any, error) {
	if text == "null" {
		return nil, nil
	}
	switch k {
	case model.Integer, model.DateTime:
		return strconv.ParseInt(text, 10, 64)
	case model.Number:
		v, err := strconv.ParseFloat(text, 64)
		if math.IsNaN(v) {
			return nil, job.ErrBadCursor
		}
		return v, err
	case model.Boolean:
		return strconv.ParseBool(text)
	}
	var v string
	err := json.Unmarshal([]byte(text), &v)
	if strings.IndexByte(v, 0) >= 0 {
		return nil, job.ErrBadCursor // forged: no stored text holds one
	}
	return v, err
}
