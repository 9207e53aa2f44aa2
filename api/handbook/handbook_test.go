package handbook_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bulkpatch/api/handbook"
)

// A page is one that was read.
type page struct {
	ids   map[string]bool
	links []string
	text  string
}

// pagesOf returns the pages of a document.
func pagesOf(t *testing.T, document string) *handbook.Pages {
	t.Helper()
	return handbook.New([]byte(document))
}

func small(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// get asks for a page by its name.
func get(t *testing.T, p *handbook.Pages, name string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "/docs/"+name, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	found, err := p.Serve(w, r, name)
	if err != nil || !found {
		t.Fatalf("page %q: found %v, %v", name, found, err)
	}
	return w.Result()
}

// read reads a page. Each id on it must be the only one.
func read(t *testing.T, p *handbook.Pages, name string) page {
	t.Helper()
	answer := get(t, p, name)
	root, err := html.Parse(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := page{ids: map[string]bool{}}
	var text strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				if out.ids[a.Val] {
					t.Errorf("page %q has %s twice", name, a.Val)
				}
				out.ids[a.Val] = true
			case "href":
				out.links = append(out.links, a.Val)
			}
		}
	}
	out.text = text.String()
	return out
}

func TestEachCallIsShownWithAllThatItHas(t *testing.T) {
	p := read(t, pagesOf(t, small(t)), "jobs-more")
	for _, id := range []string{
		"submitJob", "submitJob.Idempotency-Key", "submitJob.filter", "submitJob.202.Location",
		"submitJob.body.patch", "submitJob.body.again", "object-Job", "Job.counts.matched", "jobEnded", "jobEnded.webhook-id", "jobEnded.body.type", "Job.items", "Job.choice.a",
	} {
		if !p.ids[id] {
			t.Errorf("there is no %s", id)
		}
	}
	for _, text := range []string{
		"Submit <an> update", "1 to 255 characters", `one of "queued", "running"`, "at least 0", "integer or null", "0 if not given",
		"string or object", "list of object", "at most 3 items", "needs a value in owner, else right_needs_owner", "empty_patch: The patch is empty. Name a field.", "Makes one job.",
		"POST to your server, type job.ended", "POST /your/path HTTP/1.1\nContent-Type: application/json\nwebhook-id: j.succeeded", "What to answer", "default It is sent again.",
	} {
		if !strings.Contains(p.text, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

// TestAComponentWithATagHasThePageOfTheTag, and a tag with neither calls nor components
// has no page.
func TestAComponentWithATagHasThePageOfTheTag(t *testing.T) {
	all := pagesOf(t, small(t))
	if !read(t, all, "shared").ids["object-Large"] || read(t, all, "jobs-more").ids["object-Large"] {
		t.Error("the component is not on the page of its tag alone")
	}
	if found, err := all.Serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/docs/nothing", nil), "nothing"); found || err != nil {
		t.Errorf("a tag of nothing has a page: %v, %v", found, err)
	}
}

func TestEveryLinkOfThePagesLeadsSomewhere(t *testing.T) {
	all := pagesOf(t, small(t))
	read := map[string]page{"": read(t, all, ""), "guide": read(t, all, "guide"), "jobs-more": read(t, all, "jobs-more"), "other": read(t, all, "other"), "shared": read(t, all, "shared")}
	links := 0
	for name, p := range read {
		for _, link := range p.links {
			at, err := url.Parse(link)
			if err != nil {
				t.Errorf("page %q links to %q: %v", name, link, err)
				continue
			}
			to := strings.TrimPrefix(strings.TrimPrefix(at.Path, "/docs"), "/")
			if at.Path == "" {
				to = name
			} else if at.Host != "" || strings.HasPrefix(to, "assets/") || !strings.HasPrefix(at.Path, "/docs") {
				continue
			}
			links++
			if target, ok := read[to]; !ok || at.Fragment != "" && !target.ids[at.Fragment] {
				t.Errorf("page %q links to %q", name, link)
			}
		}
	}
	if links < 50 {
		t.Errorf("found only %d links", links)
	}
}

// TestCurlSendsWhatTheDocumentSays runs the command of a page with a curl that prints its
// arguments.
func TestCurlSendsWhatTheDocumentSays(t *testing.T) {
	p := read(t, pagesOf(t, small(t)), "jobs-more")
	from := strings.Index(p.text, "curl ")
	command, _, found := strings.Cut(p.text[from:], "\nParameters")
	if !found {
		t.Fatal("the page has no command")
	}
	cmd := exec.Command("bash", "-c", `curl() { printf '%s\n' "$@"; }; `+command)
	cmd.Env = append(os.Environ(), "BULKPATCH_SERVER=http://server", "BULKPATCH_KEY=a key")
	out, err := cmd.Output()
	want := "http://server/v1/jobs\n-H\nAuthorization: Bearer a key\n-H\nContent-Type: application/json\n-d\n" +
		`{"patch":{"name":"it's $HOME ` + "`x`" + ` \"é\""}}` + "\n--url-query\n" + `filter={"name":"O'Neil & Co"}` + "\n"
	if err != nil || string(out) != want {
		t.Errorf("%v: curl gets\n%s\nin place of\n%s", err, out, want)
	}
	other := read(t, pagesOf(t, small(t)), "other")
	for _, command := range []string{
		`curl -N "$BULKPATCH_SERVER/v1/jobs/$JOB/events"`,
		`curl -X POST "$BULKPATCH_SERVER/v1/jobs/$JOB/cancel"`,
	} {
		if !strings.Contains(other.text, command) {
			t.Errorf("there is no %s:\n%s", command, other.text)
		}
	}
}

// TestTheSearchHasEachThingOnce: what several calls share is one find, a call has its
// title, and a field the code of records that lack what it needs.
func TestTheSearchHasEachThingOnce(t *testing.T) {
	var entries []map[string]string
	if err := json.NewDecoder(get(t, pagesOf(t, small(t)), "search.json").Body).Decode(&entries); err != nil {
		t.Fatal(err)
	}
	texts := map[string][]string{}
	for _, e := range entries {
		texts[e["k"]+" "+e["t"]] = append(texts[e["k"]+" "+e["t"]], e["a"]+"|"+e["x"])
	}
	for name, want := range map[string]string{
		"Call Submit <an> update": "POST /v1/jobs submitJob|POST /v1/jobs Needs `customers:write`.",
		"Webhook A job has ended": "POST job.ended jobEnded webhook callback notification|POST job.ended It is signed.",
		"Parameter webhook-id":    "|POST job.ended: Of the end.",
		"Parameter job":           "|POST /v1/jobs/{job}/cancel and 1 more: Its id.",
		"Field right":             "|Job: right_needs_owner What it may do.",
	} {
		if got := texts[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is found as %q", name, got)
		}
	}
	for name, word := range map[string]string{
		"Keys and scopes": "authentication", "Lists": "pagination", "One record": "optimistic locking", "Export and import": "bulk create",
		"Other languages": "python",
	} {
		if got := texts["Guide "+name]; len(got) != 1 || !strings.Contains(got[0], word) {
			t.Errorf("%s does not lead to %s, but to %q", word, name, got)
		}
	}
}

func TestADocumentCannotPutAnythingIntoThePages(t *testing.T) {
	body, err := io.ReadAll(get(t, pagesOf(t, small(t)), "").Body)
	if err != nil || strings.Contains(string(body), "<script>") {
		t.Errorf("%v: a description became a script:\n%s", err, body)
	}
}

// TestAnyDocumentIsShownWithinBounds reads documents that are deep, wide or go in circles.
func TestAnyDocumentIsShownWithinBounds(t *testing.T) {
	const around = `{"openapi":"3.1.0","paths":{"/a":{"get":{"operationId":"a","responses":{"200":{"description":"x","content":{"application/json":{"schema":%s}}}}}}},"components":{"schemas":%s}}`
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, 300) + `{}` + strings.Repeat(`}}`, 300)
	var wide, tree strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&wide, `"f%d":{"type":"string"},`, i)
	}
	for i := range 30 { // each refers to the next one twice
		fmt.Fprintf(&tree, `"T%d":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/T%d"},"b":{"$ref":"#/components/schemas/T%d"}}},`, i, i+1, i+1)
	}
	for name, document := range map[string]string{
		"deep":    fmt.Sprintf(around, deep, "{}"),
		"wide":    fmt.Sprintf(around, `{"type":"object","properties":{`+strings.TrimSuffix(wide.String(), ",")+`}}`, "{}"),
		"circles": fmt.Sprintf(around, `{"$ref":"#/components/schemas/A"}`, `{"A":{"type":"object","properties":{"b":{"$ref":"#/components/schemas/B"}}},"B":{"type":"array","items":{"$ref":"#/components/schemas/A"}}}`),
		"tree":    fmt.Sprintf(around, `{"$ref":"#/components/schemas/T0"}`, `{`+tree.String()+`"T30":{"type":"string"}}`),
		"enum":    fmt.Sprintf(around, `{"type":"object","properties":{"e":{"enum":[0`+strings.Repeat(",1", 50_000)+`]}}}`, "{}"),
	} {
		body, err := io.ReadAll(get(t, pagesOf(t, document), "other").Body)
		if err != nil || len(body) > 300_000 || !strings.Contains(string(body), "/v1/jobs") && !strings.Contains(string(body), ">/a<") {
			t.Errorf("%s: %d bytes, %v", name, len(body), err)
		}
	}
}

func TestWhatIsNoDocumentHasNoPages(t *testing.T) {
	for _, text := range []string{"", "[]", `{"paths":{"/a":{"get":1}}}`, `{"paths":1}`} {
		found, err := pagesOf(t, text).Serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/docs", nil), "")
		if err == nil || found {
			t.Errorf("%q has pages", text)
		}
	}
}

func TestAPageIsSentOnce(t *testing.T) {
	p := pagesOf(t, small(t))
	first := get(t, p, "guide")
	tag := first.Header.Get("ETag")
	if again := get(t, p, "guide", "If-None-Match", tag); tag == "" || again.StatusCode != http.StatusNotModified {
		t.Errorf("the page with the tag %q is answered %d again", tag, again.StatusCode)
	}
	if policy := first.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") {
		t.Errorf("the policy is %q", policy)
	}
	if found, err := p.Serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/docs/x", nil), "x"); found || err != nil {
		t.Errorf("a page that does not exist: %v, %v", found, err)
	}
}
