package api_test

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/job"
	modeltable "bulkpatch/model/table"
)

// leads is a file as a German Excel saves it.
const leads = "External ID;Job title;phone;Remarks\r\n007;Lead;+353 1;\r\nA-17; ;=1+1;n\xf6\r\n"

// upload uploads a file and returns its id.
func (r *rig) upload(query, body string, header ...string) string {
	r.t.Helper()
	return r.call("POST", "/v1/desk/files?"+query, body, append([]string{"Content-Type", "text/csv"}, header...)...).want(201).json()["fileId"].(string)
}

func TestAnUploadedFileShowsWhatWasFoundOut(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/desk/files?name=leads.csv", leads, "Content-Type", "application/vnd.ms-excel").want(201)
	a.header("Location", "/v1/desk/files/file1")
	want := `{"fileId":"file1","name":"leads.csv","model":"desk","format":"csv","encoding":"windows-1252","delimiter":";","decimal":".","dates":null,"sheet":null,` +
		`"columns":["External ID","Job title","phone","Remarks"],"rows":2,"bytes":71,"createdAt":"2026-11-21T12:00:00Z","createdBy":"key:ops","expiresAt":"2026-11-22T12:00:00Z",` +
		`"sample":[{"External ID":"007","Job title":"Lead","phone":"+353 1","Remarks":null},{"External ID":"A-17","Job title":" ","phone":"=1+1","Remarks":"nö"}],` +
		`"suggested":{"match":["externalId"],"columns":{"External ID":"externalId","Job title":"jobTitle","phone":"phone","Remarks":null}}}` + "\n"
	if a.text != want {
		t.Errorf("got  %swant %s", a.text, want)
	}
	if got := r.call("GET", "/v1/desk/files/file1", "").want(200).text; got != want {
		t.Errorf("read again it is %s", got)
	}
	r.upload("decimal=,&dates=DD.MM.YYYY&encoding=UTF-8&delimiter=tab", "id\tname\n1\t"+strings.Repeat("é", 300)+"\n")
	shown := r.call("GET", "/v1/desk/files/file2", "").want(200).json()
	if shown["decimal"] != "," || shown["dates"] != "DD.MM.YYYY" || shown["delimiter"] != "\t" || shown["encoding"] != "utf-8" || shown["name"] != nil {
		t.Errorf("%v", shown)
	}
	if cell := shown["sample"].([]any)[0].(map[string]any)["name"]; cell != strings.Repeat("é", 200)+"…" {
		t.Errorf("a long cell is shown as %v", cell)
	}
	if hidden := r.as(r.writer, "POST", "/v1/desk/files", leads, "Content-Type", "text/csv").want(201); !strings.Contains(hidden.text, `"sample":null`) {
		t.Errorf("a key that may not read is shown %s", hidden.text)
	}
}

func TestFilesAreListedAndDeleted(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.upload("", "id,phone\n1,2\n")
	}
	first := r.call("GET", "/v1/desk/files?limit=2", "").want(200).json()
	items := first["items"].([]any)
	newest, _ := items[0].(map[string]any)
	if len(items) != 2 || newest["fileId"] != "file3" || newest["sample"] != nil {
		t.Errorf("%v", first)
	}
	r.call("GET", "/v1/plane/files/file1", "").want(404).code("file_not_found")
	r.as(r.other, "GET", "/v1/desk/files/file1", "").want(404).code("file_not_found")
	r.as(r.other, "DELETE", "/v1/desk/files/file1", "").want(404).code("file_not_found")
	r.call("DELETE", "/v1/desk/files/file2", "").want(204)
	r.call("GET", "/v1/desk/files/file2", "").want(404).code("file_not_found")
	r.call("POST", "/v1/jobs", `{"model":"desk","file":"file1","match":"id"}`).want(202)
	r.call("DELETE", "/v1/desk/files/file1", "").want(409).code("file_in_use")
}

