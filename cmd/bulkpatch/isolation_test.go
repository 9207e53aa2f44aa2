package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/api/compat"
	"bulkpatch/client"
	"bulkpatch/model"
)

// theirSecret is in every value that another workspace keeps.
const theirSecret = "CanaryOfTheirs"

// theirRecords has a customer of each model, as another workspace keeps it, and
// an id of the same form that no customer has.
var theirRecords = map[string]struct{ record, unknown string }{
	"desk":          {`{"id":4001,"firstName":"` + theirSecret + `","jobTitle":"` + theirSecret + `","state":"active"}`, "4002"},
	"plane":         {`{"id":"0b5d7a2e-0000-4000-8000-000000000001","name":"` + theirSecret + `"}`, "0b5d7a2e-0000-4000-8000-000000000002"},
	"clientsuccess": {`{"id":4001,"name":"` + theirSecret + `","status":"ACTIVE","active":true}`, "4002"},
	"accounts":      {`{"id":4001,"title":"` + theirSecret + `","address":["` + theirSecret + `"]}`, "4002"},
	"mythic":        {`{"id":"theirs-1","name":"` + theirSecret + `","proxy_api_key":"` + theirSecret + `"}`, "theirs-2"},
}

// Neighbours are two workspaces of one installation. Our admin calls; what theirs has
// must not show.
type neighbours struct {
	*process
	ours, theirs       string            // admin keys
	ids                map[string]string // of their customers, by model and field
	job, keyID, cursor string            // of theirs, as is file
	file               string
	token              string // that confirms a preview of theirs
}

