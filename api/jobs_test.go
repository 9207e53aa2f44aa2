package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

func TestJobLooksAsPromised(t *testing.T) {
	r := newRig(t)
	id := r.job()
	text := r.call("GET", "/v1/jobs/"+id, "").want(200).text
	const queued = `{"jobId":"job1","kind":"bulk","model":"desk","workspace":"main","state":"queued","done":false,"revision":1,` +
		`"createdAt":"2026-11-21T12:00:00Z","startedAt":null,"finishedAt":null,"expiresAt":"2026-11-21T13:00:00Z","createdBy":"key:ops","note":null,` +
		`"request":{"filter":{"state":"active"},"patch":{"jobTitle":"Lead"},"compute":null,"options":{}},` +
		`"counts":{"matched":null,"updated":0,"unchanged":0,"skipped":0,"conflicted":0,"failed":0,"pending":null},` +
		`"progress":{"percent":null,"resolvedPercent":0,"recordsPerSecond":0.0,"etaSeconds":null,"waitReason":null,"waitDetail":null},` +
		`"throttle":{"recordsPerSecond":null},"attempt":{"resumes":0,"heartbeatAt":null,"stalled":false},"transitions":[],` +
		`"errorSummary":[],"error":null,"undo":{"available":false,"until":null,"undoneBy":null,"undoOf":null},"retryOf":null,"retriedBy":[],` +
		`"allowedActions":["pause","cancel"],` +
		`"links":{"self":"/v1/jobs/job1","results":"/v1/jobs/job1/results","events":"/v1/jobs/job1/events"}}` + "\n"
	if text != queued {
		t.Errorf("got  %s\nwant %s", text, queued)
	}
	r.store.changeUnseen(id, func(j *job.Job) {
		matched, began := int64(120000), r.clock.now().Add(1500*time.Millisecond)
		j.State, j.StartedAt, j.Matched = job.Running, &began, &matched
		j.Tally = job.Tally{Updated: 59000, Unchanged: 700, Skipped: 200, Failed: 100}
		j.ResolvedPercent, j.RecordsPerSecond = 100, 81200.34
		j.ErrorSummary = []job.ErrorSummary{{Code: "unique", Pointer: "/domain", Title: "Taken", Count: 90, SampleIDs: []model.ID{r.desk.ID("12"), r.desk.ID("90")}}}
	})
	text = r.call("GET", "/v1/jobs/"+id, "").want(200).header("ETag", `W/"2"`).text
	for _, part := range []string{
		`"startedAt":"2026-11-21T12:00:01.5Z"`,
		`"counts":{"matched":120000,"updated":59000,"unchanged":700,"skipped":200,"conflicted":0,"failed":100,"pending":60000}`,
		`"progress":{"percent":50.0,"resolvedPercent":100,"recordsPerSecond":81200.3,"etaSeconds":1,"waitReason":null,"waitDetail":null}`,
		`"errorSummary":[{"code":"unique","pointer":"/domain","title":"Taken","count":90,"sampleIds":[12,90]}]`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
}

func TestPercentIsFullOnlyAtTheEnd(t *testing.T) {
	tests := map[string]struct {
		matched, updated int64
		want             string
	}{
		"nothing matched": {0, 0, `"percent":100.0`},
		"one is missing":  {100000, 99999, `"percent":99.9`},
		"all":             {3, 3, `"percent":100.0`},
		"a third":         {3, 1, `"percent":33.3`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			id := r.job()
			r.store.changeUnseen(id, func(j *job.Job) { j.Matched, j.Updated = &test.matched, test.updated })
			if text := r.call("GET", "/v1/jobs/"+id, "").text; !strings.Contains(text, test.want) {
				t.Errorf("no %s in %s", test.want, text)
			}
		})
	}
}

