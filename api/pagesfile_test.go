package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/job"
)

// sendFile sends the form with a file as a browser does: the file comes last. fields are
// names and values in turn.
func (r *rig) sendFile(key, name, content string, fields ...string) answer {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1]) // into memory
	}
	file, _ := form.CreateFormFile("file", name)
	_, _ = file.Write([]byte(content))
	_ = form.Close()
	return r.as(key, "POST", "/admin/files", body.String(), "Content-Type", form.FormDataContentType(), "Accept", "text/html")
}

// mapped is the form of the page about leads, as the page suggests it.
func mapped() url.Values {
	return url.Values{"column": {"externalId", "jobTitle", "phone", ""}, "match": {"0"}, "blank": {""}, "unmatched": {""}, "note": {"Q4"}}
}

func (r *rig) filePreview() job.Preview {
	item := job.PreviewItem{ID: r.desk.ID("7"), Changed: map[string]job.Change{"jobTitle": {From: json.RawMessage(`"<b>Guest"`), To: json.RawMessage(`"Lead"`)}}}
	return job.Preview{Matched: 2000, WouldChange: 1998, WouldFail: 2, Digest: "2000-00", Sample: []job.PreviewItem{item},
		Reasons: []job.ErrorSummary{{Code: job.CodeNoMatch, Count: 2, SampleLines: []int64{3, 1700}}}}
}

func TestAFileOfAFormIsLookedAtPreviewedAndRunOnce(t *testing.T) {
	r := newRig(t)
	at := r.sendFile(r.admin, "leads.csv", leads, "model", "desk", "encoding", "", "dates", "").want(303).Header.Get("Location")
	if at != "/admin/files/desk/file1" {
		t.Fatalf("the upload leads to %s", at)
	}
	r.page(r.admin, at).want(200).has("leads.csv", "<b>2</b> rows", "Windows-1252", "semicolon", "nö", `<option value="externalId" selected>`,
		`value="0" checked aria-label="Match by External ID"`, `<span class="none">empty</span>`).lacks("password")

	r.store.preview = r.filePreview()
	shown := r.sendForm(r.admin, at+"/preview", mapped()).want(200).has(
		"Set ", "jobTitle", " from ", ", matched by ", "2,000</p>", "rows in the file", "<b>2</b> rows", "lines 3 and 1,700", "&lt;b&gt;Guest", "Type 2,000 to run it").lacks("Uncheck")
	form := shown.confirmed(mapped())
	r.sendForm(r.admin, at, with(form, "number", "2")).want(422).has("The number that was typed is not the number of rows")
	r.sendForm(r.admin, at, mapped()).want(422).has("See first what will happen")
	form.Set("number", "2,000")
	to := r.sendForm(r.admin, at, form).want(303).Header.Get("Location")
	again := r.sendForm(r.admin, at, form).want(303).Header.Get("Location")
	if to != again || len(r.store.jobs) != 1 {
		t.Errorf("sent twice, the form led to %s and %s and made %d jobs", to, again, len(r.store.jobs))
	}
	j := r.store.jobs[strings.TrimPrefix(to, "/admin/jobs/")]
	if j.Options.Note != "Q4" || j.File.Match[0] != "externalId" || strings.Join(j.File.Columns, ",") != "externalId,jobTitle,phone," {
		t.Errorf("the job has the options %+v and the file %+v", j.Options, j.File)
	}
}

func TestFaultsOfAFileStandAtTheirInputs(t *testing.T) {
	r := newRig(t)
	at := r.sendFile(r.admin, "leads.csv", leads, "model", "desk").want(303).Header.Get("Location") + "/preview"
	for name, c := range map[string]struct {
		change url.Values
		input  string
		want   string
	}{
		"nothing to match by": {url.Values{"match": nil}, "match", "Tick the column that tells which customer a row is for."},
		"match of no field":   {url.Values{"match": {"0", "3"}}, "column-3", "say which field it stands for"},
		"a field twice":       {url.Values{"column": {"externalId", "jobTitle", "jobTitle", ""}}, "column-2", "Columns 2 and 3 both stand for jobTitle"},
		"no such field":       {url.Values{"column": {"externalId", "nothing", "phone", ""}}, "column-1", "nothing"},
		"a secret":            {url.Values{"column": {"externalId", "password", "phone", ""}}, "column-1", "secret"},
		"nothing written":     {url.Values{"column": {"externalId", "", "", ""}}, "match", "No column is written"},
		"a long word":         {url.Values{"clearWord": {strings.Repeat("x", 101)}}, "clearWord", "1 to 100 characters"},
		"no number":           {url.Values{"maxAffected": {"many"}}, "maxAffected", "This must be a number"},
	} {
		form := mapped()
		maps.Copy(form, c.change)
		shown := r.sendForm(r.admin, at, form).want(200)
		if !strings.Contains(shown.text, `data-input="`+c.input+`"`) || !strings.Contains(shown.text, `id="why-`+c.input+`">`) {
			t.Errorf("%s: no fault at %s", name, c.input)
		}
		shown.has(c.want).lacks("confirmToken")
	}
}

