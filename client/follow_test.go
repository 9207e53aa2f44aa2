package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWaitPollsFromTheRevisionItHasSeen(t *testing.T) {
	c, rec, pauses := serve(t,
		answer(200, `{"jobId":"j1","state":"queued","revision":1}`, "ETag", `W/"1"`),
		answer(304, ``, "ETag", `W/"1"`),
		answer(200, `{"jobId":"j1","state":"running","revision":2}`, "ETag", `W/"2"`),
		answer(200, `{"jobId":"j1","state":"succeeded","revision":3,"done":true}`, "ETag", `W/"3"`))
	var seen []string
	j, err := c.Wait(t.Context(), "j1", func(j Job) { seen = append(seen, j.State) })
	if err != nil || j.State != StateSucceeded {
		t.Fatalf("job %+v, error %v", j, err)
	}
	if want := []string{StateQueued, StateRunning, StateSucceeded}; !slices.Equal(seen, want) {
		t.Errorf("saw %v", seen)
	}
	if len(*pauses) != 1 || (*pauses)[0] == 0 {
		t.Errorf("it paused %v after an answer that came at once", *pauses)
	}
	for i, want := range []string{"", `W/"1"`, `W/"1"`, `W/"2"`} {
		if got := rec.calls[i].header.Get("If-None-Match"); got != want {
			t.Errorf("call %d asks for other than %q instead of %q", i, got, want)
		}
		if i > 0 && rec.calls[i].query != "wait=20" {
			t.Errorf("call %d has query %q", i, rec.calls[i].query)
		}
	}
}

// TestWaitWithoutALongPoll lets the key have as many long polls open as it may, so
// the client must read the job from time to time.
func TestWaitWithoutALongPoll(t *testing.T) {
	tooMany := answer(429, `{"code":"too_many_streams"}`, "Retry-After", "5")
	c, rec, pauses := serve(t,
		answer(200, `{"jobId":"j1","state":"running","revision":1}`, "ETag", `W/"1"`),
		tooMany, answer(304, ``, "ETag", `W/"1"`),
		tooMany, answer(200, `{"jobId":"j1","state":"succeeded","revision":2,"done":true}`, "ETag", `W/"2"`))
	j, err := c.Wait(t.Context(), "j1", nil)
	if err != nil || j.State != StateSucceeded {
		t.Fatalf("job %+v, error %v", j, err)
	}
	for i, want := range []string{"", "wait=20", "wait=0", "wait=20", "wait=0"} {
		if got := rec.calls[i].query; got != want {
			t.Errorf("call %d has query %q", i, got)
		}
	}
	if !slices.Contains(*pauses, 5*time.Second) {
		t.Errorf("it paused %v", *pauses)
	}
}

