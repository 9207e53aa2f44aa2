package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// A HistoryItem says that a job changed a customer. It tells nothing of other changes,
// such as imports.
type HistoryItem struct {
	JobID   string            `json:"jobId"`
	At      time.Time         `json:"at"`
	Changed map[string]Change `json:"changed"` // nil after the undo retention
}

// History lists the jobs that changed a customer, newest first. It reads the next page
// when the loop needs it. The first error ends the list.
func (c *Client) History(ctx context.Context, model, id string) iter.Seq2[HistoryItem, error] {
	return pages[HistoryItem](ctx, c, historyPath(model, id), url.Values{})
}

// HistoryPage reads one page of the history of a customer, with at most limit items, 1
// to 1,000; 0 means 100. It begins after the page whose NextCursor is given, "" for the
// first.
func (c *Client) HistoryPage(ctx context.Context, model, id string, limit int, cursor string) (Page[HistoryItem], error) {
	var p Page[HistoryItem]
	err := c.page(ctx, historyPath(model, id), setPage(url.Values{}, limit, cursor), &p)
	return p, err
}

// historyPath returns the path of a customer's history.
func historyPath(model, id string) string { return customer(model, id) + "/history" }
