package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

const csvType = "text/csv; charset=utf-8"

func TestImportSkipsBadLinesAndNamesThem(t *testing.T) {
	r := newRig(t)
	body := "\xef\xbb\xbf" + `{"id":7,"firstName":"Ana","createdAt":"2020-01-02T03:04:05Z","numTickets":3}` + "\r\n" +
		"\n" +
		`{"id":8,"firstName":8}` + "\n" +
		`{"id":9,"firstName":"` + strings.Repeat("x", 1<<20) + `"}` + "\n" +
		"nonsense\n" +
		`{"id":7,"firstName":"Anna"}` // no line feed at the end
	a := r.call("POST", "/v1/desk/import", body, "Content-Type", "application/x-ndjson").want(200).json()
	if a["inserted"] != 1.0 || a["updated"] != 1.0 || a["failed"] != 3.0 {
		t.Errorf("%v", a)
	}
	var lines []float64
	for _, e := range a["errors"].([]any) {
		lines = append(lines, e.(map[string]any)["line"].(float64))
	}
	if fmt.Sprint(lines) != "[3 4 5]" {
		t.Errorf("lines %v", lines)
	}
	rec := r.call("GET", "/v1/desk/customers/7", "").want(200).json()
	if rec["firstName"] != "Anna" || rec["createdAt"] != "2020-01-02T03:04:05Z" || rec["numTickets"] != 3.0 || rec["version"] != 2.0 {
		t.Errorf("%v", rec)
	}
}

func TestAnImportThatOnlyUpdatesNamesFileJobs(t *testing.T) {
	r := newRig(t)
	send := func(body string) any {
		return r.call("POST", "/v1/desk/import", body, "Content-Type", csvType).want(200).json()["hint"]
	}
	if hint := send("id,firstName\n1,Ana\n"); hint != nil {
		t.Errorf("for a new customer: %v", hint)
	}
	if hint, _ := send("id,firstName\n1,Anna\n").(string); !strings.Contains(hint, "file job") {
		t.Errorf("for an update: %q", hint)
	}
}

func TestImportOfCSV(t *testing.T) {
	r := newRig(t)
	body := "\xef\xbb\xbfid,firstName,notes,trusted\r\n" +
		"1,\"Ana \"\"A\"\"\",\"two\r\nlines, yes\",true\r\n" +
		"2,Bo\r\n" +
		"\r\n" +
		"3,a\"b,,\n" +
		"4,Di,,maybe\n" +
		"5,=1+1,,false\n" +
		"6,\"open"
	a := r.call("POST", "/v1/desk/import", body, "Content-Type", csvType).want(200)
	if v := a.json(); v["inserted"] != 2.0 || v["failed"] != 4.0 {
		t.Errorf("%s", a.text)
	}
	for _, line := range []string{`"line":4,`, `"line":6,`, `"line":7,`, `"line":9,`} {
		if !strings.Contains(a.text, line) {
			t.Errorf("no %s in %s", line, a.text)
		}
	}
	rec := r.call("GET", "/v1/desk/customers/1", "").want(200).json()
	if rec["firstName"] != `Ana "A"` || rec["notes"] != "two\r\nlines, yes" || rec["trusted"] != true {
		t.Errorf("%v", rec)
	}
	r.call("POST", "/v1/desk/import", "id,firstName\n1,\n", "Content-Type", csvType).want(200)
	if rec := r.call("GET", "/v1/desk/customers/1", "").json(); rec["firstName"] != nil || rec["trusted"] != true {
		t.Errorf("an empty cell did not clear: %v", rec)
	}
}

func TestARowOfSeveralLinesIsNamedByItsFirstAndLast(t *testing.T) {
	r := newRig(t)
	body := "id,notes,trusted\n1,\"a\nb\nc\",maybe\n2,\"a\nb\",true\n"
	a := r.call("POST", "/v1/desk/import", body, "Content-Type", csvType).want(200)
	if v := a.json(); v["failed"] != 1.0 || !strings.Contains(a.text, `"line":2,"toLine":4,`) {
		t.Errorf("%s", a.text)
	}
}

func TestImportWithoutAHeaderIsRefused(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{"", "\n\n", "id,\"x", "id,id\n1,2\n"} {
		if a := r.call("POST", "/v1/desk/import", body, "Content-Type", csvType); a.StatusCode != 400 {
			t.Errorf("%q: %d %s", body, a.StatusCode, a.text)
		}
	}
}

func TestImportReportsTheFirstHundredErrors(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/desk/import", strings.Repeat("no\n", 2500), "Content-Type", "application/x-ndjson").want(200).json()
	if a["failed"] != 2500.0 || len(a["errors"].([]any)) != 100 {
		t.Errorf("%v failed, %d named", a["failed"], len(a["errors"].([]any)))
	}
}

