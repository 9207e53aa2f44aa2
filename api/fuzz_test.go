package api_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A fuzzRig serves requests without a network. Its store keeps one customer and
// one job, whatever the requests before did.
type fuzzRig struct {
	*rig
	calls   []api.Call
	handler http.Handler
	admin   string
}

func newFuzzRig(f *testing.F) *fuzzRig {
	r := &fuzzRig{}
	r.rig = newRig(f, withSurfaces(f), func(c *api.Config) {
		r.calls = api.Calls(c.Models, c.Surfaces)
		r.handler = api.New(*c)
	})
	r.admin = r.rig.admin
	return r
}

// send sends a request as it would come over the network: a line with method
// and target, header lines, and a body. A text that is no such request is not
// answered: ok is false.
func (r *fuzzRig) send(method, target, headers, body string) (answer *httptest.ResponseRecorder, ok bool) {
	text := method + " " + target + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + r.admin + "\r\n" + headers + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil || req.ContentLength != int64(len(body)) {
		return nil, false
	}
	r.reset()
	answer = httptest.NewRecorder()
	r.handler.ServeHTTP(answer, req)
	return answer, true
}

// reset brings the store back to where it was.
func (r *fuzzRig) reset() {
	defer r.store.lock()()
	r.store.records, r.store.options = map[string]map[string]model.Record{}, map[string]map[string][]string{}
	values := make([]any, len(r.desk.Fields))
	values[r.desk.Role(model.RoleID).Index], values[r.desk.Role(model.RoleVersion).Index] = int64(1), int64(1)
	r.store.records[table(r.main, r.desk)] = map[string]model.Record{"1": {RID: 1, Values: values}}
	one := int64(1)
	r.store.jobs = map[string]job.Job{"job": {ID: "job", Model: "desk", Workspace: "main", State: job.Succeeded, Matched: &one, ExpiresAt: r.clock.now().AddDate(1, 0, 0)}}
	r.store.order = []string{"job"}
	r.store.byKey, r.store.jobByKey = map[string]job.Once{}, map[string]string{}
	r.store.submitted, r.store.callers, r.store.listed, r.store.followed, r.store.batches = nil, nil, nil, nil, nil
	for secret, k := range r.store.keys {
		if k.ID > 4 {
			delete(r.store.keys, secret)
		} else if k.RevokedAt != nil {
			k.RevokedAt = nil
			r.store.keys[secret] = k
		}
	}
}

// checkAnswer holds an answer against what every answer promises: no server
// error, a request id, and an error that a caller can read.
func checkAnswer(t *testing.T, c api.Call, a *httptest.ResponseRecorder) {
	t.Helper()
	text := a.Body.String()
	if a.Code >= 500 || a.Header().Get("X-Request-Id") == "" {
		t.Fatalf("%s %s: %d %.300s", c.Method, c.Path, a.Code, text)
	}
	if a.Code < 400 || strings.HasPrefix(c.Path, "/admin") {
		return
	}
	if len(text) > 256<<10 || !json.Valid([]byte(text)) {
		t.Fatalf("%s %s: %d with %d bytes: %.300q", c.Method, c.Path, a.Code, len(text), text)
	}
	var p struct {
		Status int
		Code   string
		Errors []json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &p); c.Vendor == "" && (err != nil || p.Status != a.Code || p.Code == "" || len(p.Errors) > 100) {
		t.Fatalf("%s %s: %d %.300s", c.Method, c.Path, a.Code, text)
	}
}