func TestAnEstimateFollowsTheRate(t *testing.T) {
	r := newRig(t)
	id, matched := r.job(), int64(90)
	for rate, want := range map[float64]string{
		0:     `"recordsPerSecond":0.0,"etaSeconds":null`,
		0.014: `"recordsPerSecond":0.014,"etaSeconds":6429`,
		8:     `"recordsPerSecond":8.0,"etaSeconds":12`,
	} {
		r.store.changeUnseen(id, func(j *job.Job) { j.State, j.Matched, j.RecordsPerSecond = job.Running, &matched, rate })
		if text := r.call("GET", "/v1/jobs/"+id, "").text; !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestKeySeesOnlyItsOwnJobsWithoutTheScope(t *testing.T) {
	r := newRig(t)
	foreign := r.job()
	own := r.as(r.writer, "PATCH", "/v1/desk/customers"+activeFilter, leadPatch).want(202).json()["jobId"].(string)
	for _, path := range []string{"", "/results", "/events"} {
		r.as(r.writer, "GET", "/v1/jobs/"+foreign+path, "").want(404).code("job_not_found")
	}
	r.as(r.writer, "GET", "/v1/jobs/"+own, "").want(200)
	r.as(r.writer, "GET", "/v1/jobs/"+own+"/results", "").want(200)
	r.as(r.writer, "POST", "/v1/jobs/"+own+"/cancel", "").want(403).code("missing_scope")
	r.as(r.other, "GET", "/v1/jobs/"+own, "").want(404)
}

func TestUnchangedJobIsNotSentAgain(t *testing.T) {
	r := newRig(t)
	id := r.job()
	r.call("GET", "/v1/jobs/"+id, "", "If-None-Match", `W/"1"`).want(304)
	r.call("GET", "/v1/jobs/"+id, "", "If-None-Match", `"0", "1"`).want(304)
	r.call("GET", "/v1/jobs/"+id, "", "If-None-Match", `W/"0"`).want(200)
	r.call("GET", "/v1/jobs/"+id+"?wait=20", "", "If-None-Match", `W/"0"`).want(200)
	r.call("GET", "/v1/jobs/"+id+"?wait=20", "").want(200) // nothing to wait for the successor of
}

func TestLongPollAnswersAtTheNextChange(t *testing.T) {
	r := newRig(t)
	id := r.job()
	answers := make(chan answer, 1)
	go func() { answers <- r.call("GET", "/v1/jobs/"+id+"?wait=20", "", "If-None-Match", `W/"1"`) }()
	r.store.joined(id)
	r.store.change(id, func(j *job.Job) { j.State = job.Running })
	(<-answers).want(200).header("ETag", `W/"2"`)
}

func TestLongPollEndsWhenTheProcessStops(t *testing.T) {
	r := newRig(t)
	id := r.job()
	answers := make(chan answer, 1)
	go func() { answers <- r.call("GET", "/v1/jobs/"+id+"?wait=30", "", "If-None-Match", `W/"1"`) }()
	r.store.joined(id)
	close(r.stop)
	(<-answers).want(304)
}

func TestCallerWhoLeavesEndsTheWait(t *testing.T) {
	r := newRig(t)
	id := r.job()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := r.start(ctx, r.admin, "GET", "/v1/jobs/"+id+"?wait=30", http.NoBody, "If-None-Match", `W/"1"`)
		done <- err
	}()
	r.store.joined(id)
	cancel()
	<-done
	r.log.until("status=499")
	if strings.Contains(r.log.String(), "level=ERROR") {
		t.Errorf("leaving is logged as an error: %s", r.log)
	}
}

func TestExpiredJobTellsHowItEnded(t *testing.T) {
	r := newRig(t)
	id := r.job()
	matched := int64(3)
	r.store.changeUnseen(id, func(j *job.Job) { j.State, j.Matched, j.Updated = job.Succeeded, &matched, 3 })
	r.clock.pass(2 * time.Hour)
	a := r.call("GET", "/v1/jobs/"+id, "").want(410).code("job_gone").json()
	if a["state"] != "succeeded" || a["counts"].(map[string]any)["updated"] != 3.0 {
		t.Errorf("%v", a)
	}
}

func TestActionsOnJobs(t *testing.T) {
	r := newRig(t)
	id := r.job()
	if j := r.call("POST", "/v1/jobs/"+id+"/pause", "").want(200).json(); j["state"] != "paused" {
		t.Errorf("%v", j)
	}
	r.call("POST", "/v1/jobs/"+id+"/pause", "{}", "Content-Type", "application/json").want(200)
	r.call("POST", "/v1/jobs/"+id+"/pause", `{"why":1}`).want(400).code("invalid_request")
	r.call("POST", "/v1/jobs/"+id+"/cancel", "").want(200)
	a := r.call("POST", "/v1/jobs/"+id+"/resume", "").want(409).code("action_not_allowed").json()
	if a["state"] != "cancelled" || len(a["allowedActions"].([]any)) != 0 {
		t.Errorf("%v", a)
	}
	r.call("POST", "/v1/jobs/nope/cancel", "").want(404).code("job_not_found")
}

// TestAKeyDoesNotSeeTheJobsOfItsNamesake revokes a key and makes one of the
// same name, which may not read jobs.
func TestAKeyDoesNotSeeTheJobsOfItsNamesake(t *testing.T) {
	r := newRig(t)
	submit := func(key string) string {
		return "/v1/jobs/" + r.as(key, "PATCH", "/v1/desk/customers"+activeFilter, leadPatch).want(202).json()["jobId"].(string)
	}
	old := submit(r.writer)
	r.as(r.writer, "GET", old, "").want(200)
	keys, err := r.store.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if k.Name == "writer" {
			if err := r.store.RevokeKey(t.Context(), auth.Caller{}, k.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.clock.pass(time.Second)
	namesake := r.key("writer", "main", auth.CustomersWrite)
	r.as(namesake, "GET", old, "").want(404)
	r.as(namesake, "GET", submit(namesake), "").want(200)
}

func TestThrottleOfAJob(t *testing.T) {
	r := newRig(t)
	id := r.job()
	throttle := func(body string) answer { return r.call("PATCH", "/v1/jobs/"+id, body) }
	if j := throttle(`{"recordsPerSecond":2.5}`).want(200).json(); j["throttle"].(map[string]any)["recordsPerSecond"] != 2.5 {
		t.Errorf("%v", j)
	}
	if j := throttle(`{"recordsPerSecond":null}`).want(200).json(); j["throttle"].(map[string]any)["recordsPerSecond"] != nil {
		t.Errorf("%v", j)
	}
	throttle(`{}`).want(400)
	throttle(`{"recordsPerSecond":0}`).want(400)
	throttle(`{"recordsPerSecond":1,"state":"paused"}`).want(400)
}

func TestListOfJobsGoesPageByPage(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.job()
	}
	first := r.call("GET", "/v1/jobs?limit=2&state=queued&model=desk", "").want(200).json()
	if len(first["items"].([]any)) != 2 || first["nextCursor"] == nil {
		t.Fatalf("%v", first)
	}
	second := r.call("GET", "/v1/jobs?limit=2&cursor="+first["nextCursor"].(string), "").want(200).json()
	if len(second["items"].([]any)) != 1 || second["nextCursor"] != nil {
		t.Errorf("%v", second)
	}
	if none := r.call("GET", "/v1/jobs?state=failed", "").want(200).text; none != `{"items":[],"nextCursor":null}`+"\n" {
		t.Errorf("%s", none)
	}
}

// withResults gives a job some results.
func withResults(r *rig, id string) {
	at := r.clock.now()
	r.store.results[id] = []job.Result{
		{ID: r.desk.ID("1"), Outcome: job.Updated, At: &at, Changed: map[string]job.Change{
			"jobTitle": {From: json.RawMessage(`null`), To: json.RawMessage(`"Lead, <b>"`)}}},
		{ID: r.desk.ID("2"), Outcome: job.RecordFail, At: &at, Error: &job.RecordError{Code: "unique", Detail: "Taken.", Pointer: "/email"}},
		{ID: r.desk.ID("3"), Outcome: job.Pending},
	}
}

func TestResultsInAllFormats(t *testing.T) {
	r := newRig(t)
	id := r.job()
	withResults(r, id)
	page := r.call("GET", "/v1/jobs/"+id+"/results", "").want(200).json()
	if len(page["items"].([]any)) != 2 || page["nextCursor"] != "2" || page["complete"] != false {
		t.Errorf("%v", page)
	}
	some := r.call("GET", "/v1/jobs/"+id+"/results?outcome=failed,pending", "").want(200).json()["items"].([]any)
	if len(some) != 2 || some[0].(map[string]any)["error"].(map[string]any)["code"] != "unique" {
		t.Errorf("%v", some)
	}
	for query, n := range map[string]int{"code=unique": 1, "code=uniq": 0, "pointer=/email&outcome=failed": 1, "pointer=": 0, "code=unique&pointer=/domain": 0, "id=2&outcome=failed": 1, "id=77": 0} {
		if some := r.call("GET", "/v1/jobs/"+id+"/results?"+query, "").want(200).json()["items"].([]any); len(some) != n {
			t.Errorf("%s: %v", query, some)
		}
	}
	r.call("GET", "/v1/jobs/"+id+"/results?outcome=lost", "").want(400)
	r.call("GET", "/v1/jobs/"+id+"/results?code=", "").want(400)
	r.call("GET", "/v1/jobs/"+id+"/results?pointer=email", "").want(400)
	for _, wrong := range []string{"", "x", "1.5"} {
		if a := r.call("GET", "/v1/jobs/"+id+"/results?id="+wrong, "").want(400); !strings.Contains(a.text, `"pointer":"?id"`) {
			t.Errorf("the id %q: %s", wrong, a.text)
		}
	}
	lines := r.call("GET", "/v1/jobs/"+id+"/results", "", "Accept", "application/x-ndjson").want(200).
		header("Content-Type", "application/x-ndjson").text
	if strings.Count(lines, "\n") != 3 || !strings.Contains(lines, `{"id":3,"outcome":"pending","changed":null,"error":null,"at":null}`) {
		t.Errorf("%s", lines)
	}
	sheet := r.call("GET", "/v1/jobs/"+id+"/results?outcome=updated,failed", "", "Accept", "text/csv").want(200).text
	const want = "id,outcome,code,detail,pointer,at,changed,conflict,by\r\n" +
		`1,updated,,,,2026-11-21T12:00:00Z,"{""jobTitle"":{""from"":null,""to"":""Lead, <b>""}}",,` + "\r\n" +
		"2,failed,unique,Taken.,/email,2026-11-21T12:00:00Z,,,\r\n"
	if sheet != want {
		t.Errorf("got  %q\nwant %q", sheet, want)
	}
	r.call("GET", "/v1/jobs/"+id+"/results?limit=1", "", "Accept", "text/csv").want(400)
}

func TestEventsUntilTheEnd(t *testing.T) {
	r := newRig(t)
	id := r.job()
	resp, err := r.start(context.Background(), r.admin, "GET", "/v1/jobs/"+id+"/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if ct := resp.Header.Get("Content-Type"); ct != "text/event-stream" {
		t.Errorf("Content-Type %q", ct)
	}
	lines := bufio.NewReader(resp.Body)
	first, err := lines.ReadString('\n')
	if err != nil || first != "event: job\n" {
		t.Fatalf("%q %v", first, err)
	}
	r.store.change(id, func(j *job.Job) { j.State = job.Running })
	r.store.change(id, func(j *job.Job) { j.State = job.Succeeded })
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`(?m)^id: (\d+)$`).FindAllStringSubmatch(string(rest), -1)
	if len(ids) != 2 || ids[0][1] != "1" || ids[1][1] != "3" {
		t.Errorf("ids %v in %s", ids, rest)
	}
	if !strings.HasSuffix(string(rest), "\n\n") || !strings.Contains(string(rest), `"state":"succeeded"`) {
		t.Errorf("%s", rest)
	}
	r.call("GET", "/v1/jobs/"+id+"/events", "", "Last-Event-ID", "3").want(204)
	if again := r.call("GET", "/v1/jobs/"+id+"/events", "", "Last-Event-ID", "2").want(200).text; !strings.Contains(again, "id: 3\n") {
		t.Errorf("%s", again)
	}
}

func TestEventsEndWhenTheProcessStops(t *testing.T) {
	r := newRig(t)
	id := r.job()
	resp, err := r.start(context.Background(), r.admin, "GET", "/v1/jobs/"+id+"/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	close(r.stop)
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("the stream broke off: %v", err)
	}
}