// people writes n lines.
func people(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":%d,"firstName":"P"}`+"\n", i+1)
	}
	return b.String()
}

func TestImportGoesInBatches(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/desk/import", people(2500), "Content-Type", "application/x-ndjson").want(200).json()
	if a["inserted"] != 2500.0 || fmt.Sprint(r.store.batches) != "[1000 1000 500]" {
		t.Errorf("%v in batches %v", a, r.store.batches)
	}
	if a := r.call("POST", "/v1/desk/import", "", "Content-Type", "application/x-ndjson").want(200).text; a != `{"lines":0,"inserted":0,"updated":0,"unchanged":0,"failed":0,"errors":[]}`+"\n" {
		t.Errorf("%s", a)
	}
}

func TestImportThatTheStoreStopsTellsHowFarItCame(t *testing.T) {
	r := newRig(t)
	batches := 0
	r.store.onImport = func(context.Context) error {
		if batches++; batches == 2 {
			return job.ErrStorageFull
		}
		return nil
	}
	body, feed := io.Pipe() // a caller who never ends
	go func() {
		_, _ = io.WriteString(feed, people(3000))
	}()
	resp, err := r.start(context.Background(), r.admin, "POST", "/v1/desk/import", body, "Content-Type", "application/x-ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 507 || !strings.Contains(string(text), "Lines up to 1000 were imported.") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	feed.Close()
	body.Close()
}

func TestImportThatBreaksOffKeepsWhatWasCommitted(t *testing.T) {
	r := newRig(t)
	committed := make(chan struct{}, 10)
	r.store.onImport = func(context.Context) error { committed <- struct{}{}; return nil }
	body, feed := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = r.start(ctx, r.admin, "POST", "/v1/desk/import", body, "Content-Type", "application/x-ndjson")
	}()
	_, _ = io.WriteString(feed, people(1500)+`{"id":99999,"firstN`)
	<-committed
	cancel()
	feed.CloseWithError(io.ErrUnexpectedEOF)
	<-done
	r.log.until("path=/v1/desk/import")
	if n := r.call("GET", "/v1/desk/customers?count=true&limit=1", "").json()["count"]; n != 1000.0 {
		t.Errorf("%v records", n)
	}
}

// TestRowsWithoutAnIDComeAfterAllOthers mixes rows with and without an id, in
// both formats: the latter are stored last, and what is wrong with them is told
// in the order of the lines.
func TestRowsWithoutAnIDComeAfterAllOthers(t *testing.T) {
	var mixed, cells, plain strings.Builder
	cells.WriteString("id,title,address\n")
	plain.WriteString("title,address\n")
	for i := range 1500 {
		fmt.Fprintf(&mixed, `{"title":"none","address":["a"]}`+"\n"+`{"id":%d,"title":"id","address":["a"]}`+"\n", 5000+i)
		fmt.Fprintf(&cells, `,none,"[""a""]"`+"\n"+`%d,id,"[""a""]"`+"\n", 5000+i)
		plain.WriteString(`none,"[""a""]"` + "\n")
	}
	for name, test := range map[string]struct {
		format, body string
		batches      string
		status       string // of the batches, whether they are of rows with an id
	}{
		"NDJSON":                    {"application/x-ndjson", mixed.String() + `{"title":"lacks an address"}` + "\n" + `{"id":9000,"title":"lacks one, too"}`, "[500 500 500 1 1000 500]", "true true true true false false"},
		"CSV":                       {csvType, cells.String(), "[500 500 500 1000 500]", "true true true false false"},
		"CSV without an id column":  {csvType, plain.String(), "[1000 500]", "false false"},
		"NDJSON without any id":     {"application/x-ndjson", strings.Repeat(`{"title":"none","address":["a"]}`+"\n", 1200), "[1000 200]", "false false"},
		"NDJSON with all in a line": {"application/x-ndjson", `{"title":"none","address":["a"]}`, "[1]", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			var withID []string
			r.store.onDrafts = func(drafts []model.Draft) {
				for _, d := range drafts {
					if (d.ID == nil) != (drafts[0].ID == nil) || d.Actor == 0 {
						t.Errorf("a batch mixes %v and %v, of %d", d.ID, drafts[0].ID, d.Actor)
					}
				}
				withID = append(withID, fmt.Sprint(drafts[0].ID != nil))
			}
			a := r.call("POST", "/v1/accounts/import", test.body, "Content-Type", test.format).want(200)
			if fmt.Sprint(r.store.batches) != test.batches || strings.Join(withID, " ") != test.status {
				t.Errorf("batches %v, with an id %v", r.store.batches, withID)
			}
			v := a.json()
			if v["lines"] != v["inserted"].(float64)+v["updated"].(float64)+v["unchanged"].(float64)+v["failed"].(float64) {
				t.Errorf("%s", a.text)
			}
			if name == "NDJSON" && (v["failed"] != 2.0 || !strings.Contains(a.text, `"errors":[{"line":3001,"toLine":3001,"detail":"/address: `) || !strings.Contains(a.text, `{"line":3002,"toLine":3002,`)) {
				t.Errorf("%s", a.text)
			}
		})
	}
}

