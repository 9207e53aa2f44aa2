package api_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/api"
	"bulkpatch/job"
	"bulkpatch/model"
)

// sheetModel has a name that looks like a formula, and a field of each type.
const sheetModel = `
x-model: sheet
type: object
properties:
  key: {type: string, x-role: id}
  "-note": {type: [string, "null"]}
  size: {type: [integer, "null"]}
  share: {type: [number, "null"]}
  day: {type: [string, "null"], format: date}
  seen: {type: [string, "null"], format: date-time}
  list: {type: [array, "null"]}
  any: {}
`

// newGuardedRig starts an API whose tables are guarded, with one more model.
func newGuardedRig(t *testing.T) (*rig, *model.Model) {
	t.Helper()
	m, problems := model.Check("sheet.yaml", []byte(sheetModel))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return newRig(t, func(c *api.Config) { c.CSVGuard, c.Models = true, c.Models.With(m) }), m
}

// hold makes a record the only one of the model.
func (r *rig) hold(m *model.Model, values map[string]any) {
	rec := model.Record{RID: 1, Values: make([]any, len(m.Fields))}
	for i, f := range m.Fields {
		rec.Values[i] = values[f.Name]
	}
	rec.Values[m.Role(model.RoleVersion).Index] = int64(1)
	complete(m, rec.Values, r.clock.now())
	r.store.records[table(r.main, m)] = map[string]model.Record{model.FormatID(values["key"]): rec}
}

// riskyResults gives a job results of strings that may be formulas.
func riskyResults(r *rig, id string) {
	at := r.clock.now()
	changed := map[string]job.Change{"jobTitle": {From: json.RawMessage(`"=1"`), To: json.RawMessage(`"-2"`)}}
	r.store.results[id] = []job.Result{
		{ID: r.desk.ID("-5"), Outcome: job.Updated, At: &at, Changed: changed},
		{ID: model.StringID("-5"), Outcome: job.RecordFail, At: &at, Error: &job.RecordError{Code: "unique", Detail: "=1 is taken.", Pointer: "/email"}},
		{ID: model.StringID("'"), Outcome: job.Conflicted, At: &at, Conflict: &job.Conflict{By: "+job"}},
	}
}

// riskyRows makes a job of a file with texts that may be formulas, and returns its id.
func riskyRows(r *rig) string {
	id := r.upload("", "id,'-note\n-5,'=1+1\n'-x,\"'\t\"\n=\"x,\n")
	return r.call("POST", "/v1/jobs", `{"model":"desk","file":"`+id+`","match":"id","columns":{"-note":"phone"}}`).want(202).json()["jobId"].(string)
}

// guardedAnswers has each call that answers with CSV and its whole answer. A page
// forwards that of the API.
var guardedAnswers = map[string]string{
	"GET /v1/sheet/export":              guardedRecords,
	"GET /v1/jobs/{job}/results":        guardedResults,
	"GET /v1/jobs/{job}/rows":           guardedRows,
	"GET /admin/customers/sheet/export": guardedRecords,
	"GET /admin/jobs/{job}/results":     guardedResults,
	"GET /admin/jobs/{job}/rows":        guardedRows,
}

const (
	guardedRecords = "key,'-note,size,share,day,seen,list,any,version,createdAt,updatedAt,lastJobId\r\n" +
		`'=k,''=1+1,-5,-0.5,2024-02-29,1970-01-01T00:00:00Z,"[""=1""]",-7,1,2026-11-21T12:00:00Z,2026-11-21T12:00:00Z,'-job` + "\r\n"
	guardedResults = "id,outcome,code,detail,pointer,at,changed,conflict,by\r\n" +
		`-5,updated,,,,2026-11-21T12:00:00Z,"{""jobTitle"":{""from"":""=1"",""to"":""-2""}}",,` + "\r\n" +
		"'-5,failed,unique,'=1 is taken.,/email,2026-11-21T12:00:00Z,,,\r\n" +
		"'',conflicted,,,,2026-11-21T12:00:00Z,,,'+job\r\n"
	guardedRows = "\xef\xbb\xbfid,'-note,_outcome,_code,_detail\r\n" +
		"-5,'=1+1,updated,,\r\n" +
		"'-x,\"'\t\",failed,unique,email: =1 is taken.\r\n" +
		"\"'=\"\"x,\",,conflicted,,\r\n"
)

