package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// A Record is one customer.
type Record struct {
	JSON json.RawMessage // the record as the server sent it
	ETag string          // the ETag header; "" for a record of a list
}

// UnmarshalJSON keeps the JSON as it is.
func (r *Record) UnmarshalJSON(b []byte) error {
	r.JSON = append([]byte(nil), b...)
	return nil
}

// MarshalJSON returns the JSON as the server sent it.
func (r Record) MarshalJSON() ([]byte, error) { return r.JSON, nil }

// Decode reads the record into v, as [json.Unmarshal] does.
func (r Record) Decode(v any) error { return json.Unmarshal(r.JSON, v) }

// ID returns the record's id as [Client.Record] takes it, or "" if the JSON has none.
func (r Record) ID() string {
	var head struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(r.JSON, &head) != nil {
		return ""
	}
	var text string
	if json.Unmarshal(head.ID, &text) == nil {
		return text
	}
	return string(head.ID)
}

// Version returns the record's version, or 0 if the JSON has none.
func (r Record) Version() int64 {
	var head struct {
		Version int64 `json:"version"`
	}
	if json.Unmarshal(r.JSON, &head) != nil {
		return 0
	}
	return head.Version
}

// Record reads one customer.
func (c *Client) Record(ctx context.Context, model, id string) (Record, error) {
	return c.record(ctx, call{method: http.MethodGet, path: customer(model, id)})
}

// RecordIfChanged reads one customer if its ETag is no longer the given one, that of a
// [Record] read before. Otherwise changed is false.
func (c *Client) RecordIfChanged(ctx context.Context, model, id, etag string) (r Record, changed bool, err error) {
	resp, err := c.json(ctx, call{method: http.MethodGet, path: customer(model, id), header: http.Header{"If-None-Match": {etag}}}, &r)
	if err != nil || resp.StatusCode == http.StatusNotModified {
		return Record{}, false, err
	}
	r.ETag = resp.Header.Get("ETag")
	return r, true, nil
}

// CreateOptions say how to create a customer.
type CreateOptions struct {
	AllowNewOptions bool // values that a drop-down does not have yet become choices of it
}

// CreateRecord creates a customer from draft, any value that [json.Marshal] encodes
// as the JSON object. It returns the customer as it was created, with the fields
// that the server has added. The call is sent once: when its answer is lost, look for
// the customer before you create it again.
func (c *Client) CreateRecord(ctx context.Context, model string, draft any, o ...CreateOptions) (Record, error) {
	body, err := json.Marshal(draft)
	if err != nil {
		return Record{}, fmt.Errorf("encode the record: %w", err)
	}
	query := url.Values{}
	if len(o) > 0 && o[0].AllowNewOptions {
		query.Set("allowNewOptions", "true")
	}
	return c.record(ctx, call{
		method: http.MethodPost,
		path:   customers(model),
		query:  query,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   body,
	})
}

// DeleteRecord deletes a customer. The error is an [*Error] with the status 412 if
// the customer's version is not ifMatch; 0 means any version.
func (c *Client) DeleteRecord(ctx context.Context, model, id string, ifMatch int64) error {
	_, err := c.json(ctx, call{method: http.MethodDelete, path: customer(model, id), header: matching(ifMatch)}, nil)
	return err
}

// record sends a call that is answered with a record.
func (c *Client) record(ctx context.Context, r call) (Record, error) {
	var rec Record
	resp, err := c.json(ctx, r, &rec)
	if err != nil {
		return Record{}, err
	}
	rec.ETag = resp.Header.Get("ETag")
	return rec, nil
}

// A RecordQuery selects customers. Its zero value selects all.
type RecordQuery struct {
	Filter any      // any value that json.Marshal encodes as the filter; nil for all
	Sort   string   // fields to sort by, such as "-createdAt,id"
	Fields []string // fields to return; nil for all

	Limit  int    // customers of a page, 1 to 1,000; 0 means 100
	Cursor string // the NextCursor of a page, after which the list begins
}

// values returns the query as URL parameters.
func (q RecordQuery) values() (url.Values, error) {
	v, err := filterQuery(q.Filter)
	if err != nil {
		return nil, err
	}
	setTexts(v, map[string]string{"sort": q.Sort, "fields": strings.Join(q.Fields, ",")})
	return setPage(v, q.Limit, q.Cursor), nil
}

// Records lists customers. It reads the next page when the loop needs it. The first
// error ends the list.
func (c *Client) Records(ctx context.Context, model string, q RecordQuery) iter.Seq2[Record, error] {
	query, err := q.values()
	if err != nil {
		return func(yield func(Record, error) bool) { yield(Record{}, err) }
	}
	return pages[Record](ctx, c, customers(model), query)
}

// RecordPage reads one page of the list of customers.
func (c *Client) RecordPage(ctx context.Context, model string, q RecordQuery) (Page[Record], error) {
	query, err := q.values()
	if err != nil {
		return Page[Record]{}, err
	}
	var p Page[Record]
	err = c.page(ctx, customers(model), query, &p)
	return p, err
}

// Count returns how many customers match the filter, or how many there are if the
// filter is nil.
func (c *Client) Count(ctx context.Context, model string, filter any) (int64, error) {
	query, err := filterQuery(filter)
	if err != nil {
		return 0, err
	}
	query.Set("count", "true")
	query.Set("limit", "1")
	var page struct {
		Count int64 `json:"count"`
	}
	_, err = c.json(ctx, call{method: http.MethodGet, path: customers(model), query: query}, &page)
	return page.Count, err
}

// filterQuery returns URL parameters with the filter, unless that is nil.
func filterQuery(filter any) (url.Values, error) {
	query := url.Values{}
	if filter == nil {
		return query, nil
	}
	text, err := json.Marshal(filter)
	if err != nil {
		return nil, fmt.Errorf("encode the filter: %w", err)
	}
	query.Set("filter", string(text))
	return query, nil
}