// TestWorkspacesSeeNothingOfOneAnother makes every call with what another
// workspace has and with what nobody has. Both answers must be the same, and
// neither they nor the log may tell anything of the other workspace.
func TestWorkspacesSeeNothingOfOneAnother(t *testing.T) {
	for name, db := range databases(t) {
		t.Run(name, func(t *testing.T) {
			p := newNeighbours(t, start(t, "serve", "--addr", "127.0.0.1:0", "--db", db(), "--redis", "embedded", "--log-level", "debug"))
			before := p.all(t)
			models := model.Shipped()
			surfaces, err := api.Surfaces(models, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range api.Calls(models, surfaces) {
				p.meet(t, c, surfaces)
			}
			p.borrow(t)
			if after := p.all(t); after != before {
				t.Errorf("the other workspace was\n%s\nand is\n%s", before, after)
			}
			if log := p.logged.String(); strings.Contains(log, theirSecret) || strings.Contains(log, p.theirs) || strings.Contains(log, p.ours) || strings.Contains(log, "level=ERROR") {
				t.Errorf("the log tells a value or a key, or has an error: %s", log)
			}
		})
	}
}

// newPair gives each workspace its admin, and theirs customers and a job.
func newNeighbours(t *testing.T, p *process) *neighbours {
	t.Helper()
	w := &neighbours{process: p, ids: map[string]string{}}
	var theirs client.Key
	var err error
	if _, w.ours, err = p.client(t, p.firstKey).CreateKey(t.Context(), "admin", "ours", []string{"admin"}); err != nil {
		t.Fatal(err)
	}
	if theirs, w.theirs, err = p.client(t, p.firstKey).CreateKey(t.Context(), "their-admin", "theirs", []string{"admin"}); err != nil {
		t.Fatal(err)
	}
	w.keyID = fmt.Sprint(theirs.ID)
	for m, r := range theirRecords {
		if _, a := w.ask(t, w.theirs, "POST", "/v1/"+m+"/import", r.record+"\n", "Content-Type", "application/x-ndjson"); !strings.Contains(a, `"inserted":1,`) {
			t.Fatalf("%s: %s", m, a)
		}
		var page struct{ Items []map[string]any }
		w.json(t, &page, "GET", "/v1/"+m+"/customers", "")
		for field, v := range page.Items[0] {
			w.ids[m+"/"+field] = fmt.Sprint(v)
		}
	}
	w.ask(t, w.theirs, "POST", "/v1/desk/customers", `{"firstName":"`+theirSecret+`"}`)
	var list struct{ NextCursor string }
	w.json(t, &list, "GET", "/v1/desk/customers?limit=1", "")
	var preview struct{ ConfirmToken string }
	w.json(t, &preview, "PATCH", "/v1/desk/customers?dryRun=true&"+ofActive, lead)
	var done struct{ JobID string }
	w.json(t, &done, "PATCH", "/v1/desk/customers?"+ofActive, `{"jobTitle":"`+theirSecret+`2"}`, "Idempotency-Key", "one", "Prefer", "wait=30")
	w.cursor, w.token, w.job = list.NextCursor, preview.ConfirmToken, done.JobID
	var file struct{ FileID string }
	w.json(t, &file, "POST", "/v1/desk/files", "id,firstName\n4001,"+theirSecret+"\n", "Content-Type", "text/csv")
	w.file = file.FileID
	return w
}

const (
	ofActive = "filter=%7B%22state%22:%22active%22%7D"
	lead     = `{"jobTitle":"Lead"}`
)

// ask sends a request and returns the answer.
func (p *neighbours) ask(t *testing.T, key, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", key)
	req.Header.Set("X-Request-Id", "test") // which some answers have
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// json reads what their admin is answered.
func (p *neighbours) json(t *testing.T, to any, method, path, body string, header ...string) {
	t.Helper()
	if resp, text := p.ask(t, p.theirs, method, path, body, header...); resp.StatusCode > 202 || json.Unmarshal([]byte(text), to) != nil {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
}

// all is what their workspace has, as text.
func (p *neighbours) all(t *testing.T) string {
	t.Helper()
	var all []string
	for _, path := range []string{"/v1/jobs", "/v1/desk/files", "/v1/desk/export", "/v1/plane/export", "/v1/clientsuccess/export", "/v1/accounts/export", "/v1/mythic/export"} {
		_, text := p.ask(t, p.theirs, "GET", path, "")
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

// meet makes a call in each way that it can be made, as our admin.
func (p *neighbours) meet(t *testing.T, c api.Call, surfaces []*compat.Surface) {
	t.Helper()
	ways := apitest.Examples(c)
	keyless := c.Keyless || !strings.HasPrefix(c.Path, "/v1/") && c.Vendor == ""
	if len(ways) == 0 && !keyless {
		t.Errorf("%s %s: nothing says how it is called", c.Method, c.Path)
	}
	if keyless {
		if ways = waysOfPage(c); c.Method == http.MethodGet || len(ways) == 0 {
			ways = append(ways, apitest.Example{})
		}
	}
	theirs, unknown := p.places(c, surfaces)
	for _, way := range ways {
		query, body := "?"+way.Query, bodyFor(c, way)
		resp, text := p.ask(t, p.ours, c.Method, theirs.Replace(c.Path+query), body, way.Header...)
		at := fmt.Sprintf("%s %s%s: %d %.300s", c.Method, c.Path, query, resp.StatusCode, text)
		if strings.Contains(text, theirSecret) || strings.Contains(text, p.theirs) || strings.Contains(text, "their-admin") || resp.StatusCode >= 500 {
			t.Errorf("it tells of the other workspace: %s", at)
		}
		if theirs.Replace(c.Path) == unknown.Replace(c.Path) {
			continue // it names nothing
		}
		none, otherwise := p.ask(t, p.ours, c.Method, unknown.Replace(c.Path+query), body, way.Header...)
		if none.StatusCode != resp.StatusCode || p.without(text) != p.without(otherwise) {
			t.Errorf("%s\nand where nothing is %d %.300s", at, none.StatusCode, otherwise)
		}
		if c.Vendor == "" && resp.StatusCode != http.StatusNotFound {
			t.Errorf("it is not 404: %s", at)
		}
	}
}

// waysOfPage are the ways to open a page, or to send its form, that name what theirs
// has, and so are the same for all pages.
func waysOfPage(c api.Call) (ways []apitest.Example) {
	if !strings.HasPrefix(c.Path, "/admin") || c.Keyless || c.Path == "/admin/logout" {
		return nil
	}
	browser := []string{"Accept", "text/html"}
	if c.Method == http.MethodGet {
		for _, query := range []string{"q={job}", "q={key}", "q=desk+4001", "q=their-adm", "job={job}", "key={key}", "preview={job}", "follow={job}", "deleted=4001", "workspace=theirs", "on=true&all=true&reason=x", "model=theirs"} {
			ways = append(ways, apitest.Example{Query: query})
		}
		return ways
	}
	form := "version=1&overlap=0&rate=7&on=true&all=true&reason=x&f.firstName=Bo&seen=1&name=n&rights=reader&ends=never&workspace=theirs" +
		"&model=desk&filter=%7B%22state%22:%22active%22%7D&do:jobTitle=set&to:jobTitle=Lead"
	return []apitest.Example{{Body: form, Header: append(browser, "Content-Type", "application/x-www-form-urlencoded")}}
}

// bodyFor is the body of an example, whose patches are for desk, with a field of
// the call's model.
func bodyFor(c api.Call, way apitest.Example) string {
	for _, m := range []string{"plane", "clientsuccess", "mythic"} {
		if strings.HasPrefix(c.Path, "/v1/"+m+"/") {
			return strings.ReplaceAll(way.Body, "jobTitle", "name")
		}
	}
	if strings.HasPrefix(c.Path, "/v1/accounts/") {
		return strings.ReplaceAll(way.Body, "jobTitle", "title")
	}
	return way.Body
}

// places fills the segments of a path with what the other workspace has, and
// with what nobody has.
func (p *neighbours) places(c api.Call, surfaces []*compat.Surface) (theirs, unknown *strings.Replacer) {
	m, field := "", "id"
	if parts := strings.Split(c.Path, "/"); len(parts) > 2 {
		m = parts[2]
	}
	for _, s := range surfaces {
		if c.Vendor == s.Model.Name {
			m, field = c.Vendor, s.ID.Name
		}
	}
	if strings.HasPrefix(c.Path, "/admin/customers/") {
		m = "desk" // see {name}
	}
	none := theirRecords[m].unknown
	if field == "uuid" {
		none = "0b5d7a2e-0000-4000-8000-000000000002"
	}
	return strings.NewReplacer("{id}", p.ids[m+"/"+field], "{job}", p.job, "{file}", p.file, "{key}", p.keyID, "{workspace}", "theirs", "{name}", "desk", "{$}", ""),
		strings.NewReplacer("{id}", none, "{job}", p.job[:len(p.job)-4]+"0000", "{file}", p.file[:len(p.file)-4]+"0000", "{key}", "987654", "{workspace}", "nobodys", "{name}", "desk", "{$}", "")
}

// without leaves out of an answer what was called.
func (p *neighbours) without(text string) string {
	return strings.NewReplacer(p.job, "", p.job[:len(p.job)-4]+"0000", "").Replace(text)
}

// borrow uses a token, a cursor and an idempotency key of the other workspace.
func (p *neighbours) borrow(t *testing.T) {
	t.Helper()
	if resp, text := p.ask(t, p.ours, "PATCH", "/v1/desk/customers?confirmToken="+p.token+"&"+ofActive, lead); resp.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("their token: %d %s", resp.StatusCode, text)
	}
	if resp, text := p.ask(t, p.ours, "GET", "/v1/desk/customers?cursor="+p.cursor, ""); resp.StatusCode >= 500 || strings.Contains(text, theirSecret) {
		t.Errorf("their cursor: %d %s", resp.StatusCode, text)
	}
	resp, text := p.ask(t, p.ours, "PATCH", "/v1/desk/customers?"+ofActive, `{"jobTitle":"`+theirSecret+`2"}`, "Idempotency-Key", "one")
	if resp.StatusCode != http.StatusAccepted || resp.Header.Get("Idempotency-Replayed") != "" || strings.Contains(text, p.job) {
		t.Errorf("their idempotency key: %d %s", resp.StatusCode, text)
	}
}