// TestEveryAnswerInCSVIsGuarded fails for a call that answers with CSV and is
// not in guardedAnswers.
func TestEveryAnswerInCSVIsGuarded(t *testing.T) {
	r, m := newGuardedRig(t)
	r.hold(m, map[string]any{"key": "=k", "-note": "'=1+1", "size": int64(-5), "share": -0.5, "day": "2024-02-29", "seen": int64(0),
		"list": []byte(`["=1"]`), "any": "-7", "lastJobId": "-job"})
	id, rows := r.job(), riskyRows(r)
	riskyResults(r, id)
	riskyResults(r, rows)
	found := map[string]bool{}
	for _, c := range api.Calls(model.Shipped().With(m), nil) {
		if !slices.Contains(c.Answer.Types, "text/csv") {
			continue
		}
		path := c.Path
		for _, shipped := range model.Shipped().All() {
			path = strings.Replace(path, "/v1/"+shipped.Name+"/", "/v1/sheet/", 1)
			path = strings.Replace(path, "{name}", "sheet", 1)
		}
		want, known := guardedAnswers[c.Method+" "+path]
		if !known {
			t.Errorf("nothing says how %s %s is guarded", c.Method, path)
			continue
		}
		found[c.Method+" "+path] = true
		if got := r.call(c.Method, strings.NewReplacer("{job}/rows", rows+"/rows", "{job}", id).Replace(path)+asked(path), "", "Accept", "text/csv").want(200).text; got != want {
			t.Errorf("%s\ngot  %q\nwant %q", path, got, want)
		}
	}
	if len(found) != len(guardedAnswers) {
		t.Errorf("only %v answer with CSV", found)
	}
}

// asked is how a page is asked for CSV: a browser cannot send Accept with a link.
func asked(path string) string {
	if strings.HasPrefix(path, "/admin/") {
		return "?format=csv"
	}
	return ""
}

func TestJSONIsNotGuarded(t *testing.T) {
	r, m := newGuardedRig(t)
	r.hold(m, map[string]any{"key": "=k", "-note": "'x"})
	if text := r.call("GET", "/v1/sheet/export", "").want(200).text; !strings.Contains(text, `"key":"=k","-note":"'x"`) {
		t.Errorf("%s", text)
	}
	r.store.onDrafts = func(drafts []model.Draft) {
		if got := drafts[0].Patch.Sets; drafts[0].ID != "''" || got[len(got)-1].Value != "'=1" {
			t.Errorf("%v, %v", drafts[0].ID, got)
		}
	}
	r.call("POST", "/v1/sheet/import", `{"key":"''","-note":"'=1"}`, "Content-Type", "application/x-ndjson").want(200)
}

// TestEveryStringComesBackFromAGuardedTable exports a record and imports it: as
// it was exported, and with another name in the header.
func TestEveryStringComesBackFromAGuardedTable(t *testing.T) {
	r, m := newGuardedRig(t)
	var drafts []model.Draft
	r.store.onDrafts = func(more []model.Draft) { drafts = append(drafts, more...) }
	note, _ := m.Field("-note")
	rapid.Check(t, func(t *rapid.T) {
		risky := rapid.StringOf(rapid.RuneFrom([]rune("'=+-@\t\r\n a,\"")))
		text := rapid.OneOf(risky, rapid.SampledFrom([]string{"", "'", "''", "''=", "'\t", "\t'", "'a"})).Draw(t, "text")
		key := rapid.OneOf(risky, rapid.StringMatching(`[^\x00]+`)).Filter(func(key string) bool { return key != "" }).Draw(t, "key")
		r.hold(m, map[string]any{"key": key, "-note": text})
		file := r.call("GET", "/v1/sheet/export?fields=-note", "", "Accept", "text/csv").want(200).text
		header, row, _ := strings.Cut(file, "\r\n")
		renamed := strings.Replace(header, "'-note", "'+text", 1) + "\r\n" + row
		for query, file := range map[string]string{"": file, "?columns=" + url.QueryEscape(`{"+text":"-note"}`): renamed} {
			drafts = nil
			a := r.call("POST", "/v1/sheet/import"+query, file, "Content-Type", csvType).want(200)
			if len(drafts) != 1 || drafts[0].ID != key || !slices.ContainsFunc(drafts[0].Patch.Sets, func(s model.Set) bool { return s.Field == note && s.Value == text }) {
				t.Fatalf("%q, %q was exported as %q and imported as %v: %s", key, text, file, drafts, a.text)
			}
		}
	})
}
