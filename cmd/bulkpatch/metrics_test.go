package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// samples are what /metrics says, by series.
type samples map[string]float64

// scrape reads /metrics of a process.
func scrape(t *testing.T, p *process) (all samples, text string) {
	t.Helper()
	text = get(t, p.base+"/metrics", "", http.StatusOK)
	all = samples{}
	for line := range strings.Lines(text) {
		series, value, _ := strings.Cut(strings.TrimSpace(line[strings.LastIndex(line, "}")+1:]), " ")
		if labels := strings.LastIndex(line, "}"); labels >= 0 {
			series, value = line[:labels+1], line[labels+2:]
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if err != nil {
			t.Fatalf("the line %q has no value", line)
		}
		all[series] = n
	}
	return all, text
}

// ours lists the series of this program.
func (s samples) ours() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for series := range s {
			if strings.HasPrefix(series, "bulkpatch_") && !yield(series) {
				return
			}
		}
	})
}

// untilMetric scrapes until a series has a value that is wanted.
func (p *process) untilMetric(t *testing.T, series string, wanted func(float64) bool) samples {
	t.Helper()
	var all samples
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		all, _ = scrape(t, p)
		if v, there := all[series]; there && wanted(v) {
			return all
		}
	}
	t.Fatalf("%s is %v", series, all[series])
	return nil
}

func is(want float64) func(float64) bool { return func(v float64) bool { return v == want } }

// eachPart starts each kind of process on one installation.
func eachPart(t *testing.T) map[string]*process {
	t.Helper()
	shared := []string{"--db", database(t), "--redis", redistest.Start(t).URL()}
	parts := map[string]*process{}
	for _, part := range []string{"serve", "api", "worker"} {
		args := append([]string{part, "--addr", "127.0.0.1:0"}, shared...)
		if part == "worker" {
			args[1] = "--metrics-addr"
		}
		parts[part] = start(t, args...)
	}
	return parts
}

// TestMetricsAreAsPrometheusWantsThem checks names, units and help of everything that
// each kind of process shows.
func TestMetricsAreAsPrometheusWantsThem(t *testing.T) {
	t.Parallel()
	for part, p := range eachPart(t) {
		all := p.untilMetric(t, "bulkpatch_redis_up", is(1))
		_, text := scrape(t, p)
		problems, err := promlint.New(strings.NewReader(text)).Lint()
		if err != nil || len(problems) > 0 {
			t.Errorf("%s: %+v, %v", part, problems, err)
		}
		info := `bulkpatch_build_info{goversion="`
		if !slices.ContainsFunc(all.ours(), func(s string) bool { return strings.HasPrefix(s, info) && strings.Contains(s, `version="`) }) {
			t.Errorf("%s does not say which build it is", part)
		}
		for _, series := range []string{"bulkpatch_database_up", "bulkpatch_worker_processes", `bulkpatch_queue_tasks{queue="single",state="waiting"}`} {
			if _, there := all[series]; !there {
				t.Errorf("%s has no %s", part, series)
			}
		}
		if n := len(all); n > 5000 {
			t.Errorf("%s shows %d series", part, n)
		}
	}
}

// TestMetricsCountWhatJobsSay runs jobs of each kind and compares what was counted
// with the jobs' own counts. No job adds a series.
func TestMetricsCountWhatJobsSay(t *testing.T) {
	t.Parallel()
	p := start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", database(t)}, tiny...)...)
	c := p.client(t, p.firstKey)
	before := p.untilMetric(t, "bulkpatch_redis_up", is(1))
	rows := `{"id": "a", "name": "A"}` + "\n" + `{"id": "b", "name": "B"}` + "\n" + `{"id": "c", "name": "C"}` + "\n" +
		`{"id": "d", "name": "D", "domain": "taken.example"}` + "\n" + `{"id": "e"}` + "\n"
	if _, err := c.Import(t.Context(), "mythic", client.NDJSON, strings.NewReader(rows)); err != nil {
		t.Fatal(err)
	}
	ended := jobsOfEachKind(t, p, c)
	want := samples{
		`bulkpatch_import_rows_total{result="inserted"}`: 4, `bulkpatch_import_rows_total{result="failed"}`: 1,
		`bulkpatch_jobs_open{state="running"}`: 0, `bulkpatch_outbox_wake_ups{state="due"}`: 0, `bulkpatch_outbox_oldest_seconds`: 0,
		`bulkpatch_brakes_on`: 0, `bulkpatch_resumes_total`: 0, `bulkpatch_http_problems_total{code="internal"}`: 0,
	}
	for _, j := range ended {
		of := fmt.Sprintf(`{kind=%q`, j.Kind)
		want["bulkpatch_jobs_accepted_total"+of+"}"]++
		want["bulkpatch_job_wait_seconds_count"+of+"}"]++
		want["bulkpatch_jobs_ended_total"+of+fmt.Sprintf(`,state=%q}`, j.State)]++
		for outcome, n := range map[string]int64{
			"updated": j.Counts.Updated, "unchanged": j.Counts.Unchanged, "skipped": j.Counts.Skipped, "conflicted": j.Counts.Conflicted, "failed": j.Counts.Failed,
		} {
			if j.Kind != "preview" {
				want["bulkpatch_records_total"+of+fmt.Sprintf(`,outcome=%q}`, outcome)] += float64(n)
			}
			if j.Kind != "preview" && j.Kind != "single" {
				want["bulkpatch_chunk_records_sum"] += float64(n)
			}
		}
	}
	after := p.untilMetric(t, `bulkpatch_jobs_open{state="running"}`, is(0))
	for series, n := range want {
		if got, there := after[series]; !there || got != n {
			t.Errorf("%s is %v, not %v", series, got, n)
		}
	}
	if got := after.ours(); !slices.Equal(got, before.ours()) {
		t.Errorf("jobs add the series %q", added(before, after))
	}
}

