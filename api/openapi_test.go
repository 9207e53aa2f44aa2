package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/openapi"
	"bulkpatch/api/openapitest"
	"bulkpatch/model"
)

// exchanges counts the requests and answers of all rigs that were compared with the
// OpenAPI document.
var exchanges openapitest.Tally

// reportExchanges ends the tests of the package.
func reportExchanges(code int) {
	fmt.Println(exchanges.String())
	for _, fault := range exchanges.Late() {
		fmt.Println(fault)
		code = max(code, 1)
	}
	os.Exit(code)
}

// A described is the document of some models.
type described struct {
	once     sync.Once
	text     []byte
	document *openapitest.Document
	err      error
}

// documents has the documents by models and whether there are surfaces.
var documents sync.Map

type source struct {
	models   *model.Registry
	surfaces int
}

// describe gives a config its document, and returns it to be compared with.
func describe(t testing.TB, c *api.Config) *openapitest.Document {
	t.Helper()
	v, _ := documents.LoadOrStore(source{c.Models, len(c.Surfaces)}, &described{})
	d := v.(*described)
	d.once.Do(func() {
		d.text, d.err = openapi.Build(openapi.Source{Models: c.Models, Surfaces: c.Surfaces})
		if d.err == nil {
			d.document, d.err = openapitest.Read(d.text, "uuid") // the ids of the fake store are none
		}
	})
	if d.err != nil {
		t.Fatal(d.err)
	}
	c.OpenAPI = d.text
	return d.document
}

// compareExchanges compares all that a client sends and receives with a document.
func compareExchanges(t testing.TB, client *http.Client, d *openapitest.Document) {
	teller := openapitest.NewTeller(t, &exchanges)
	client.Transport = &openapitest.Transport{
		Base: client.Transport, Tally: &exchanges,
		Of: func(*http.Request) (*openapitest.Document, func(string), string) { return d, teller.Tell, "" },
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	r := newRig(t)
	a := r.as("", "GET", "/openapi.json", "").want(200).header("Content-Type", "application/json")
	if !strings.HasPrefix(a.text, `{"openapi":"3.1.0"`) {
		t.Errorf("%.100s", a.text)
	}
	tag := a.Header.Get("ETag")
	if same := r.as("", "GET", "/openapi.json", "", "If-None-Match", tag).want(304); tag == "" || same.text != "" {
		t.Errorf("tag %q, %.100s", tag, same.text)
	}
	r.as("", "GET", "/openapi.json", "", "If-None-Match", `"other"`).want(200)
}

// TestDocumentsArePackedOnce reads the document and a page as they are and gzipped: as
// one that was made before it is asked for, a packed one says its length.
func TestDocumentsArePackedOnce(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/openapi.json", "/docs/guide", "/docs/search.json"} {
		plain := r.as("", "GET", path, "", "Accept-Encoding", "identity").want(200).header("Content-Encoding", "")
		for range 2 {
			packed := r.as("", "GET", path, "", "Accept-Encoding", "gzip").want(200)
			packed.header("Content-Length", strconv.Itoa(len(packed.text)))
			if packed.unpacked() != plain.text || !packed.varies() || !plain.varies() || packed.Header.Get("ETag") != plain.Header.Get("ETag") {
				t.Errorf("%s: %v, and gzipped %v", path, plain.Header, packed.Header)
			}
		}
		r.as("", "GET", path, "", "Accept-Encoding", "gzip", "If-None-Match", plain.Header.Get("ETag")).want(304).header("Content-Encoding", "")
		head := r.as("", "HEAD", path, "", "Accept-Encoding", "gzip").want(200).header("Content-Encoding", "gzip")
		if head.text != "" {
			t.Errorf("HEAD %s has a body", path)
		}
	}
}