// FuzzRequest sends anything to any call, as the admin of a workspace.
func FuzzRequest(f *testing.F) {
	r := newFuzzRig(f)
	close(r.stop) // calls that wait then answer at once, and imports end
	for i, c := range r.calls {
		f.Add(uint16(i), "1", "", "", `{"firstName":"Ana"}`)
		if c.Vendor == "" && strings.Contains(c.Path, "/desk/") || strings.HasPrefix(c.Path, "/v1/jobs") {
			f.Add(uint16(i), "job", active+"&sort=-id&limit=7&cursor=0&dryRun=true&fields=id", "If-Match: \"1\"\r\nPrefer: wait=1\r\n", `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"Lead"}}`)
		}
	}
	const form = "Content-Type: application/x-www-form-urlencoded\r\n"
	for i, c := range r.calls {
		if strings.HasPrefix(c.Path, "/admin/") {
			f.Add(uint16(i), "1", "q=job&filter=%7B%22$and%22:[%7B%22a%22:1%7D]%7D&cursor=%00&id=1&patch=%7B%7D&model=desk&op=$eq&field=state&value=x", "Accept: text/html\r\n"+form,
				"once=1&model=desk&filter=%7B%22id%22:%7B%22$nin%22:[1]%7D%7D&shown=1&kept=1&without=1&do:jobTitle=set&to:jobTitle=Lead&further=%7B%7D&version=1&f.firstName=%ff&overlap=0&rate=1e400&seen=0&number=0")
			f.Add(uint16(i), "desk", "q=%ff%00&state=open&since=9999-99-99&count=exact&format=csv&outcome=updated&pointer=record&preview=job&on=true&reason=%E2%80%AE", "Accept: text/html\r\n"+form,
				"once=%00&model=%ff&patch=%5B&part=1&follow=job&compute=1&name=%00&rights=scopes&scope=admin&ends=day&day=0000-00-00&w.phone=1&n.phone=1&j.phone=1&f.phone=%5B")
			f.Add(uint16(i), "job", "", form, "remove=1&code=unique&pointer=/x&skipped=1&confirmToken=x&matched=9223372036854775808&maxAffected=-1&recordsPerSecond=1e999&note=%00")
		}
	}
	f.Add(uint16(0), "%00", "since=2026-01-01T00:00:00Z&since=x", "Content-Encoding: gzip\r\n", gzipped(`{}`))
	f.Fuzz(func(t *testing.T, n uint16, segment, query, headers, body string) {
		c := r.calls[int(n)%len(r.calls)]
		if strings.HasSuffix(c.Path, "/import") || strings.HasSuffix(c.Path, "/files") && c.Method == "POST" {
			return // they end when the process stops; see FuzzImport, and FuzzFiles of model/table
		}
		a, ok := r.send(c.Method, filledPath(c.Path, segment)+"?"+query, headers, body)
		if !ok {
			return
		}
		if strings.Trim(segment, ".") == "" || strings.ContainsAny(segment, "/?#") {
			c.Vendor = "any" // the path may be another call's
		}
		checkAnswer(t, c, a)
	})
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// filledPath puts a text into each segment that names something.
func filledPath(path, segment string) string {
	return placeholder.ReplaceAllLiteralString(strings.TrimSuffix(path, "{$}"), segment)
}

// What headers may say, in other words than the program's.
var (
	soundKey     = regexp.MustCompile(`^[!-~]{1,255}$`)
	soundTag     = regexp.MustCompile(`^"\+?0*[1-9][0-9]{0,17}"$`)
	soundRequest = regexp.MustCompile(`^[-A-Za-z0-9._:]{1,128}$`)
	tagAtEdge    = regexp.MustCompile(`^"\+?0*[0-9]{19,}"$`) // may be more than an int64 holds
)

// FuzzHeaders sends anything in the headers that say how to make a change.
func FuzzHeaders(f *testing.F) {
	r := newFuzzRig(f)
	close(r.stop)
	f.Add("k", `"1"`, "wait=1, respond-async", `"1", W/"2"`, "7", "id")
	f.Add(strings.Repeat("k", 256), "*", "wait=99999999999999999999;x=\"", "*", "-1", strings.Repeat("r", 129))
	f.Add("é", `W/"1"`, ",;=", `"`, "\xff", "a b")
	f.Fuzz(func(t *testing.T, key, match, prefer, none, event, request string) {
		lines := "Idempotency-Key: " + key + "\r\nIf-Match: " + match + "\r\nPrefer: " + prefer + "\r\nX-Request-Id: " + request + "\r\n"
		if strings.ContainsAny(key+match+prefer+none+event+request, "\r\n") {
			return // another header: FuzzRequest has them
		}
		a, ok := r.send("PATCH", "/v1/desk/customers/1", lines, leadPatch)
		if !ok {
			return
		}
		checkAnswer(t, api.Call{}, a)
		trim := func(text string) string { return strings.Trim(text, " \t") }
		key, match, request = trim(key), trim(match), trim(request)
		if tagAtEdge.MatchString(match) || len(lines) > api.MaxHeaders-200 {
			return
		}
		sound := soundKey.MatchString(key) && (match == "*" || soundTag.MatchString(match))
		if sound != (a.Code == http.StatusAccepted || a.Code == http.StatusOK) {
			t.Fatalf("key %q, If-Match %q: %d %s", key, match, a.Code, a.Body)
		}
		if echoed := a.Header().Get("X-Request-Id") == request; echoed != soundRequest.MatchString(request) {
			t.Fatalf("the request id %q was answered with %q", request, a.Header().Get("X-Request-Id"))
		}
		for path, header := range map[string]string{"/v1/desk/customers/1": "If-None-Match: " + none, "/v1/jobs/job/events": "Last-Event-ID: " + event} {
			if a, ok := r.send("GET", path, header+"\r\n", ""); ok {
				checkAnswer(t, api.Call{}, a)
			}
		}
	})
}

// FuzzConfirmToken sends anything as the token of a preview. Only the token that
// the preview gave confirms it.
func FuzzConfirmToken(f *testing.F) {
	r := newFuzzRig(f)
	token := r.call("PATCH", "/v1/desk/customers?dryRun=true&"+active, leadPatch).want(200).json()["confirmToken"].(string)
	other := r.call("PATCH", "/v1/desk/customers?dryRun=true&"+active, `{"jobTitle":"x"}`).want(200).json()["confirmToken"].(string)
	for _, seed := range []string{token, other, token[:20], token + "=", token + "\n", token[:len(token)-1] + "x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		text, err := json.Marshal(given)
		if err != nil {
			return
		}
		var sent string // with U+FFFD for what is no UTF-8
		if err := json.Unmarshal(text, &sent); err != nil {
			t.Fatal(err)
		}
		body := `{"model":"desk","filter":{"state":"active"},"patch":` + leadPatch + `,"options":{"confirmToken":` + string(text) + `}}`
		a, ok := r.send("POST", "/v1/jobs", "", body)
		if !ok {
			t.Fatal("the request was not sent")
		}
		if accepted := a.Code == http.StatusAccepted; accepted != (sent == token) || !accepted && a.Code >= 500 {
			t.Fatalf("the token %q instead of %q: %d %s", sent, token, a.Code, a.Body)
		}
	})
}

