package api_test

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

const hostile = `<b>"x" & ` + "\u202e" + `'y'</b>`

// ended makes a job that has ended with some of each outcome, and returns its id.
func (r *rig) ended() string {
	r.t.Helper()
	id := r.job()
	matched, at := int64(9007199254740993), r.clock.now()
	big := r.desk.ID("9007199254740993")
	r.store.changeUnseen(id, func(j *job.Job) {
		j.State, j.Matched, j.UndoAvailable, j.Options.Note = job.PartiallySucceeded, &matched, true, hostile
		j.Tally = job.Tally{Updated: 9007199254740890, Failed: 100, Skipped: 3}
		j.FinishedAt = &at
		j.Transitions = []job.Transition{{State: job.Queued, At: at, By: "key:" + hostile}, {State: job.Running, At: at}, {State: job.PartiallySucceeded, At: at}}
		j.ErrorSummary = []job.ErrorSummary{
			{Code: "unique", Pointer: "/domain", Title: "The value is already taken by another record", Count: 100, SampleIDs: []model.ID{big}},
			{Code: "no_longer_matches", Title: "Gone", Count: 3},
		}
	})
	r.store.results[id] = []job.Result{
		{ID: big, Outcome: job.Updated, Changed: map[string]job.Change{"custom." + hostile: {From: json.RawMessage("9007199254740993"), To: json.RawMessage(`"` + `<i>to</i>` + `"`)}}},
		{ID: model.StringID("a/b?c"), Outcome: job.RecordFail, Error: &job.RecordError{Code: "unique", Pointer: "/domain", Detail: hostile}},
		{ID: model.StringID("third"), Outcome: job.Skipped, Error: &job.RecordError{Code: "no_longer_matches"}},
	}
	return id
}

// send sends a form as a browser does, given as names and values in turn.
func (r *rig) send(key, path string, fields ...string) answer {
	r.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return r.as(key, "POST", path, form.Encode(), "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded")
}