// TestTheExamplesOfTheDocumentWork sends the example of each body, except to calls that
// are about a job or a key that there must be. A new customer comes first.
func TestTheExamplesOfTheDocumentWork(t *testing.T) {
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Surfaces = surfaces })
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(r.as("", "GET", "/openapi.json", "").want(200).text), &doc); err != nil {
		t.Fatal(err)
	}
	sent, made := 0, map[string]string{}
	for _, methods := range [][]string{{"post"}, {"patch", "put"}} {
		for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
			for _, method := range methods {
				query, body := exampleOf(t, doc.Paths[path][method])
				if body == "" || strings.Contains(path, "{job}") || strings.Contains(path, "{key}") {
					continue
				}
				if !strings.HasPrefix(path, "/v1/") || doc.Paths[path]["servers"] != nil {
					continue // a vendor's, whose commands are run with the whole program
				}
				list := strings.TrimSuffix(path, "/{id}")
				a := r.call(strings.ToUpper(method), strings.Replace(path, list+"/{id}", made[list], 1)+query, body)
				if sent++; a.StatusCode >= 300 {
					t.Errorf("%s %s with %s: %s", method, path, body, a.text)
				}
				if method == "post" {
					made[list] = a.Header.Get("Location")
				}
			}
		}
	}
	if sent < 15 {
		t.Errorf("only %d examples", sent)
	}
}

// TestTheDocumentSaysWhatMayBeEmpty makes each vendor's lists, and that of a surface
// without words of its own, with one parameter empty beside what is required.
func TestTheDocumentSaysWhatMayBeEmpty(t *testing.T) {
	own, problems := model.Check("loud.yaml", []byte(strings.Replace(loudModel, "  speaks: loud\n", "", 1)))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	models := model.Shipped().With(own)
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Models, c.Surfaces = models, surfaces })
	type parameter struct {
		Name, In                  string
		Example                   any
		Required, AllowEmptyValue bool
	}
	var doc struct {
		Paths map[string]struct {
			Servers []any
			Get     struct{ Parameters []parameter }
		}
	}
	if err := json.Unmarshal([]byte(r.as("", "GET", "/openapi.json", "").want(200).text), &doc); err != nil {
		t.Fatal(err)
	}
	answered := map[int]int{}
	for path, item := range doc.Paths {
		if item.Servers == nil || strings.Contains(path, "{id}") {
			continue // native, or for one customer
		}
		required := url.Values{}
		for _, p := range item.Get.Parameters {
			if p.Required && p.In == "query" {
				required.Set(p.Name, fmt.Sprint(p.Example))
			}
		}
		for _, p := range item.Get.Parameters {
			if p.In != "query" {
				continue
			}
			query := maps.Clone(required)
			query.Set(p.Name, "")
			a := r.call("GET", strings.Replace(path, "{workspace}", "main", 1)+"?"+query.Encode(), "")
			if answered[a.StatusCode]++; (a.StatusCode == 200) != p.AllowEmptyValue {
				t.Errorf("%s?%s: %d, and that it may be empty is %t in the document", path, query.Encode(), a.StatusCode, p.AllowEmptyValue)
			}
		}
	}
	if answered[200] < 50 || answered[400] < 5 || len(answered) > 2 {
		t.Errorf("the answers by status are %v", answered)
	}
}

// exampleOf returns the examples of a filter and a body that an operation has.
func exampleOf(t *testing.T, operation json.RawMessage) (query, body string) {
	t.Helper()
	type media map[string]struct{ Example json.RawMessage }
	var op struct {
		Parameters []struct {
			Name    string
			Content media
		}
		RequestBody struct{ Content media }
	}
	if operation == nil {
		return "", ""
	}
	if err := json.Unmarshal(operation, &op); err != nil {
		t.Fatal(err)
	}
	for _, p := range op.Parameters {
		if p.Name == "filter" && p.Content != nil {
			query = "?filter=" + url.QueryEscape(string(p.Content["application/json"].Example))
		}
	}
	return query, string(op.RequestBody.Content["application/json"].Example)
}
