package dashboard

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
	"bulkpatch/job"
)

// filterAt reads the filter of an address.
func filterAt(address string) jobFilter {
	return jobFilterOf(&Visit{Request: httptest.NewRequest("GET", address, nil)})
}

func TestTheFilterOfAListIsItsAddress(t *testing.T) {
	for _, f := range []jobFilter{
		{},
		{Q: `by:ops "a b" & <c>`, State: openStates, Kind: allKinds, Model: "desk", CreatedBy: "key:ops", When: "7d", Since: "2026-01-31", Until: "2026-02-28"},
		{Q: "客户 עברית", State: "queued,paused", Kind: "undo"},
	} {
		if got := filterAt(f.path()); got != f {
			t.Errorf("%s is read as %+v instead of %+v", f.path(), got, f)
		}
		if got := filterAt(f.path("cursor", "x")); got != f {
			t.Errorf("the next page has the filter %+v instead of %+v", got, f)
		}
	}
	if f := filterAt(JobsPath + "?createdBy=ops"); f.CreatedBy != "key:ops" {
		t.Errorf("ops is read as %s", f.CreatedBy)
	}
}

func TestWhatIsSearchedFor(t *testing.T) {
	const id = "0193f2c4-0000-7000-8000-000000000001"
	for text, want := range map[string]jobSearch{
		"":                   {},
		id:                   {id: id},
		strings.ToUpper(id):  {id: id},
		"0193f2c4":           {id: "0193f2c4"},
		"0193f2c4-00":        {id: "0193f2c4-00"},
		"0193f2c":            {note: "0193f2c"},
		`"20261127"`:         {note: `"20261127"`},
		"0193f2c4x":          {note: "0193f2c4x"},
		"by:ops":             {by: "key:ops"},
		"key:ops":            {by: "key:ops"},
		"By:key:ops":         {by: "key:ops"},
		"Q4 by:ops clean-up": {by: "key:ops", note: "Q4 clean-up"},
		"to: all":            {note: "to: all"},
		"  ?!  ":             {},
	} {
		if got := searchOf(text); got != want {
			t.Errorf("%q searches for %+v instead of %+v", text, got, want)
		}
	}
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestAFilterAsksTheAPI(t *testing.T) {
	main := commas(mainKinds)
	if strings.Contains(main, "single") || strings.Contains(main, "preview") || !strings.Contains(main, "bulk") {
		t.Fatalf("the kinds listed by default are %s", main)
	}
	for address, want := range map[string]url.Values{
		"":                             {"kind": {main}},
		"?kind=all":                    {},
		"?kind=single&model=desk":      {"kind": {"single"}, "model": {"desk"}},
		"?state=open":                  {"kind": {main}, "state": {"queued,resolving,running,pausing,paused,cancelling"}},
		"?state=failures":              {"kind": {main}, "state": {"partially_succeeded,failed"}},
		"?q=0193f2c4":                  {"id": {"0193f2c4"}},
		"?q=0193f2c4&kind=bulk":        {"id": {"0193f2c4"}, "kind": {"bulk"}},
		"?q=by:ops&createdBy=else":     {"kind": {main}, "createdBy": {"key:ops"}},
		"?when=24h":                    {"kind": {main}, "since": {"2026-11-26T12:00:00Z"}},
		"?when=24h&since=2026-11-27":   {"kind": {main}, "since": {"2026-11-27T00:00:00Z"}},
		"?when=24h&since=2026-11-01":   {"kind": {main}, "since": {"2026-11-26T12:00:00Z"}},
		"?until=2026-11-27":            {"kind": {main}, "until": {"2026-11-28T00:00:00Z"}},
		"?until=2026-11-27T10:00:00Z":  {"kind": {main}, "until": {"2026-11-27T10:00:00Z"}},
		"?state=queued,paused&model=x": {"kind": {main}, "state": {"queued,paused"}, "model": {"x"}},
	} {
		got, wrong := filterAt(JobsPath + address).apiQuery(noon)
		if !reflect.DeepEqual(got, want) || len(wrong) > 0 {
			t.Errorf("%s asks for %v instead of %v, %v", address, got, want, wrong)
		}
	}
	for _, address := range []string{"?since=yesterday", "?until=31.1.2026", "?when=3y", "?q=%3F%21"} {
		if _, wrong := filterAt(JobsPath + address).apiQuery(noon); len(wrong) != 1 {
			t.Errorf("%s has the faults %q", address, wrong)
		}
	}
}

func TestAFilterThatNobodyOffersIsShown(t *testing.T) {
	for _, list := range [][]choice{
		jobFilter{State: "queued,paused"}.StateChoices(), jobFilter{Kind: "bulk,undo"}.KindChoices(), jobFilter{When: "3y"}.WhenChoices(),
		jobFilter{Model: "gone"}.modelChoices(nil), jobFilter{}.StateChoices(), jobFilter{Kind: allKinds}.KindChoices(),
	} {
		chosen := 0
		for _, c := range list {
			if c.Chosen {
				chosen++
			}
		}
		if chosen != 1 {
			t.Errorf("%d of %v are chosen", chosen, list)
		}
	}
}

func TestAJobSaysHowFarItIs(t *testing.T) {
	n := func(n int64) *int64 { return &n }
	text := func(s string) *string { return &s }
	f := func(f float64) *float64 { return &f }
	by := []client.Transition{{State: client.StateQueued, By: text("key:nightly")}, {State: client.StatePaused, By: text("key:ops")}}
	for want, j := range map[string]client.Job{
		"49.1 % · 81,200/s · 1 s left":               {State: client.StateRunning, Counts: client.Counts{Matched: n(2000), Updated: 983}, Progress: client.Progress{Percent: f(49.15), RecordsPerSecond: 81200.3, ETASeconds: f(1.2)}},
		"99.9 % · 0.5/s":                             {State: client.StateRunning, Counts: client.Counts{Matched: n(2000), Updated: 1999}, Progress: client.Progress{Percent: f(99.99), RecordsPerSecond: 0.5}},
		"finds its customers, 43.0 % looked through": {State: client.StateResolving, Progress: client.Progress{ResolvedPercent: 43}},
		"waits for a worker":                         {State: client.StateQueued, Progress: client.Progress{WaitReason: text(job.WaitWorker)}},
		"held by the brake: <b>stop</b> · 5 of 9 done": {State: client.StateRunning, Counts: client.Counts{Matched: n(9), Updated: 5},
			Progress: client.Progress{WaitReason: text(job.WaitBrake), WaitDetail: text("<b>stop</b>")}},
		"paused by key:ops · 4,051 of 18,204 done": {State: client.StatePaused, Transitions: by, Counts: client.Counts{Matched: n(18204), Updated: 4051}},
		"1 updated · 2 failed":                     {State: client.StatePartiallySucceeded, Done: true, Counts: client.Counts{Matched: n(3), Updated: 1, Failed: 2, Pending: n(0)}},
		"51 updated · undone":                      {State: client.StateSucceeded, Done: true, Counts: client.Counts{Matched: n(51), Updated: 51}, Undo: client.Undo{UndoneBy: text("u")}},
		"58,969 restored · 31 left alone":          {Kind: "undo", State: client.StatePartiallySucceeded, Done: true, Counts: client.Counts{Matched: n(59000), Updated: 58969, Conflicted: 31}},
		"no customer matched":                      {State: client.StateSucceeded, Done: true, Counts: client.Counts{Matched: n(0)}},
		"9,007,199,254,740,993 updated":            {State: client.StateSucceeded, Done: true, Counts: client.Counts{Matched: n(9007199254740993), Updated: 9007199254740993}},
		"more records match than allowed · nothing was changed": {State: client.StateFailed, Done: true, Error: &client.JobError{Code: "max_affected"},
			Counts: client.Counts{Matched: n(4312), Pending: n(4312)}},
		"more than the 9,007,199,254,740,993 allowed · nothing was changed": {State: client.StateFailed, Done: true, Error: &client.JobError{Code: "max_affected"},
			Request: client.Request{Options: []byte(`{"maxAffected":9007199254740993}`)}},
		"not the 5 expected · nothing was changed": {State: client.StateFailed, Done: true, Error: &client.JobError{Code: "expected_count"},
			Request: client.Request{Options: []byte(`{"expectedCount":5}`)}},
		"as many records failed as the job allows · 10 updated · 5 failed · 85 not reached": {State: client.StateFailed, Done: true,
			Error: &client.JobError{Code: "max_failures"}, Counts: client.Counts{Matched: n(100), Updated: 10, Failed: 5, Pending: n(85)}},
	} {
		if got := words.Progress(j).String(); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

func TestTogetherPanicsInTheCaller(t *testing.T) {
	defer func() {
		if p := recover(); p != "gone" {
			t.Errorf("recovered %v", p)
		}
	}()
	together(func() {}, func() { panic("gone") })
	t.Error("it went on")
}

func TestTheReasonOfTheBrakeIsSaidOnce(t *testing.T) {
	brake, worker, why := job.WaitBrake, job.WaitWorker, "stop"
	held := client.Job{State: client.StateQueued, Progress: client.Progress{WaitReason: &brake, WaitDetail: &why}}
	other := client.Job{State: client.StateQueued, Progress: client.Progress{WaitReason: &worker}}
	p := jobPart{Rows: []jobRow{jobRowOf(held, nil, nil), jobRowOf(other, nil, nil)}}
	p.sayOnce(job.WaitBrake)
	if got := p.Rows[0].Progress.String() + ", " + p.Rows[1].Progress.String(); got != "held by the brake, waits for a worker" {
		t.Errorf("%q", got)
	}
}