// added lists the series of after that before lacks.
func added(before, after samples) (list []string) {
	for _, series := range after.ours() {
		if _, there := before[series]; !there {
			list = append(list, series)
		}
	}
	return list
}

// jobsOfEachKind runs at least one job of each kind on four clients of the model
// mythic, with each outcome, and returns the jobs as they ended.
func jobsOfEachKind(t *testing.T, p *process, c *client.Client) (ended []client.Job) {
	t.Helper()
	ctx, all := t.Context(), map[string]any{"name": map[string]any{"$in": []string{"A", "B", "C", "D"}}}
	end := func(j client.Job, err error) client.Job {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		j = wait(t, c, j.ID)
		ended = append(ended, j)
		return j
	}
	end(c.SubmitBulk(ctx, "mythic", all, map[string]any{"phone": "1"}, client.Options{}))
	changed := end(c.SubmitBulk(ctx, "mythic", all, map[string]any{"phone": "2"}, client.Options{}))
	end(c.SubmitBulk(ctx, "mythic", all, map[string]any{"phone": "2"}, client.Options{}))
	failed := end(c.SubmitBulk(ctx, "mythic", all, map[string]any{"domain": "taken.example"}, client.Options{}))
	end(c.Retry(ctx, failed.ID, ""))
	end(c.SubmitSingle(ctx, "mythic", "a", map[string]any{"phone": "3"}, 0))
	end(c.SubmitSingle(ctx, "mythic", "b", map[string]any{"phone": "3"}, 99))
	end(c.Undo(ctx, changed.ID))
	end(c.Job(ctx, previewJob(t, p)))
	kinds, outcomes := map[string]bool{}, client.Counts{}
	for _, j := range ended {
		kinds[j.Kind] = true
		outcomes.Updated += j.Counts.Updated
		outcomes.Unchanged += j.Counts.Unchanged
		outcomes.Conflicted += j.Counts.Conflicted
		outcomes.Failed += j.Counts.Failed
	}
	if len(kinds) != 5 || outcomes.Updated == 0 || outcomes.Unchanged == 0 || outcomes.Conflicted == 0 || outcomes.Failed == 0 {
		t.Fatalf("the jobs are of kinds %v with %+v", slices.Collect(maps.Keys(kinds)), outcomes)
	}
	return ended
}

// previewJob makes a job of a preview and returns its id.
func previewJob(t *testing.T, p *process) string {
	t.Helper()
	answer := ask(t, p, "PATCH", "/v1/mythic/customers?dryRun=true&filter="+url.QueryEscape(`{"name": "A"}`), `{"phone": "4"}`,
		"Prefer", "respond-async", "Content-Type", "application/merge-patch+json", "Authorization", "Bearer "+p.firstKey)
	_, id, _ := strings.Cut(answer.Header.Get("Location"), "/v1/jobs/")
	if answer.StatusCode != http.StatusAccepted || id == "" {
		t.Fatalf("the preview is answered %s", answer.Status)
	}
	return id
}

// ask makes a request with any method and returns its answer, whose body it has read.
func ask(t *testing.T, p *process, method, target, body string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.base+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer
}

// oddRequests are what no route expects, and a HEAD that one answers.
var oddRequests = []struct {
	method, target, body string
	status               int
}{
	{"GET", "/nowhere/" + strings.Repeat("x", 200), "", 404},
	{"BREW", "/v1/jobs", "", 405},
	{"POST", "/v1/brake", "", 405},
	{"GET", "/v1/nomodel/customers", "", 404},
	{"GET", "//v1/../jobs", "", 404},
	{"HEAD", "/v1/models", "", 200},
	{"OPTIONS", "/v1/models", "", 405},
	{"GET", "/v1/models?odd=1", "", 400},
	{"GET", "/v1/jobs/" + strings.Repeat("y", 100), "", 404},
	{"GET", "/api/v1/clients/nobody", "", 404},
	{"GET", "/api/v1/nothing", "", 404},
	{"GET", "/admin/nothing", "", 404},
	{"GET", "/v1/models?x=" + strings.Repeat("z", 70_000), "", 414},
	{"POST", "/v1/jobs", `{"patch": "` + strings.Repeat("z", 70_000) + `"}`, 413},
	{"POST", "/admin/login", "key=wrong", 403},
}