// TestUploadsThatFailLeaveNothing has what is wrong with a file, and with its place on
// the disk.
func TestUploadsThatFailLeaveNothing(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	r := newRig(t, func(c *api.Config) { c.Files = modeltable.Limits{Size: 100, Rows: 2} })
	for name, test := range map[string]struct {
		query, body string
		status      int
		code, words string
	}{
		"too large":           {"", "id,phone\n1," + strings.Repeat("2", 100) + "\n", 413, "too_large", "larger than 100 bytes"},
		"too many rows":       {"", "id,phone\n1,2\n2,3\n3,4\n", 413, "too_large", "more than 2 rows"},
		"nothing":             {"", "", 400, "invalid_request", "invalid_file"},
		"another format":      {"sheet=x", "id,phone\n1,2\n", 400, "invalid_request", "Only a workbook"},
		"all parameters":      {"encoding=x&decimal=x&dates=x&delimiter=x&name=&sheet=" + strings.Repeat("s", 201) + "&format=csv", "id\n1\n", 400, "invalid_request", "7 things"},
		"a name that is long": {"name=" + strings.Repeat("n", 201), "id\n1\n", 400, "invalid_request", "1 to 200 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			a := r.call("POST", "/v1/desk/files?"+test.query, test.body, "Content-Type", "text/csv").want(test.status).code(test.code)
			if !strings.Contains(a.text, test.words) {
				t.Errorf("%s", a.text)
			}
		})
	}
	packed := gzipped("id,phone\n1," + strings.Repeat("2", 1000) + "\n")
	r.call("POST", "/v1/desk/files", packed, "Content-Type", "text/csv", "Content-Encoding", "gzip").want(413).code("too_large")
	r.call("POST", "/v1/desk/files", "x", "Content-Type", "multipart/form-data; boundary=x").want(415).code("unsupported_media_type")
	r.store.onFileRow = func(context.Context) error { return job.ErrTooManyFiles }
	r.call("POST", "/v1/desk/files", "id,phone\n1,2\n", "Content-Type", "text/csv").want(429).code("too_many_files")
	t.Setenv("TMPDIR", folder+"/none")
	if a := r.call("POST", "/v1/desk/files", "id,phone\n1,2\n", "Content-Type", "text/csv").want(500); !strings.Contains(a.text, "TMPDIR") {
		t.Errorf("%s", a.text)
	}
	if left, err := os.ReadDir(folder); len(left) > 0 || err != nil {
		t.Errorf("left in the folder for temporary files: %v, %v", left, err)
	}
	if len(r.store.files) > 0 {
		t.Errorf("left in the store: %v", r.store.files)
	}
}

// TestAnUploadEndsWithTheProcess stops the process while a file comes in.
func TestAnUploadEndsWithTheProcess(t *testing.T) {
	r := newRig(t)
	body, feed := io.Pipe()
	started := make(chan struct{})
	go func() {
		_, _ = io.WriteString(feed, "id,phone\n1,2\n")
		close(started)
	}()
	go func() {
		<-started
		close(r.stop)
	}()
	resp, err := r.start(context.Background(), r.admin, "POST", "/v1/desk/files", body, "Content-Type", "text/csv")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 503 || !strings.Contains(string(text), "Nothing of the file was kept") || len(r.store.files) > 0 {
		t.Errorf("%d %s, %d files", resp.StatusCode, text, len(r.store.files))
	}
	body.Close()
}