// TestAnInterruptedImportSaysHowFarItCame breaks imports off in several ways.
func TestAnInterruptedImportSaysHowFarItCame(t *testing.T) {
	without := strings.Repeat(`{"firstName":"N"}`+"\n", 500)
	for name, test := range map[string]struct {
		body    string
		stop    int // batch at which the process stops
		fault   int // batch that meets a fault
		err     error
		status  int
		reached string
	}{
		"by a stop":                           {people(3000), 2, 0, nil, 503, " Lines up to 1000 were imported."},
		"by a fault that nobody foresaw":      {people(3000), 0, 2, io.ErrNoProgress, 500, " Lines up to 1000 were imported."},
		"by a database that is gone":          {without + people(3000), 0, 3, job.ErrUnavailable, 503, " Lines up to 2000 were imported; none without an id were."},
		"before the first line":               {people(1), 0, 1, job.ErrUnavailable, 503, " No line was imported."},
		"among the lines without an id":       {people(100) + strings.Repeat(without, 3), 0, 3, job.ErrUnavailable, 503, " Lines up to 1600 were imported; of those without an id, lines up to 1100 were."},
		"before the lines without an id come": {people(100) + without, 0, 2, job.ErrUnavailable, 503, " Lines up to 600 were imported; none without an id were."},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			batches := 0
			r.store.onImport = func(context.Context) error {
				if batches++; batches == test.stop {
					close(r.stop)
				}
				if batches == test.fault {
					return test.err
				}
				return nil
			}
			body, feed := io.Pipe() // a caller who ends only where all is to be read
			go func() {
				_, _ = io.WriteString(feed, test.body)
				if test.stop == 0 {
					feed.Close()
				}
			}()
			defer feed.Close()
			resp, err := r.start(context.Background(), r.admin, "POST", "/v1/desk/import", body, "Content-Type", "application/x-ndjson")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var told struct{ Detail string }
			_ = json.NewDecoder(resp.Body).Decode(&told)
			if resp.StatusCode != test.status || !strings.HasSuffix(told.Detail, test.reached) && test.stop == 0 || !strings.Contains(told.Detail, " were imported") && test.stop > 0 {
				t.Errorf("%d %s", resp.StatusCode, told.Detail)
			}
		})
	}
}

func TestExportComesBackThroughImport(t *testing.T) {
	for _, format := range []string{"application/x-ndjson", "text/csv"} {
		t.Run(format, func(t *testing.T) {
			r := newRig(t)
			r.customer(`{"firstName":"=SUM(1,2)","notes":" two\r\nlines \"q\" ","trusted":true,"company":{"id":7,"type":"companies"},"state":"active"}`)
			r.customer(`{"firstName":"Zoë","address":"+1, @x"}`)
			r.customer(`{"firstName":"-1"}`)
			export := r.call("GET", "/v1/desk/export", "", "Accept", format+";q=0.9, text/html").want(200)
			if !strings.HasPrefix(export.Header.Get("Content-Type"), format) {
				t.Errorf("Content-Type %q", export.Header.Get("Content-Type"))
			}
			before := r.call("GET", "/v1/desk/customers", "").text
			other := newRig(t)
			a := other.call("POST", "/v1/desk/import", export.text, "Content-Type", format).want(200)
			if a.json()["inserted"] != 3.0 {
				t.Fatalf("%s\n%s", a.text, export.text)
			}
			if after := other.call("GET", "/v1/desk/customers", "").text; after != before {
				t.Errorf("before %s\nafter  %s", before, after)
			}
			if one := r.call("GET", "/v1/desk/export?filter=%7B%22trusted%22:true%7D", "").want(200).text; strings.Count(one, "\n") != 1 {
				t.Errorf("filtered: %s", one)
			}
		})
	}
}