// retried counts the retries and undos that were made.
func (r *rig) made() (n int) {
	defer r.store.lock()()
	for id := range r.store.jobs {
		if id == "following" {
			n++
		}
	}
	return n
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// fields returns the hidden fields of the last form of a page.
func (a answer) fields() []string {
	_, form, _ := strings.Cut(a.text, `id="job-question"`)
	var fields []string
	for _, f := range hiddenField.FindAllStringSubmatch(form, -1) {
		fields = append(fields, f[1], f[2])
	}
	return fields
}

func TestAJobsPageSaysEverythingExactly(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	at := "/admin/jobs/" + id
	a := r.page(r.admin, at).want(200)
	a.has("<h1>Set jobTitle to “<bdi>Lead</bdi>” where state is <bdi>active</bdi></h1>", "partially succeeded", "9,007,199,254,740,890</b> updated", "<b>100</b> failed", "= 9,007,199,254,740,993 matched",
		`aria-current="step"`, "<code><bdi>/domain</bdi></code>", `href="/admin/customers/desk/records/9007199254740993"`, "9007199254740993</bdi></del>",
		`href="`+at+`?code=unique&amp;pointer=%2Fdomain#records"`, `href="`+at+`/retry?code=unique&amp;pointer=%2Fdomain"`,
		`href="`+at+`/retry?code=no_longer_matches&amp;pointer=record&amp;skipped=1"`, `href="`+at+`/undo"`, "Use again", "&lt;i&gt;to&lt;/i&gt;")
	a.lacks("<b>&#34;", hostile, "<i>to</i>", `data-events`, `/pause"`, `/throttle"`)
	if loose := regexp.MustCompile(`(?:<|>)y</b>`).FindString(a.text); loose != "" {
		t.Error("a text became markup")
	}
	r.page(r.admin, at+"?outcome=failed&code=unique&pointer=%2Fdomain").want(200).has("a/b?c", "/records/a%2Fb%3Fc").lacks("<i>third", ">third<")
	r.page(r.admin, at+"?pointer=record").want(200).has(">third<").lacks(">a/b?c<")
	r.page(r.admin, at+"?outcome=maybe").want(200).has(`role="alert"`)
	r.page(r.admin, at+"?request=curl").want(200).has("$BULKPATCH_KEY", "/v1/")
	r.page(r.admin, at+"?request=command").want(200).has(`aria-current="true">Command`, "bulkpatch submit", "--server=", `\u202e`)
	r.page(r.admin, at+"?request=go").want(200).has("client.")
	next := regexp.MustCompile(`href="([^"]*cursor=[^"]*)"`).FindStringSubmatch(a.text)
	if next == nil {
		t.Fatal("there is no next page")
	}
	r.page(r.admin, strings.ReplaceAll(next[1], "&amp;", "&")).want(200).has(">third<", "First page").lacks(">a/b?c<")
}

var liveElement = regexp.MustCompile(`id="([^"]+)"[^>]*\bdata-live`)

// TestAJobsPageHasItsSectionsFromTheBeginning opens jobs before their customers are
// selected, and after their end. An open page only exchanges what it has.
func TestAJobsPageHasItsSectionsFromTheBeginning(t *testing.T) {
	for _, kind := range []job.Kind{job.Bulk, job.PreviewKind} {
		r := newRig(t)
		id := r.ended()
		r.store.changeUnseen(id, func(j *job.Job) { j.Kind = kind })
		last := r.page(r.admin, "/admin/jobs/"+id).want(200)
		r.store.changeUnseen(id, func(j *job.Job) {
			j.State, j.Matched, j.Tally, j.ErrorSummary, j.UndoAvailable, j.FinishedAt = job.Queued, nil, job.Tally{}, nil, false, nil
		})
		r.store.results[id] = nil
		first := r.page(r.admin, "/admin/jobs/"+id).want(200).has("data-events")
		if kind == job.Bulk {
			first.has(`id="records"`, "No customer has an outcome yet")
		}
		for _, found := range liveElement.FindAllStringSubmatch(last.text, -1) {
			first.has(`id="` + found[1] + `"`)
		}
	}
}

func TestAJobsPageOffersWhatTheKeyMay(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	at := "/admin/jobs/" + id
	looks := r.key("looks", "main", auth.JobsRead)
	acts := r.key("acts", "main", auth.JobsWrite)
	r.page(looks, at).want(200).lacks("/undo", "/retry", "Use again", "/records/", "&lt;i&gt;").has("9007199254740993", "<b>100</b> failed")
	r.page(acts, at).want(200).lacks("/undo", "/retry")
	r.page(r.reader, at).want(404).has("There is no such job")
	r.page(r.other, at).want(404)
	for _, action := range []string{"pause", "resume", "cancel", "retry", "undo", "throttle"} {
		r.send(looks, at+"/"+action, "once", "1").want(403)
		r.send("", at+"/"+action, "once", "1").want(303).header("Location", "/admin/login")
	}
	r.send(acts, at+"/undo", "once", "1").want(403)
	r.page(looks, at+"/undo").want(403)
	r.store.changeUnseen(id, func(j *job.Job) { j.State = job.Running })
	r.page(looks, at).want(200).lacks("/pause", "/cancel", "/throttle").has(`data-events="` + at + `/live"`)
	r.page(acts, at).want(200).has(`action="`+at+`/pause"`, `href="`+at+`/cancel"`, `action="`+at+`/throttle"`)
	if r.made() > 0 || r.store.jobs[id].State != job.Running {
		t.Error("something was done")
	}
}

func TestAnExpiredJobsPageSaysHowItEnded(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	r.clock.pass(2 * time.Hour)
	for _, path := range []string{"", "/results", "/undo", "/cancel"} {
		r.page(r.admin, "/admin/jobs/"+id+path).want(410).has("This job has expired", "partially succeeded", "9,007,199,254,740,993 matched").lacks("#records")
	}
	r.page(r.admin, "/admin/jobs/%3Cb%3E").want(404).has("There is no such job").lacks("<b>")
}

func TestAnUndoIsBoundToTheNumbersThatWereConfirmed(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	at := "/admin/jobs/" + id + "/undo"
	met := job.Conflict{By: id, Fields: map[string]job.FieldConflict{"jobTitle": {Wrote: json.RawMessage(`"x"`), Now: json.RawMessage(`"` + `<u>` + `"`), Former: json.RawMessage("null")}}}
	r.store.undo = &job.UndoPreview{Matched: 59031, WouldRestore: 59000, Conflicted: 31, Conflicts: []job.PreviewConflict{{ID: model.StringID("8"), Conflict: met}}}
	asked := r.page(r.admin, at).want(200).has("This undoes 59,000 of 9,007,199,254,740,993 customers; 31 were edited since and will be left alone.",
		"Type 59,000 to confirm", "state is ", "&lt;u&gt;", "key:ops", "and 30 more")
	fields := asked.fields()
	if r.made() > 0 || len(fields) < 4 {
		t.Fatalf("the form has %q", fields)
	}
	r.send(r.admin, at, append(fields, "number", "59031")...).want(422).has("The number that you typed is not the one below")
	r.store.undo.WouldRestore, r.store.undo.Conflicted = 58999, 32
	r.send(r.admin, at, append(fields, "number", "59000")...).want(422).has("The numbers have changed since you looked", "Type 58,999 to confirm")
	if r.made() > 0 {
		t.Fatal("the undo was made although it was not confirmed")
	}
	fields = append(r.page(r.admin, at).want(200).fields(), "number", "58,999")
	first := r.send(r.admin, at, fields...).want(303).header("Location", "/admin/jobs/following")
	asks := len(r.store.followed)
	again := r.send(r.admin, at, fields...).want(303)
	if r.made() != 1 || len(r.store.followed) != asks || again.Header.Get("Location") != first.Header.Get("Location") {
		t.Error("the form was not the same when it was sent twice")
	}
}

func TestARetrySaysWhatItWouldDo(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	at := "/admin/jobs/" + id + "/retry"
	asked := r.page(r.admin, at+"?code=unique").want(200).has("Retry these customers?", "This retries 2 of ", "2 would change", "Only those with this reason", "can only be known when the retry runs")
	if last := r.store.followed[len(r.store.followed)-1]; len(last.Codes) != 1 || last.Codes[0] != "unique" || r.made() > 0 {
		t.Errorf("asked for %+v", last)
	}
	r.page(r.admin, at).want(200).has("Include the skipped ones (3)")
	r.page(r.admin, at+"?skipped=1").want(200).has("Leave the skipped ones out", "Customers that no longer match the filter are changed, too.")
	r.page(r.admin, at+"?code=nonsense").want(400).has(`role="alert"`, "Nothing was done")
	r.send(r.admin, at, asked.fields()...).want(303).header("Location", "/admin/jobs/following")
	if last := r.store.followed[len(r.store.followed)-1]; len(last.Codes) != 1 || last.IdempotencyKey == "" {
		t.Errorf("made %+v", last)
	}
	r.store.refuse = &job.RetryOpenError{JobID: "open"}
	r.send(r.admin, at, r.page(r.admin, at).want(200).fields()...).want(422).has("Nothing was done", "The job open retries the same records")
}

// TestAPreviewThatTakesLongIsMadeByAJob opens the question, which makes none, and asks
// for one.
func TestAPreviewThatTakesLongIsMadeByAJob(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	at := "/admin/jobs/" + id + "/undo"
	r.store.onPreview = func(context.Context) error { return job.ErrQueryTimeout }
	r.once(r.admin, "GET", at, "", "Accept", "text/html").want(200).has("It takes a moment to find out", `data-later="`+at+`?wait=1"`).lacks("<button class=\"lead\">")
	asked := r.page(r.admin, at).want(200).has("It takes long to find out", "Find out")
	if r.made() > 0 {
		t.Fatal("a page that was opened has made a job")
	}
	to := r.send(r.admin, at, asked.fields()...).want(303).Header.Get("Location")
	if !strings.HasPrefix(to, at+"?preview=") || r.made() != 1 {
		t.Fatalf("led to %s", to)
	}
	r.page(r.admin, to).want(200).has("being found out by", `data-every="2"`).lacks("<button class=\"lead\">")
	now := r.clock.now()
	r.store.changeUnseen("following", func(j *job.Job) {
		j.State, j.FinishedAt, j.UndoPreview = job.Succeeded, &now, &job.UndoPreview{Matched: 5, WouldRestore: 5}
	})
	fields := r.page(r.admin, to).want(200).has("This undoes 5 of", "As it was at").fields()
	r.clock.pass(16 * time.Minute)
	r.send(r.admin, at, fields...).want(422).has("older than 15 minutes")
	r.page(r.admin, "/admin/jobs/"+id+"/retry"+strings.TrimPrefix(to, at)).want(422).has("Nothing was done") // it is of another question
	r.page(r.admin, at+"?preview=unknown").want(200).has("It takes long to find out")
	r.clock.pass(-10 * time.Minute)
	r.send(r.admin, at, append(fields, "once", "another")...).want(303)
}

func TestActionsOnAJobLeadBackToIt(t *testing.T) {
	r := newRig(t)
	id := r.job()
	at := "/admin/jobs/" + id
	matched := int64(120000)
	r.store.changeUnseen(id, func(j *job.Job) {
		j.State, j.Matched, j.Tally = job.Running, &matched, job.Tally{Updated: 59000}
	})
	r.page(r.admin, at+"/cancel").want(200).has("59,000 of 120,000 customers are done and stay as they are; 61,000 will not be changed.").lacks("to confirm")
	r.send(r.admin, at+"/throttle", "once", "1", "rate", "1,500.5").want(303).header("Location", at)
	if got := r.store.jobs[id].Throttle; got == nil || *got != 1500.5 {
		t.Errorf("the limit is %v", got)
	}
	for _, bad := range []string{"", "fast", "-1", "1e999", "null", "0", `{"a":1}`} {
		r.send(r.admin, at+"/throttle", "rate", bad).want(400).has("Nothing was done", `role="alert"`)
	}
	r.send(r.admin, at+"/throttle", "remove", "1").want(303)
	if got := r.store.jobs[id].Throttle; got != nil {
		t.Errorf("the limit is %v", *got)
	}
	r.send(r.admin, at+"/pause", "once", "r1").want(303).header("Location", at)
	r.send(r.admin, at+"/cancel", "once", "2").want(303).header("Location", at)
	if got := r.store.jobs[id].State; got != job.Cancelling {
		t.Errorf("the job is %s", got)
	}
	r.send(r.admin, at+"/pause", "once", "r2").want(409).has("Nothing was done.", `role="alert"`, "cancelling").lacks("data-events")
	r.page(r.admin, at+"/undo").want(409).has("cannot be undone")
	r.send(r.admin, "/admin/jobs/nope/pause", "once", "1").want(404).has("There is no such job")
}

func TestResultsAreDownloadedAsTheyAreShown(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	at := "/admin/jobs/" + id + "/results"
	csv := r.page(r.admin, at+"?format=csv&outcome=failed&code=unique&pointer=%2Fdomain").want(200).has("id,outcome,", "a/b?c,failed").lacks("third", "updated")
	if kind, name := csv.Header.Get("Content-Type"), csv.Header.Get("Content-Disposition"); !strings.HasPrefix(kind, "text/csv") || !strings.Contains(name, "job-"+id+".csv") {
		t.Errorf("the answer is %s, %s", kind, name)
	}
	if lines := strings.Count(r.page(r.admin, at+"?format=ndjson").want(200).text, "\n"); lines != 3 {
		t.Errorf("%d lines", lines)
	}
	r.page(r.key("looks", "main", auth.JobsRead), at).want(200).lacks("<i>to")
	r.page(r.admin, at+"?format=xml").want(400)
	r.page(r.other, at).want(404)
}
