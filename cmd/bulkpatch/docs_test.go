package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bulkpatch/client"
	"bulkpatch/job"
)

// A shownCall is a call as a page of the documentation has it.
type shownCall struct{ id, method, path, curl string }

// pageOf reads a page of the running program. It may have 300 KB.
func pageOf(t *testing.T, base, path string) *html.Node {
	t.Helper()
	resp, err := http.Get(base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	counted := &countingReader{r: resp.Body}
	root, err := html.Parse(counted)
	if err != nil || resp.StatusCode != http.StatusOK || counted.n > 300_000 {
		t.Fatalf("%s: %s, %d bytes, %v", path, resp.Status, counted.n, err)
	}
	return root
}

type countingReader struct {
	r interface{ Read([]byte) (int, error) }
	n int
}

// Read counts what was read.
func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// elements lists the elements of a kind with a class, "" for any.
func elements(root *html.Node, kind, class string) (list []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == kind && (class == "" || slices.Contains(strings.Fields(htmlAttribute(n, "class")), class)) {
			list = append(list, n)
		}
	}
	return list
}

func htmlAttribute(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}

// chapters lists the pages of the reference, except those of the vendors.
func chapters(t *testing.T, base string) (paths []string) {
	t.Helper()
	for _, a := range elements(pageOf(t, base, "/docs"), "a", "") {
		path := htmlAttribute(a, "href")
		if strings.HasPrefix(path, "/docs/") && !strings.Contains(path, "#") && path != "/docs/guide" && !strings.HasSuffix(textOf(a), " API") && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

func callsOf(t *testing.T, base, chapter string) (calls []shownCall) {
	t.Helper()
	for _, section := range elements(pageOf(t, base, chapter), "section", "call") {
		commands := elements(section, "pre", "curl")
		if len(commands) == 0 {
			continue // what a receiver of webhooks gets
		}
		line := elements(section, "p", "line")[0]
		calls = append(calls, shownCall{
			id: htmlAttribute(section, "id"), method: textOf(elements(line, "span", "method")[0]),
			path: textOf(elements(line, "code", "")[0]), curl: textOf(commands[0]),
		})
	}
	return calls
}

// A curlRig runs the commands of the documentation.
type curlRig struct {
	t    *testing.T
	dir  string
	env  map[string]string
	p    *process
	jobs *client.Client
	runs int
}

// TestTheCommandsOfTheReferenceWork runs the command of every native call, with what it
// needs: a job in the right state, a customer, a key.
func TestTheCommandsOfTheReferenceWork(t *testing.T) {
	t.Parallel()
	const key = "the-key-of-the-reference"
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--admin-key", key, "--webhook-secret", job.NewWebhookSecret(), "--webhook-allow", "127.0.0.0/8")
	r := &curlRig{t: t, dir: t.TempDir(), p: p, jobs: p.client(t, key), env: map[string]string{"BULKPATCH_SERVER": p.base, "BULKPATCH_KEY": key}}
	for name, text := range map[string]string{"customers.ndjson": "{}\n", "customers.csv": "id\n1\n"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load(t, r.jobs, 500)
	pages := chapters(t, p.base)
	for _, chapter := range pages {
		if calls := callsOf(t, p.base, chapter); len(calls) > 0 && strings.Contains(calls[0].path, "/customers") {
			r.ofModel(calls)
		} else {
			for _, c := range calls {
				r.prepare(c)
				r.run(c)
				if _, err := r.jobs.BrakeOff(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if r.runs < 5*9+20 {
		t.Errorf("only %d commands were run, of the pages %v", r.runs, pages)
	}
	for name, v := range vendorPages {
		for _, c := range callsOf(t, p.base, "/docs/"+name) {
			r.ofVendor(c, v.model, v.record)
		}
	}
}

// vendorPages have the calls of the vendors, each with a customer to make calls about.
var vendorPages = map[string]struct {
	model  string
	record map[string]any
}{
	"teamwork-desk-api":     {"desk", map[string]any{"firstName": "Ana"}},
	"plane-api":             {"plane", map[string]any{"name": "Ana"}},
	"clientsuccess-api":     {"clientsuccess", map[string]any{"name": "Ana", "status": "ACTIVE", "active": true}},
	"coperniq-accounts-api": {"accounts", map[string]any{"title": "Ana", "address": []string{"1 Main Street"}}},
	"mythic-analytics-api":  {"mythic", map[string]any{"name": "Ana"}},
}

// ofVendor runs the command of a vendor's call, about a customer of its own.
func (r *curlRig) ofVendor(c shownCall, model string, record map[string]any) {
	if strings.Contains(c.curl, "external_id") { // it names the customer by them
		record = map[string]any{"name": "Ana", "external_source": "crm", "external_id": "42"}
	}
	made, err := r.jobs.CreateRecord(r.t.Context(), model, record)
	if err != nil {
		r.t.Fatal(err)
	}
	var shown struct {
		ID   client.ID `json:"id"`
		UUID string    `json:"uuid"` // by which paths name the customers of a vendor
	}
	if err := json.Unmarshal(made.JSON, &shown); err != nil {
		r.t.Fatal(err)
	}
	r.env["ID"], r.env["WORKSPACE"] = cmp.Or(shown.UUID, shown.ID.String()), "main"
	r.run(c)
}

// ofModel runs the commands of one model: first that which makes a customer, and last
// that which deletes it.
func (r *curlRig) ofModel(calls []shownCall) {
	rank := func(c shownCall) int {
		switch {
		case c.method == "POST" && (strings.HasSuffix(c.path, "/customers") || strings.HasSuffix(c.path, "/files")):
			return 0
		case c.method == "DELETE":
			return 2
		}
		return 1
	}
	slices.SortStableFunc(calls, func(a, b shownCall) int { return rank(a) - rank(b) })
	for _, c := range calls {
		answer := r.run(c)
		var made struct {
			ID     client.ID
			FileID string
		}
		switch {
		case rank(c) != 0 || json.Unmarshal([]byte(answer), &made) != nil:
		case made.FileID != "":
			r.env["FILE"] = made.FileID
		default:
			r.env["ID"] = made.ID.String()
		}
	}
}

// prepare makes what a call needs.
func (r *curlRig) prepare(c shownCall) {
	ctx := r.t.Context()
	r.env["NAME"] = "desk"
	if strings.Contains(c.path, "{key}") {
		made, _, err := r.jobs.CreateKey(ctx, "spare-"+c.id, "main", []string{"jobs:read"})
		if err != nil {
			r.t.Fatal(err)
		}
		r.env["KEY_ID"] = strconv.FormatInt(made.ID, 10)
	}
	if !strings.Contains(c.path, "{job}") {
		return
	}
	if strings.HasSuffix(c.path, "/retry") {
		r.env["JOB"] = r.notUnique().ID
		return
	}
	if strings.HasSuffix(c.path, "/rows") {
		r.env["JOB"] = r.ofFile().ID
		return
	}
	slow := 1.0
	o := client.Options{RecordsPerSecond: &slow}
	switch {
	case strings.HasSuffix(c.path, "/deliveries"):
		url, _ := hooks(r.t, func(http.ResponseWriter, *http.Request) {})
		o = client.Options{Webhook: url}
	case c.method == "GET" || strings.HasSuffix(c.path, "/undo"):
		o = client.Options{}
	}
	j, err := r.jobs.SubmitBulk(ctx, "desk", everybody, map[string]any{"phone": c.id}, withAll(o))
	if err != nil {
		r.t.Fatal(err)
	}
	r.env["JOB"] = j.ID
	switch {
	case o.Webhook != "":
		delivered(r.t, r.jobs, j.ID)
	case o.RecordsPerSecond == nil:
		wait(r.t, r.jobs, j.ID)
	case strings.HasSuffix(c.path, "/resume"):
		_, err = r.jobs.Pause(ctx, j.ID)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// ofFile returns a job whose rows are kept.
func (r *curlRig) ofFile() client.Job {
	f, err := r.jobs.UploadFile(r.t.Context(), "desk", strings.NewReader("id,phone\n1,2\n"), client.FileOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	j, err := r.jobs.Submit(r.t.Context(), client.Submission{Model: "desk", File: f.ID, Match: []string{"id"}})
	if err != nil {
		r.t.Fatal(err)
	}
	return wait(r.t, r.jobs, j.ID)
}

// notUnique returns a job that failed for a record whose value is taken.
func (r *curlRig) notUnique() client.Job {
	for _, name := range []string{"a", "b"} {
		if _, err := r.jobs.CreateRecord(r.t.Context(), "mythic", map[string]any{"name": name}); err != nil {
			r.t.Fatal(err)
		}
	}
	j, err := r.jobs.SubmitBulk(r.t.Context(), "mythic", map[string]any{"name": map[string]any{"$in": []string{"a", "b"}}}, map[string]any{"domain": "example.org"}, client.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	return wait(r.t, r.jobs, j.ID)
}

func withAll(o client.Options) client.Options {
	o.AllowAll = true
	return o
}

// run runs the command of a call, which must succeed, and returns the answer.
func (r *curlRig) run(c shownCall) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "bash", "-e", "-c", `curl() { command curl -s -w '\n%{http_code}' "$@"; }; `+c.curl)
	cmd.Dir, cmd.Env = r.dir, os.Environ()
	for name, value := range r.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	end := strings.LastIndexByte(string(out), '\n')
	if err != nil || end < 0 || !strings.HasPrefix(string(out[end+1:]), "2") {
		r.t.Errorf("%s %s: %v\n%s\n%s", c.method, c.path, err, c.curl, out)
	}
	r.runs++
	return fmt.Sprint(string(out[:max(end, 0)]))
}