func TestAnExportHasTheFieldsThatAreAskedFor(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana","lastName":"Cruz","notes":""}`)
	for accept, want := range map[string]string{
		"text/csv":             "id,firstName,notes,version\r\n1,Ana,\"\",1\r\n",
		"application/x-ndjson": `{"id":1,"version":1,"firstName":"Ana","notes":""}` + "\n",
	} {
		if got := r.call("GET", "/v1/desk/export?fields=firstName,notes", "", "Accept", accept).want(200).text; got != want {
			t.Errorf("%s: %q", accept, got)
		}
	}
	if said := r.call("GET", "/v1/desk/export?fields=wings", "").want(400).text; !strings.Contains(said, `\"wings\" is no field of desk`) {
		t.Errorf("an unknown field is said as %s", said)
	}
}

func TestExportThatFailsDoesNotLookWhole(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.customer(`{"firstName":"A","notes":"` + strings.Repeat("x", 60_000) + `"}`)
	}
	r.call("GET", "/v1/models", "") // the key is remembered
	r.store.scanFails = true
	resp, err := r.start(context.Background(), r.admin, "GET", "/v1/desk/export", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("a broken export ended as if it were whole")
	}
}

// imported sends CSV with a query and returns the answer.
func (r *rig) imported(query, body string) answer {
	return r.call("POST", "/v1/desk/import?"+query, body, "Content-Type", csvType)
}

func TestColumnsMayHaveOtherNames(t *testing.T) {
	r := newRig(t)
	columns := "columns=" + url.QueryEscape(`{"First Name":"firstName","Remarks":null,"":null,"version":null,"absent":null}`)
	r.imported(columns, "id,First Name,Remarks,version,\n7,Ana,x,99,y\n").want(200)
	r.call("POST", "/v1/desk/import?"+columns, `{"id":8,"First Name":"Bo","Remarks":[1],"version":"x"}`, "Content-Type", "application/x-ndjson").want(200)
	for id, name := range map[string]string{"7": "Ana", "8": "Bo"} {
		if rec := r.call("GET", "/v1/desk/customers/"+id, "").want(200).json(); rec["firstName"] != name || rec["version"] != 1.0 {
			t.Errorf("%v", rec)
		}
	}
	if a := r.imported("columns="+url.QueryEscape(`{"Row":null}`), "Row,firstName\n1,Eve\n2,\n").want(200).json(); a["lines"] != 1.0 {
		t.Errorf("a row that is empty but for what is left out: %v", a)
	}
	r.imported("delimiter=%7C", "id|firstName\n9|Di\n").want(200)
	r.call("POST", "/v1/desk/import", "\xff\xfei\x00d\x00\n\x003\x00", "Content-Type", "text/csv; charset=UTF-16").want(200)
}

func TestAHeaderThatNamesNoFieldIsToldTheNearest(t *testing.T) {
	r := newRig(t)
	rename := url.QueryEscape(`{"Vorname":"firstName","Name":"name"}`)
	for name, test := range map[string]struct {
		query, body string
		want        []string
	}{
		"another spelling":    {"", "id,First Name\n", []string{`Column 2, \"First Name\", names no field of desk; the nearest is firstName.`, `columns={\"First Name\": \"firstName\"}`}},
		"several":             {"", "Id,E-Mail,phone no\n", []string{"the nearest is id.", "the nearest is email.", "the nearest is phone."}},
		"none at all":         {"", "id,firstName,\n", []string{"Column 3 has no header.", `columns={\"\": null}`}},
		"the same twice":      {"", "id,firstName,id\n", []string{"Columns 1 and 3 both stand for id"}},
		"a long one":          {"", "id," + strings.Repeat("x", 5000) + "\n", []string{strings.Repeat("x", 200) + "…"}},
		"mapped to nothing":   {"columns=" + rename, "id,Vorname\n", []string{`\"name\" is no field of desk`, `"pointer":"?columns"`}},
		"not in the header":   {"columns=" + url.QueryEscape(`{"Vorname":"firstName"}`), "id\n", []string{`The header has no column \"Vorname\".`}},
		"columns, no object":  {"columns=" + url.QueryEscape(`["id"]`), "id\n", []string{"This must be a JSON object of headers"}},
		"a strange delimiter": {"delimiter=x", "id\n", []string{"a semicolon"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := r.imported(test.query, test.body).want(400)
			for _, want := range test.want {
				if !strings.Contains(a.text, want) {
					t.Errorf("no %s in %s", want, a.text)
				}
			}
		})
	}
}

func TestAFileThatIsNoTableIsRefusedAsAWhole(t *testing.T) {
	r := newRig(t)
	for body, want := range map[string]string{"\x1f\x8b\x08": "gzip", `[{"id":1}]`: "JSON array", "id,firstName\n1,A\n": "text/csv"} {
		a := r.call("POST", "/v1/desk/import", body, "Content-Type", "application/x-ndjson").want(400)
		if !strings.Contains(a.text, want) {
			t.Errorf("%q: %s", body, a.text)
		}
	}
}