func TestAQueryThatTakesTooLongIsSentOnce(t *testing.T) {
	c, rec, _ := serve(t, answer(503, `{"code":"query_timeout","detail":"Narrow the filter."}`, "Retry-After", "5"))
	for _, err := range c.Jobs(t.Context(), JobQuery{}) {
		if !HasCode(err, "query_timeout") || !strings.Contains(err.Error(), "Narrow the filter.") {
			t.Errorf("error %v", err)
		}
	}
	if len(rec.calls) != 1 {
		t.Errorf("%d calls", len(rec.calls))
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, _, _ := serve(t, func(w http.ResponseWriter) {
		answer(200, `{"jobId":"j1","state":"queued"}`)(w)
		cancel()
	})
	if _, err := c.Wait(ctx, "j1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestResultsFollowCursorsAndCanBeReadTwice(t *testing.T) {
	first := answer(200, `{"items":[{"id":"1","outcome":"updated","changed":{"a":{"from":1,"to":2}}}],"nextCursor":"c2","complete":true}`)
	last := answer(200, `{"items":[{"id":"2","outcome":"failed","error":{"code":"unique"}}],"nextCursor":null,"complete":true}`)
	c, rec, _ := serve(t, first, last, first, last)
	results := c.Results(t.Context(), "j1", OutcomeUpdated, OutcomeFailed)
	for range 2 {
		var ids []string
		for r, err := range results {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID.String()+":"+r.Outcome)
		}
		if want := []string{"1:updated", "2:failed"}; !slices.Equal(ids, want) {
			t.Errorf("results are %v", ids)
		}
	}
	for i, want := range []string{"outcome=updated%2Cfailed", "cursor=c2&outcome=updated%2Cfailed", "outcome=updated%2Cfailed"} {
		if rec.calls[i].query != want {
			t.Errorf("call %d has query %q", i, rec.calls[i].query)
		}
	}
}

func TestListsStopWhenTheLoopDoesAndReportTheirError(t *testing.T) {
	c, rec, _ := serve(t,
		answer(200, `{"items":[{"jobId":"a"},{"jobId":"b"}],"nextCursor":"n"}`),
		answer(404, `{"code":"not_found"}`))
	for range c.Jobs(t.Context(), JobQuery{State: StateFailed, Model: "desk"}) {
		break
	}
	if len(rec.calls) != 1 || rec.calls[0].query != "model=desk&state=failed" {
		t.Errorf("calls are %+v", rec.calls)
	}
	var last error
	for _, err := range c.Jobs(t.Context(), JobQuery{}) {
		last = err
	}
	if !HasCode(last, "not_found") {
		t.Errorf("error is %v", last)
	}
}

func TestActionsPostToTheirPaths(t *testing.T) {
	c, rec, _ := serve(t, answer(200, `{"jobId":"j1"}`))
	ctx, rate := t.Context(), 2.5
	for _, call := range []func() (Job, error){
		func() (Job, error) { return c.Pause(ctx, "j1") },
		func() (Job, error) { return c.Resume(ctx, "j1") },
		func() (Job, error) { return c.Cancel(ctx, "j1") },
		func() (Job, error) { return c.Undo(ctx, "j1") },
		func() (Job, error) { return c.Retry(ctx, "j1", "") },
		func() (Job, error) { return c.Retry(ctx, "j1", "force") },
		func() (Job, error) {
			return c.RetryRecords(ctx, "j1", RetryQuery{Codes: []string{"unique"}, OnMismatch: MismatchForce})
		},
		func() (Job, error) {
			return c.RetryRecords(ctx, "j1", RetryQuery{Codes: []string{"unique"}, Pointers: []string{""}})
		},
		func() (Job, error) { return c.UndoRecords(ctx, "j1", []any{7, "x"}) },
		func() (Job, error) { return c.UndoRecords(ctx, "j1", []any{}) }, // never all
		func() (Job, error) { return c.UndoRecords(ctx, "j1", nil) },
		func() (Job, error) { return c.SetThrottle(ctx, "j1", &rate) },
		func() (Job, error) { return c.SetThrottle(ctx, "j1", nil) },
	} {
		if _, err := call(); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"POST /v1/jobs/j1/pause ", "POST /v1/jobs/j1/resume ", "POST /v1/jobs/j1/cancel ",
		"POST /v1/jobs/j1/undo ", "POST /v1/jobs/j1/retry ", `POST /v1/jobs/j1/retry {"onMismatch":"force"}`,
		`POST /v1/jobs/j1/retry {"codes":["unique"],"onMismatch":"force"}`, `POST /v1/jobs/j1/retry {"codes":["unique"],"pointers":[""]}`, `POST /v1/jobs/j1/undo {"ids":[7,"x"]}`, `POST /v1/jobs/j1/undo {"ids":[]}`,
		`POST /v1/jobs/j1/undo {"ids":[]}`,
		`PATCH /v1/jobs/j1 {"recordsPerSecond":2.5}`, `PATCH /v1/jobs/j1 {"recordsPerSecond":null}`,
	}
	for i, call := range rec.calls {
		if got := call.method + " " + call.path + " " + call.body; got != want[i] {
			t.Errorf("call %d is %q", i, got)
		}
	}
	for _, q := range []RetryQuery{{}, {Codes: []string{}}, {OnMismatch: MismatchForce}} { // never all
		if _, err := c.RetryRecords(ctx, "j1", q); err == nil || len(rec.calls) != len(want) {
			t.Errorf("a retry of %+v: %d calls, %v", q, len(rec.calls), err)
		}
	}
}

func TestPreviewsOfUndosAndRetriesAreAnsweredAtOnceOrByAJob(t *testing.T) {
	const preview = `{"matched":3,"wouldRestore":2,"conflicted":1,"conflicts":[{"id":7,"conflict":{"a":{"wrote":1,"now":2,"former":null}},"by":"j9"}]}`
	c, rec, _ := serve(t,
		answer(200, preview),
		answer(202, `{"jobId":"j2"}`), answer(200, `{"jobId":"j2","done":true}`), answer(200, `{"jobId":"j2","done":true,"preview":`+preview+`}`),
		answer(200, `{"matched":2,"wouldChange":2,"confirmToken":null,"expiresAt":null}`))
	for _, ids := range [][]any{nil, {7}} {
		p, err := c.PreviewUndo(t.Context(), "j1", ids)
		if err != nil || p.WouldRestore != 2 || string(p.Conflicts[0].Conflict["a"].Now) != "2" || *p.Conflicts[0].By != "j9" {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	if p, err := c.PreviewRetry(t.Context(), "j1", RetryQuery{Codes: []string{"unique"}, OnMismatch: MismatchForce}); err != nil || p.WouldChange != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	for i, want := range map[int]string{0: `{"dryRun":true}`, 1: `{"dryRun":true,"ids":[7]}`, 4: `{"codes":["unique"],"dryRun":true,"onMismatch":"force"}`} {
		if got := rec.calls[i].body; got != want {
			t.Errorf("call %d is %s", i, got)
		}
	}
}

func TestUpdateRecordReturnsTheRecordOrFollowsTheJob(t *testing.T) {
	c, rec, _ := serve(t,
		answer(200, `{"id":7,"version":2}`, "ETag", `"2"`),
		answer(202, `{"jobId":"j1"}`),
		answer(200, `{"jobId":"j1","state":"succeeded","done":true}`),
		answer(200, `{"id":7,"version":3}`, "ETag", `"3"`),
		answer(412, `{"code":"precondition_failed"}`))
	for _, want := range []int64{2, 3} {
		r, err := c.UpdateRecord(t.Context(), "desk", "7", map[string]any{"phone": "1"}, 0)
		if err != nil || r.Version() != want || r.ID() != "7" {
			t.Fatalf("record %s, error %v", r.JSON, err)
		}
	}
	if rec.calls[0].header.Get("Prefer") != "wait=30" {
		t.Errorf("headers are %v", rec.calls[0].header)
	}
	if _, err := c.UpdateRecord(t.Context(), "desk", "7", map[string]any{}, 9); !HasStatus(err, 412) {
		t.Errorf("error is %v", err)
	}
}

func TestUpdateRecordAnswersTheSameWhenItHadToWait(t *testing.T) {
	for result, want := range map[string]int{
		`{"outcome":"conflicted","error":{"code":"precondition_failed","detail":"d"}}`: 412,
		`{"outcome":"skipped","error":{"code":"not_found","detail":"d"}}`:              404,
		`{"outcome":"failed","error":{"code":"unique","detail":"d"}}`:                  409,
		`{"outcome":"failed","error":{"code":"constraint","detail":"d"}}`:              422,
		`{"outcome":"pending"}`: 409,
	} {
		c, _, _ := serve(t,
			answer(202, `{"jobId":"j1"}`),
			answer(200, `{"jobId":"j1","state":"failed","done":true,"counts":{"failed":1}}`),
			answer(200, `{"items":[`+result+`],"nextCursor":null}`))
		if _, err := c.UpdateRecord(t.Context(), "desk", "7", map[string]any{}, 9); !HasStatus(err, want) {
			t.Errorf("%s: error is %v", result, err)
		}
	}
}

func TestPreviewAsksForADryRunAndFollowsALongOne(t *testing.T) {
	c, rec, _ := serve(t,
		answer(200, `{"matched":3,"confirmToken":"t"}`),
		answer(202, `{"jobId":"p1"}`),
		answer(200, `{"jobId":"p1","state":"succeeded","done":true,"preview":{"matched":4}}`))
	s := Submission{Model: "desk", Filter: map[string]any{}, Patch: map[string]any{"trusted": true}, Options: Options{AllowAll: true}}
	for _, want := range []int64{3, 4} {
		p, err := c.PreviewSubmission(t.Context(), s)
		if err != nil || p.Matched != want {
			t.Fatalf("preview %+v, error %v", p, err)
		}
	}
	if want := `{"model":"desk","filter":{},"patch":{"trusted":true},"options":{"allowAll":true,"dryRun":true}}`; rec.calls[0].body != want {
		t.Errorf("body is %s", rec.calls[0].body)
	}
}

func TestRecordsKeepTheirJSONAndIDsOfBothTypes(t *testing.T) {
	c, rec, _ := serve(t,
		answer(200, `{"items":[{"id":9007199254740993,"version":1},{"id":"a\"b","version":2}],"nextCursor":null,"count":2}`))
	var ids []string
	for r, err := range c.Records(t.Context(), "desk", RecordQuery{Filter: map[string]any{"id": 1}, Sort: "-id", Fields: []string{"id", "phone"}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID())
	}
	if !slices.Equal(ids, []string{"9007199254740993", `a"b`}) {
		t.Errorf("ids are %q", ids)
	}
	if want := "fields=id%2Cphone&filter=%7B%22id%22%3A1%7D&sort=-id"; rec.calls[0].query != want {
		t.Errorf("query is %q", rec.calls[0].query)
	}
	if n, err := c.Count(t.Context(), "desk", nil); n != 2 || err != nil {
		t.Errorf("count %d, error %v", n, err)
	}
}

func TestImportStreamsAndExportReportsACut(t *testing.T) {
	c, rec, _ := serve(t,
		answer(200, `{"inserted":2,"updated":0,"failed":1,"errors":[{"line":2,"detail":"no"}]}`),
		func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", string(NDJSON))
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "{}\n")
		})
	report, err := c.Import(t.Context(), "desk", CSV, strings.NewReader("id\n1\n"))
	if err != nil || report.Inserted != 2 || report.Errors[0].Line != 2 {
		t.Fatalf("report %+v, error %v", report, err)
	}
	if rec.calls[0].header.Get("Content-Type") != "text/csv" || rec.calls[0].body != "id\n1\n" {
		t.Errorf("sent %+v", rec.calls[0])
	}
	stream, err := c.Export(t.Context(), "desk", NDJSON, map[string]any{"id": 1})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if _, err := io.ReadAll(stream); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a stream that was cut ended with %v", err)
	}
}