// TestNoRequestAddsASeries sends what no route expects. Each request is counted, and
// none adds a series. No series names a workspace or a key.
func TestNoRequestAddsASeries(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--rate", "1000/s", "--max-body", "64KiB")
	before := p.untilMetric(t, "bulkpatch_redis_up", is(1))
	key := []string{"Authorization", "Bearer " + p.firstKey}
	for _, r := range oddRequests {
		form := "application/json"
		if strings.HasPrefix(r.target, "/admin") {
			form = "application/x-www-form-urlencoded"
		}
		if a := ask(t, p, r.method, r.target, r.body, append(slices.Clone(key), "Content-Type", form)...); a.StatusCode != r.status {
			t.Errorf("%s %.40s is answered %d, not %d", r.method, r.target, a.StatusCode, r.status)
		}
	}
	ask(t, p, "GET", "/v1/models", "")
	after, text := scrape(t, p)
	if got := added(before, after); len(got) > 0 {
		t.Errorf("requests add the series %q", got)
	}
	counted := samples{
		`bulkpatch_http_problems_total{code="missing_key"}`:        1,
		`bulkpatch_http_problems_total{code="too_large"}`:          1,
		`bulkpatch_http_problems_total{code="url_too_long"}`:       1,
		`bulkpatch_http_problems_total{code="method_not_allowed"}`: 3,
		`bulkpatch_sign_ins_total{result="failed"}`:                1,

		`bulkpatch_http_requests_total{method="GET",route="/v1/models",status="2xx"}`: 1,
	}
	for series, n := range counted {
		if after[series] != n {
			t.Errorf("%s is %v, not %v", series, after[series], n)
		}
	}
	if got, want := answered(after)-answered(before), float64(len(oddRequests)+2); got != want { // and the scrape before
		t.Errorf("%v requests were counted, not %v", got, want)
	}
	for _, secret := range []string{"main", p.firstKey, "nomodel", "nobody"} {
		if strings.Contains(text, `"`+secret+`"`) {
			t.Errorf("a label says %s", secret)
		}
	}
}

// answered is how many requests were answered, whatever they asked for.
func answered(all samples) (n float64) {
	for series, value := range all {
		if strings.HasPrefix(series, "bulkpatch_http_requests_total{") {
			n += value
		}
	}
	return n
}

// TestWhoFollowsAJobIsCounted opens an event stream about a job that the brake holds.
func TestWhoFollowsAJobIsCounted(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	c := p.client(t, p.firstKey)
	load(t, c, 3)
	if _, err := c.BrakeOn(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/v1/jobs/"+j.ID+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.firstKey)
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	all := p.untilMetric(t, "bulkpatch_streams_open", is(1))
	followed := samples{"bulkpatch_followers": 1, "bulkpatch_followed_jobs": 1, "bulkpatch_http_requests_in_flight": 2}
	for series, want := range followed {
		if all[series] != want {
			t.Errorf("%s is %v, not %v", series, all[series], want)
		}
	}
	p.untilMetric(t, "bulkpatch_brakes_on", is(1))
	p.untilMetric(t, `bulkpatch_outbox_wake_ups{state="held"}`, is(1))
	stream.Body.Close()
	p.untilMetric(t, "bulkpatch_followers", is(0))
}

// TestAScrapeOutlivesTheDatabaseAndRedis scrapes a process, many times at once, while
// its database says nothing and its Redis is gone.
func TestAScrapeOutlivesTheDatabaseAndRedis(t *testing.T) {
	t.Parallel()
	server, redis := pgtest.Start(t), redistest.Start(t)
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", server.Database(t), "--redis", redis.URL())
	p.untilMetric(t, "bulkpatch_database_up", is(1))
	p.untilMetric(t, "bulkpatch_redis_up", is(1))
	fatal(t, server.Stall())
	redis.Kill()
	p.untilMetric(t, "bulkpatch_database_up", is(0))
	p.untilMetric(t, "bulkpatch_redis_up", is(0))
	var scrapes sync.WaitGroup
	began := time.Now()
	for range scrapesAtOnce {
		scrapes.Go(func() {
			all, _ := scrape(t, p)
			_, open := all[`bulkpatch_jobs_open{state="running"}`]
			_, pending := all["bulkpatch_webhook_pending"]
			if _, there := all["go_goroutines"]; !there || open || pending || all[`promhttp_metric_handler_errors_total{cause="gathering"}`] == 0 {
				t.Error("a scrape says what cannot be known, or leaves out what can")
			}
		})
	}
	scrapes.Wait()
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("%d scrapes took %v", scrapesAtOnce, took)
	}
	fatal(t, server.Resume())
	redis.Restart(t)
	p.untilMetric(t, `bulkpatch_jobs_open{state="running"}`, is(0))
	p.untilMetric(t, `bulkpatch_queue_tasks{queue="bulk",state="active"}`, is(0))
}
