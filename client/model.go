package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
)

// A Model describes the fields of the customers of one sort.
type Model struct {
	Name  string          `json:"name"`
	Title string          `json:"title"`
	JSON  json.RawMessage `json:"-"` // the whole description as the server sent it
}

// UnmarshalJSON reads the name and the title, and keeps the whole description.
func (m *Model) UnmarshalJSON(b []byte) error {
	type names Model
	if err := json.Unmarshal(b, (*names)(m)); err != nil {
		return err
	}
	m.JSON = append([]byte(nil), b...)
	return nil
}

// Models lists the models that the server has loaded.
func (c *Client) Models(ctx context.Context) iter.Seq2[Model, error] {
	return pages[Model](ctx, c, "/v1/models", url.Values{})
}

// Model reads one model.
func (c *Client) Model(ctx context.Context, name string) (Model, error) {
	var m Model
	_, err := c.json(ctx, call{method: http.MethodGet, path: "/v1/models/" + url.PathEscape(name)}, &m)
	return m, err
}