// TestAPageOfAnotherServerIsNoAnswer has a proxy answer with its sign-in page, with
// status 200: the client must not take that for an export or a report.
func TestAPageOfAnotherServerIsNoAnswer(t *testing.T) {
	page := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<p>Sign in</p>")
	}
	c, _, _ := serve(t, page, page)
	if _, err := c.Export(t.Context(), "desk", CSV, nil); !errors.Is(err, ErrForeign) {
		t.Errorf("an export ended with %v", err)
	}
	if _, err := c.Import(t.Context(), "desk", CSV, strings.NewReader("id\n")); !errors.Is(err, ErrForeign) {
		t.Errorf("an import ended with %v", err)
	}
}

func TestKeysAndModels(t *testing.T) {
	c, rec, _ := serve(t,
		answer(201, `{"id":3,"name":"ops","workspace":"w","scopes":["admin"],"person":"Ana","expiresAt":"2030-01-31T12:00:00Z","lastUsedAt":null,"secret":"bp_x"}`),
		answer(200, `{"items":[{"id":3,"name":"ops"}],"nextCursor":null}`),
		answer(200, `{"id":3,"name":"ops","person":null,"expiresAt":null,"secret":"bp_y"}`),
		answer(204, ``),
		answer(200, `{"items":[{"name":"desk","title":"Desk","fields":[]}]}`),
		answer(200, `{"name":"desk","title":"Desk","fields":[]}`))
	end := time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)
	k, secret, err := c.CreateKey(t.Context(), "ops", "w", []string{"secrets:read"}, WithPreset("editor"), WithPerson("Ana"), WithExpiry(end))
	if err != nil || k.ID != 3 || k.Person != "Ana" || !k.ExpiresAt.Equal(end) || secret != "bp_x" {
		t.Fatalf("key %+v, error %v", k, err)
	}
	if want := `{"name":"ops","workspace":"w","scopes":["secrets:read"],"preset":"editor","person":"Ana","expiresAt":"2030-01-31T12:00:00Z"}`; string(rec.calls[0].body) != want {
		t.Errorf("asked for %s", rec.calls[0].body)
	}
	for k, err := range c.Keys(t.Context()) {
		if err != nil || k.Name != "ops" {
			t.Fatalf("key %+v, error %v", k, err)
		}
	}
	if _, secret, err := c.RotateKey(t.Context(), 3, 24*time.Hour); err != nil || secret != "bp_y" ||
		rec.calls[2].path != "/v1/keys/3/rotate" || string(rec.calls[2].body) != `{"overlapSeconds":86400}` {
		t.Errorf("called %+v, error %v", rec.calls[2], err)
	}
	if err := c.RevokeKey(t.Context(), 3); err != nil || rec.calls[3].path != "/v1/keys/3" {
		t.Errorf("called %+v, error %v", rec.calls[3], err)
	}
	for m, err := range c.Models(t.Context()) {
		if err != nil || m.Name != "desk" || len(m.JSON) == 0 {
			t.Fatalf("model %+v, error %v", m, err)
		}
	}
	if m, err := c.Model(t.Context(), "desk"); err != nil || m.Title != "Desk" {
		t.Errorf("model %+v, error %v", m, err)
	}
}