func TestAFileJobIsShownAsItWasAskedFor(t *testing.T) {
	r := newRig(t)
	id := r.upload("name=leads.csv", leads)
	body := `{"model":"desk","file":"` + id + `","match":"externalId","columns":{"External ID":"externalId","Job title":"jobTitle","Remarks":null},` +
		`"options":{"clearWord":"NULL","maxAffected":5}}`
	j := r.call("POST", "/v1/jobs", body).want(202).json()
	request, _ := json.Marshal(j["request"])
	want := `{"columns":{"External ID":"externalId","Job title":"jobTitle","Remarks":null,"phone":"phone"},"compute":null,"file":{"fileId":"file1","name":"leads.csv"},` +
		`"filter":null,"match":["externalId"],"options":{"blank":"ignore","clearWord":"NULL","maxAffected":5,"unmatched":"fail"},"patch":null}`
	if j["kind"] != "file" || string(request) != want {
		t.Errorf("%v\ngot  %s\nwant %s", j["kind"], request, want)
	}
	target := r.store.submitted[0].File
	if len(target.Match) != 1 || target.Match[0].Name != "externalId" || strings.Join(target.Columns, "|") != "externalId|jobTitle|phone|" ||
		target.ClearBlank || target.ClearWord != "NULL" || target.SkipUnmatched {
		t.Errorf("%+v", target)
	}
	r.upload("", "id;version;custom\n")
	if n := len(r.store.jobs); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

// TestWhatIsWrongWithAFileJobIsSaidAtOnce sends requests with all their faults.
func TestWhatIsWrongWithAFileJobIsSaidAtOnce(t *testing.T) {
	r := newRig(t)
	id := r.upload("", "id,firstName,Vorname,password,numTickets,nope,phone\n1,a,b,c,2,d,e\n")
	r.upload("", "id,version\n1,2\n")
	for name, test := range map[string]struct {
		body string
		want string // pointers and codes
	}{
		"columns": {`"file":"` + id + `","match":["id","email","id"],"columns":{"Vorname":"firstName","phone":"fone","gone":"email","away":null}`,
			"/columns/Vorname duplicate_field, /columns/nope unknown_field, /columns/phone unknown_field, /columns/gone unknown_column, " +
				"/match/1 no_column, /match/2 duplicate_field, /columns/password secret_column, /columns/numTickets read_only"},
		"match": {`"file":"` + id + `","match":"password","columns":{"firstName":null,"Vorname":null,"password":null,"numTickets":null,"nope":null}`,
			"/match secret_column"},
		"what has no text": {`"file":"` + id + `","match":["nope"],"columns":{"firstName":null,"Vorname":null,"password":null,"numTickets":null,"nope":null,"id":null}`,
			"/match unknown_field"},
		"nothing written": {`"file":"file2","match":"id"`, "/columns required"},
		"other targets": {`"file":"` + id + `","match":[],"filter":{"nope":1},"id":1,"patch":{},"compute":{},"columns":[],"what":1,"options":{"allowAll":true,"blank":"x","clearWord":"","unmatched":1}`,
			"/options/blank enum, /options/clearWord too_long, /options/unmatched type, /match out_of_range, /columns type, /filter not_with_file, /id not_with_file, " +
				"/patch not_with_file, /compute not_with_file, /options/allowAll not_with_file, /what unknown_field"},
		"no match":       {`"file":"none","columns":{"a":1}`, "/match required, /columns/a type"},
		"without a file": {`"filter":{"state":"active"},"patch":{"jobTitle":"x"},"match":"id","columns":{},"options":{"blank":"clear"}`, "/match file_only, /columns file_only, /options/blank file_only"},
	} {
		t.Run(name, func(t *testing.T) {
			a := r.call("POST", "/v1/jobs", `{"model":"desk",`+test.body+`}`).want(400)
			var got []string
			for _, f := range a.json()["errors"].([]any) {
				f := f.(map[string]any)
				got = append(got, f["pointer"].(string)+" "+f["code"].(string))
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("got  %s\nwant %s\n%s", strings.Join(got, ", "), test.want, a.text)
			}
		})
	}
	if a := r.call("POST", "/v1/jobs", `{"model":"desk","file":"`+id+`","match":"id"}`).want(400); !strings.Contains(a.text, `Column 6, \"nope\", names no field of desk; the nearest is `) ||
		!strings.Contains(a.text, "or null to leave it out") {
		t.Errorf("no way out in %s", a.text)
	}
	r.call("POST", "/v1/jobs", `{"model":"desk","file":"none","match":"id"}`).want(404).code("file_not_found")
	r.call("POST", "/v1/jobs", `{"model":"desk","file":"file2","match":"id"}`, "If-Match", `"3"`).want(400)
	r.call("PATCH", "/v1/desk/customers"+activeFilter+"&blank=clear", leadPatch).want(400).code("unknown_parameter")
	if len(r.store.submitted) > 0 {
		t.Error("a bad request made a job")
	}
}

// TestAPreviewOfAFileIsConfirmedByItself changes each part of the request that a token
// covers, and sends the same request again after its file has gone.
func TestAPreviewOfAFileIsConfirmedByItself(t *testing.T) {
	r := newRig(t)
	r.upload("", "id,email,phone,city\n1,a@b.c,2,\n")
	r.upload("", "id,email,phone,city\n1,a@b.c,2,\n")
	request := func(file, match, columns, options string) string {
		return `{"model":"desk","file":"` + file + `","match":` + match + `,"columns":` + columns + `,"options":{` + options + `}}`
	}
	const columns = `{"city":null}`
	token := r.call("POST", "/v1/jobs", request("file1", `"id"`, columns, `"dryRun":true`)).want(200).json()["confirmToken"].(string)
	given := `"confirmToken":"` + token + `"`
	for name, body := range map[string]string{
		"file":      request("file2", `"id"`, columns, given),
		"match":     request("file1", `["id","email"]`, columns, given),
		"columns":   request("file1", `"id"`, `{"city":null,"phone":null}`, given),
		"blank":     request("file1", `"id"`, columns, `"blank":"clear",`+given),
		"clearWord": request("file1", `"id"`, columns, `"clearWord":"x",`+given),
		"unmatched": request("file1", `"id"`, columns, `"unmatched":"skip",`+given),
	} {
		if a := r.call("POST", "/v1/jobs", body); a.StatusCode != 412 {
			t.Errorf("with another %s: %d %s", name, a.StatusCode, a.text)
		}
	}
	same := request("file1", `["id"]`, columns, `"blank":"ignore","unmatched":"fail",`+given)
	first := r.call("POST", "/v1/jobs", same, "Idempotency-Key", "k").want(202).json()["jobId"]
	if s := r.store.submitted[0]; s.Digest != "abcdef" || s.Kind != job.FileKind {
		t.Errorf("%+v", s)
	}
	r.store.refuse = job.ErrNotFound // deleted since it was looked at
	r.call("POST", "/v1/jobs", request("file1", `"id"`, columns, "")).want(404).code("file_not_found")
	r.store.refuse = nil
	r.store.files = nil // purged
	again := r.call("POST", "/v1/jobs", same, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	if again.json()["jobId"] != first {
		t.Errorf("a second job: %s", again.text)
	}
	r.call("POST", "/v1/jobs", request("file1", `"email"`, columns, ""), "Idempotency-Key", "k").want(422)
}

// TestRowsComeBackAsTheyCame reads the rows of jobs with files of each kind.
func TestRowsComeBackAsTheyCame(t *testing.T) {
	r := newRig(t)
	outcomes := []job.Result{
		{Line: 2, Outcome: job.Updated},
		{Line: 3, Outcome: job.RecordFail, Error: &job.RecordError{Code: "line_invalid", Pointer: "/phone", Detail: "No."}},
	}
	rows := func(file, columns, query string, header ...string) answer {
		j := r.call("POST", "/v1/jobs", `{"model":"desk","file":"`+file+`","match":"externalId","columns":`+columns+`}`).want(202).json()["jobId"].(string)
		r.store.results[j] = outcomes
		return r.call("GET", "/v1/jobs/"+j+"/rows"+query, "", header...).want(200)
	}
	const columns = `{"External ID":"externalId","Job title":"jobTitle","Remarks":null}`
	sheet := r.upload("", leads)
	a := rows(sheet, columns, "").header("Content-Type", "text/csv; charset=utf-8; header=present")
	if want := "\xef\xbb\xbfExternal ID;Job title;phone;Remarks;_outcome;_code;_detail\r\n007;Lead;+353 1;;updated;;\r\nA-17;\" \";=1+1;nö;failed;line_invalid;phone: No.\r\n"; a.text != want {
		t.Errorf("got  %q\nwant %q", a.text, want)
	}
	failed := rows(sheet, columns, "?outcome=failed").text
	again := r.call("POST", "/v1/desk/files", failed, "Content-Type", "text/csv").want(201).json()
	if again["rows"] != 1.0 || len(again["columns"].([]any)) != 4 || again["encoding"] != "utf-8" {
		t.Errorf("sent again the failed row is %v", again)
	}
	objects := r.call("POST", "/v1/desk/files", `{"externalId": "7", "phone": null, "custom": {"a": 1.50}}`+"\n"+`{"externalId": 1.50, broken`+"\n",
		"Content-Type", "application/x-ndjson").want(201).json()["fileId"].(string)
	a = rows(objects, `{"custom":null}`, "", "Accept", "*/*").header("Content-Type", "application/x-ndjson")
	if want := `{"externalId":"7","phone":null,"custom":{"a": 1.50},"_outcome":"updated","_code":null,"_detail":null}` + "\n" +
		`{"externalId":"{\"externalId\": 1.50, broken","_outcome":"failed","_code":"line_invalid","_detail":"phone: No."}` + "\n"; a.text != want {
		t.Errorf("got  %s\nwant %s", a.text, want)
	}

	bulk := r.job()
	r.call("GET", "/v1/jobs/"+bulk+"/rows", "").want(409).code("no_file")
	r.call("GET", "/v1/jobs/"+bulk+"/rows?outcome=none", "", "Accept", "application/json").want(400)
	r.call("GET", "/v1/jobs/"+bulk+"/rows", "", "Accept", "application/json").want(406)
	r.call("GET", "/v1/jobs/none/rows", "").want(404).code("job_not_found")
	r.store.files = nil
	r.call("GET", "/v1/jobs/job1/rows", "").want(410).code("rows_gone")
	gone, two := r.store.jobs["job1"], int64(2)
	gone.State, gone.Matched, gone.Tally, gone.RowsKept = job.PartiallySucceeded, &two, job.Tally{Updated: 1, Failed: 1}, false
	r.store.jobs["job1"] = gone
	r.call("POST", "/v1/jobs/job1/retry", "").want(409).code("values_not_kept")
	r.as(r.reader, "GET", "/v1/jobs/job1/rows", "").want(404)
	r.as(r.writer, "GET", "/v1/jobs/job1/rows", "").want(403)
	if gone.File == nil {
		t.Error("job1 is no file job")
	}
}

func TestResultsAndReasonsNameLines(t *testing.T) {
	r := newRig(t)
	file := r.upload("", "externalId,phone\n7,1\n")
	r.store.onSubmit = func(j *job.Job) {
		j.ErrorSummary = []job.ErrorSummary{{Code: "no_match", Title: "x", Count: 1, SampleLines: []int64{2}}}
	}
	j := r.call("POST", "/v1/jobs", `{"model":"desk","file":"`+file+`","match":"externalId"}`).want(202)
	if !strings.Contains(j.text, `"sampleIds":[],"sampleLines":[2]}`) {
		t.Errorf("%s", j.text)
	}
	id := j.json()["jobId"].(string)
	r.store.results[id] = []job.Result{{Line: 2, Outcome: job.RecordFail, Error: &job.RecordError{Code: "no_match", Detail: "x"}}}
	if a := r.call("GET", "/v1/jobs/"+id+"/results", ""); !strings.Contains(a.text, `{"id":null,"line":2,"outcome":"failed"`) {
		t.Errorf("%s", a.text)
	}
	if a := r.call("GET", "/v1/jobs/"+id+"/results", "", "Accept", "text/csv"); !strings.HasSuffix(a.text, "by,line\r\n,failed,no_match,x,,,,,,2\r\n") {
		t.Errorf("%q", a.text)
	}
}