// FuzzImport sends any table. The four counts add up to the lines, the faults are
// in the order of their lines, and a gzipped table is read like the table.
func FuzzImport(f *testing.F) {
	r := newFuzzRig(f)
	for _, seed := range []string{"id,firstName\n1,Ana\n2,\n", "sep=;\nid;state\n1;active\nx;y\n", "\"id\",\"notes\"\r\n\"1\",\"a\nb\n", "\xff\xfei\x00d\x00\n\x001\x00", ",\n,\n"} {
		f.Add("text/csv", "{}", seed)
	}
	f.Add("text/csv", `{"a":null,"b":"firstName"}`, "id|a|b\n1|2|3\n")
	for _, seed := range []string{"{\"id\":1,\"firstName\":\"Ana\"}\n{}\n", "{\"id\":1}\r\n\n{\"id\":\"x\"}\n[1]\n{", "\xef\xbb\xbf{\"state\":\"\\ud800\",\"id\":1e400}", "{\"custom\":{\"a\":[{}]},\"version\":null}"} {
		f.Add("application/x-ndjson", "{}", seed)
	}
	f.Fuzz(func(t *testing.T, media, columns, body string) {
		target := "/v1/desk/import?" + url.Values{"columns": {columns}}.Encode()
		a, ok := r.send("POST", target, "Content-Type: "+media+"\r\n", body)
		if !ok {
			return
		}
		checkAnswer(t, api.Call{}, a)
		if packed, _ := r.send("POST", target, "Content-Type: "+media+"\r\nContent-Encoding: gzip\r\n", gzipped(body)); packed.Code != a.Code || a.Code == 200 && packed.Body.String() != a.Body.String() {
			t.Fatalf("%q: %d %s\ngzipped: %d %s", body, a.Code, a.Body, packed.Code, packed.Body)
		}
		if a.Code != http.StatusOK {
			return
		}
		var report struct {
			Lines, Inserted, Updated, Unchanged, Failed int64
			Errors                                      []struct{ Line, ToLine int64 }
		}
		if err := json.Unmarshal(a.Body.Bytes(), &report); err != nil {
			t.Fatal(err)
		}
		if report.Inserted+report.Updated+report.Unchanged+report.Failed != report.Lines || len(report.Errors) > 100 {
			t.Fatalf("%q: %s", body, a.Body)
		}
		for i, e := range report.Errors {
			if e.ToLine < e.Line || i > 0 && e.Line < report.Errors[i-1].Line {
				t.Fatalf("%q: %s", body, a.Body)
			}
		}
	})
}

// FuzzPacked sends any bytes as gzip. What is no gzip is refused, and what is
// taken counts as what it unpacks to.
func FuzzPacked(f *testing.F) {
	r := newFuzzRig(f)
	whole := gzipped(leadPatch)
	for _, seed := range []string{whole, whole[:len(whole)-1], whole + "x", whole + whole, gzipped(`{"jobTitle":`) + gzipped(`"Lead"}`), "", "\x1f\x8b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, packed string) {
		a, ok := r.send("PATCH", "/v1/desk/customers/1", "Content-Encoding: gzip\r\n", packed)
		if !ok {
			t.Fatal("the request was not sent")
		}
		checkAnswer(t, api.Call{}, a)
		text, err := ungzipped(packed)
		if err != nil || len(text) > 1<<20 {
			if a.Code < 400 {
				t.Fatalf("%q unpacks to no body (%v): %d %s", packed, err, a.Code, a.Body)
			}
			return
		}
		// The program may be stricter than this package, which ignores the reserved flags.
		strict := strings.Contains(a.Body.String(), "invalid_gzip")
		if plain, _ := r.send("PATCH", "/v1/desk/customers/1", "", text); plain.Code != a.Code && !strict {
			t.Fatalf("%q: %d %s\nunpacked: %d %s", packed, a.Code, a.Body, plain.Code, plain.Body)
		}
	})
}

// ungzipped unpacks a text of one part or several.
func ungzipped(packed string) (string, error) {
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(r, 4<<20))
	return string(text), err
}