func TestARefusedUploadSaysWhy(t *testing.T) {
	r := newRig(t)
	r.sendFile(r.admin, "", "", "model", "desk").want(422).has("Choose a file first.")
	r.sendFile(r.admin, "a.csv", "id,id\n1,2\n", "model", "desk").want(400).has(`class="note fail" role="alert">`)
	r.sendFile(r.admin, "a.csv", leads, "model", "desk", "dates", "soon").want(400).has(`id="why-dates">`, `value="soon"`)
	r.sendFile(r.admin, "a.csv", leads, "model", "nothing").want(404)
	r.as(r.admin, "POST", "/admin/files", "model=desk", "Content-Type", "application/x-www-form-urlencoded").want(415)
	for name, body := range map[string]string{
		"cut off in the file": "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ndesk\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nid,phone\r\n1,",
		"cut off before":      "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nde",
		"a long input":        "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + strings.Repeat("d", 5000) + "\r\n--x--\r\n",
		"many inputs":         strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nd\r\n", 21) + "--x--\r\n",
		"no text":             "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\xff\r\n--x--\r\n",
	} {
		a := r.as(r.admin, "POST", "/admin/files", body, "Content-Type", "multipart/form-data; boundary=x", "Accept", "text/html")
		if a.StatusCode != 400 {
			t.Errorf("%s: %s", name, r.log)
		}
		if !strings.Contains(a.text, "The form could not be read") {
			t.Errorf("%s: %s", name, a.text)
		}
	}
	if len(r.store.files) > 0 {
		t.Errorf("%d files were kept", len(r.store.files))
	}
}

func TestFilesAreListedAndDeletedByHand(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("é", 300) + ".csv"
	r.sendFile(r.admin, long, leads, "model", "desk").want(303)
	r.sendFile(r.admin, "used.csv", leads, "model", "desk").want(303)
	r.store.preview = r.filePreview()
	form := r.sendForm(r.admin, "/admin/files/desk/file2/preview", mapped()).want(200).confirmed(mapped())
	r.sendForm(r.admin, "/admin/files/desk/file2", with(form, "number", "2000")).want(303)
	r.page(r.admin, "/admin/files").want(200).has("é.csv").lacks(strings.Repeat("é", 201))
	r.sendForm(r.admin, "/admin/files/desk/file2/delete", url.Values{"once": {"a"}}).want(409)
	r.sendForm(r.admin, "/admin/files/desk/file1/delete", url.Values{"once": {"b"}}).want(303)
	r.page(r.admin, "/admin/files/desk/file1").want(404)
	r.page(r.admin, "/admin/files").want(200).lacks("é.csv")
	for _, key := range []string{r.reader, r.writer} {
		r.page(key, "/admin/files").want(403)
		r.page(key, "/admin").want(200).lacks("/admin/files")
	}
}

func TestTheRowsThatFailedAreTakenOutAndSentAgain(t *testing.T) {
	r := newRig(t)
	r.sendFile(r.admin, "leads.csv", leads, "model", "desk", "dates", "DD.MM.YYYY").want(303)
	r.store.preview = r.filePreview()
	begun := with(mapped(), "clearWord", "NULL")
	begun.Set("column", "externalId")
	begun["column"] = []string{"externalId", "", "phone", "notes"}
	form := r.sendForm(r.admin, "/admin/files/desk/file1/preview", begun).want(200).confirmed(begun)
	at := r.sendForm(r.admin, "/admin/files/desk/file1", with(form, "number", "2000")).want(303).Header.Get("Location")
	id := strings.TrimPrefix(at, "/admin/jobs/")
	r.store.results[id] = []job.Result{
		{ID: r.desk.ID("7"), Line: 2, Outcome: job.Updated},
		{Line: 3, Outcome: job.RecordFail, Error: &job.RecordError{Code: job.CodeNoMatch, Detail: "No customer has this key."}},
	}
	r.store.changeUnseen(id, func(j *job.Job) {
		j.State, j.RowsKept, j.Matched, j.Tally = job.PartiallySucceeded, true, new(int64(2)), job.Tally{Updated: 1, Failed: 1}
		j.ErrorSummary = []job.ErrorSummary{{Code: job.CodeNoMatch, Count: 1, SampleLines: []int64{3}}}
	})
	r.page(r.admin, at).want(200).has("line 3", "Set ", "leads.csv", `<td class="num" data-label="Line">3</td>`, `<span class="soft">none</span>`,
		at+"/rows?outcome=failed%2Cconflicted", "/admin/files?like="+id, "/admin/files/desk/file1?like="+id)
	r.page(r.admin, at+"?request=command").has("bulkpatch submit", "--file=", "leads.csv", "--match=", "externalId", "--columns=", "--clear-word=")
	rows := r.page(r.admin, at+"/rows?outcome=failed").want(200)
	if !strings.Contains(rows.text, "A-17") || strings.Contains(rows.text, "007") {
		t.Errorf("the rows are %s", rows.text)
	}
	r.page(r.writer, at+"/rows").want(403)

	r.page(r.admin, "/admin/files?like="+id).want(200).has(`<option value="desk" selected>`, `value="DD.MM.YYYY"`, `name="like" value="`+id+`"`)
	next := r.sendFile(r.admin, "fixed.csv", rows.text, "model", "desk", "like", id).want(303).Header.Get("Location")
	if next != "/admin/files/desk/file2?like="+id {
		t.Fatalf("the corrected file leads to %s", next)
	}
	r.page(r.admin, next).want(200).has(`value="NULL"`, `<option value="notes" selected>`, "<b>1</b> row").lacks("_outcome", `<option value="jobTitle" selected>`)
}

