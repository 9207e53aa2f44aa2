package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// A Page is a part of a list. Programs that hold their place, such as a list on the
// screen, read page by page; the iterators read all pages.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor"` // where the next page begins; "" for the last page
}

// setPage adds to a query how many items a page has at most, 0 for the server's
// default, and where the list begins, "" for its beginning.
func setPage(query url.Values, limit int, cursor string) url.Values {
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return query
}

// page reads one page of a list into to.
func (c *Client) page(ctx context.Context, path string, query url.Values, to any) error {
	_, err := c.json(ctx, call{method: http.MethodGet, path: path, query: query}, to)
	return err
}

// pages lists the items of all pages of a list.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		query := maps.Clone(query) // the caller may run the loop again
		for {
			var page Page[T]
			if err := c.page(ctx, path, query, &page); err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.NextCursor == "" {
				return
			}
			query.Set("cursor", page.NextCursor)
		}
	}
}

// lines lists the items of a stream of NDJSON that open opens. An incomplete stream ends
// with an error.
func lines[T any](open func() (io.ReadCloser, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		stream, err := open()
		if err != nil {
			yield(none, err)
			return
		}
		defer stream.Close()
		items := json.NewDecoder(stream)
		for {
			var item T
			err := items.Decode(&item)
			if errors.Is(err, io.EOF) || !yield(item, err) || err != nil {
				return
			}
		}
	}
}