// TestAnUploadOfAPageEndsWithTheProcess stops the process while a file comes in.
func TestAnUploadOfAPageEndsWithTheProcess(t *testing.T) {
	r := newRig(t)
	body, feed := io.Pipe()
	defer feed.Close()
	go func() {
		_, _ = io.WriteString(feed, "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ndesk\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nid,phone\r\n1,2")
		close(r.stop)
	}()
	resp, err := r.start(t.Context(), r.admin, "POST", "/admin/files", body, "Content-Type", "multipart/form-data; boundary=x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 503 || !strings.Contains(string(text), "Nothing of the file was kept") || len(r.store.files) > 0 {
		t.Errorf("%d %s, %d files", resp.StatusCode, text, len(r.store.files))
	}
}

// TestAWideFileHasASmallPage opens the page of a file with as many columns as one may
// have.
func TestAWideFileHasASmallPage(t *testing.T) {
	r := newRig(t)
	var header strings.Builder
	for i := range 999 {
		fmt.Fprintf(&header, "column %d,", i)
	}
	at := r.sendFile(r.admin, "wide.csv", header.String()+"id\n", "model", "desk").want(303).Header.Get("Location")
	page := r.page(r.admin, at).want(200).has(`list="all-fields"`, `value="999" checked aria-label="Match by id"`)
	if len(page.text) > 600<<10 {
		t.Errorf("the page has %d bytes", len(page.text))
	}
	if n := strings.Count(page.text, "<option"); n > 200 {
		t.Errorf("the page has %d choices", n)
	}
}

func TestNoOtherSiteUploads(t *testing.T) {
	r := newRig(t)
	r.as("", "POST", "/admin/files", "", "Cookie", r.signIn(r.admin, "").want(303).cookie(), "Content-Type", "multipart/form-data; boundary=x", "Origin", "https://evil.example").want(403).code("cross_origin")
}

// TestALongPreviewOfAFileIsFollowed also runs what was previewed, after the form has
// changed and back.
func TestALongPreviewOfAFileIsFollowed(t *testing.T) {
	r := newRig(t)
	at := r.sendFile(r.admin, "leads.csv", leads, "model", "desk").want(303).Header.Get("Location")
	r.store.onPreview = func(context.Context) error { return job.ErrQueryTimeout }
	waiting := r.sendForm(r.admin, at+"/preview", mapped()).want(200).has("This takes longer than usual", `formaction="`+at+`/preview"`)
	id := regexp.MustCompile(`name="follow" value="([^"]+)"`).FindStringSubmatch(waiting.text)[1]
	p := r.filePreview()
	p.Matched = 5
	r.store.changeUnseen(id, func(j *job.Job) {
		finished := r.clock.now()
		j.State, j.Preview, j.FinishedAt = job.Succeeded, &p, &finished
	})
	form := r.sendForm(r.admin, at+"/preview", with(mapped(), "follow", id)).want(200).has("lines 3 and 1,700").confirmed(mapped())
	r.store.onPreview = nil
	r.store.preview = p
	changed := url.Values{}
	maps.Copy(changed, form)
	changed.Set("blank", "clear")
	r.sendForm(r.admin, at, changed).want(422).has("Nothing was changed. This is what will happen now.", `value="clear" selected`)
	r.sendForm(r.admin, at, form).want(303)
}
