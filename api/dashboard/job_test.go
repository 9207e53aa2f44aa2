package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/job"
)

var anyRight = JobRights{true, true, true, true}

func TestTheNextStatesAreThoseThatTheJobCanReach(t *testing.T) {
	selected := int64(5)
	for name, test := range map[string]struct {
		job  client.Job
		want string
	}{
		"queued":           {client.Job{State: "queued", Kind: "bulk"}, "resolving failed paused(pause) cancelled(cancel)"},
		"queued, selected": {client.Job{State: "queued", Kind: "bulk", Counts: client.Counts{Matched: &selected}}, "running failed paused(pause) cancelled(cancel)"},
		"single":           {client.Job{State: "queued", Kind: "single", Counts: client.Counts{Matched: &selected}}, "running succeeded failed paused(pause) cancelled(cancel)"},
		"running":          {client.Job{State: "running", Kind: "bulk", Counts: client.Counts{Matched: &selected}}, "succeeded partially succeeded failed pausing(pause) cancelling(cancel)"},
		"pausing":          {client.Job{State: "pausing", Kind: "bulk", Counts: client.Counts{Matched: &selected}}, "paused succeeded partially succeeded failed running(resume) cancelling(cancel)"},
		"paused":           {client.Job{State: "paused", Kind: "bulk", Counts: client.Counts{Matched: &selected}}, "queued(resume) cancelled(cancel)"},
		"cancelling":       {client.Job{State: "cancelling", Kind: "bulk", Counts: client.Counts{Matched: &selected}}, "succeeded partially succeeded failed cancelled"},
		"ended":            {client.Job{State: "failed", Done: true}, ""},
	} {
		var got []string
		for _, n := range viewOf(test.job, anyRight, time.Now()).Next() {
			word := n.State.Word
			if n.How != "" {
				word += "(" + n.How + ")"
			}
			got = append(got, word)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %s", name, strings.Join(got, " "))
		}
	}
}

func TestManyStatesAreDrawnInPart(t *testing.T) {
	j := client.Job{State: "running"}
	for i := range 20 {
		j.Transitions = append(j.Transitions, client.Transition{State: []string{"queued", "running", "paused"}[i%3], At: time.Unix(int64(i), 0)})
	}
	v := viewOf(j, anyRight, time.Unix(25, 0))
	drawn := append(v.FirstSteps(), v.LastSteps()...)
	if len(drawn)+v.HiddenSteps() != 20 || v.HiddenSteps() != 13 || !drawn[len(drawn)-1].Now || drawn[len(drawn)-1].Lasted != "6 s" || drawn[0].Lasted != "1 s" {
		t.Errorf("%d are left out, drawn are %+v", v.HiddenSteps(), drawn)
	}
}

func TestOnlyTheStateOfNowLooksAsIfItMoved(t *testing.T) {
	j := client.Job{State: "running", Transitions: []client.Transition{{State: "resolving"}, {State: "running"}}}
	steps := viewOf(j, anyRight, time.Now()).Steps()
	if steps[0].State.Class != "s-still" || steps[1].State.Class != "s-run" {
		t.Errorf("%+v", steps)
	}
	if got := stateOf(j).Class; got != "s-run" {
		t.Errorf("a running job is shown as %s", got)
	}
}

func TestAnUndoRestores(t *testing.T) {
	j := client.Job{Kind: "undo", Done: true, Counts: client.Counts{Updated: 2}}
	if got := []string{legendOf(j)[0].Word, tabsOf(j, "")[1].Word, rowOf(client.Result{Outcome: "updated"}, j, anyRight).Outcome}; strings.Join(got, " ") != "restored restored restored" {
		t.Error(got)
	}
	j.Kind = "bulk"
	if got := legendOf(j)[0].Word; got != "updated" {
		t.Error(got)
	}
}

func TestAPlotKeepsEveryRecord(t *testing.T) {
	for _, n := range []int{0, 1, 119, 120, 121, 239, 240} {
		p := job.Pace{From: time.Unix(1000, 0), Width: 500 * time.Millisecond}
		for i := range n {
			p.Counts = append(p.Counts, int64(i))
		}
		view := plotOf(p)
		var sum int64
		for _, point := range view.Points {
			sum += point.Count
		}
		if sum != p.Sum() || len(view.Points) > plotPoints {
			t.Errorf("%d points of %d have %d records, not %d", len(view.Points), n, sum, p.Sum())
		}
	}
	last := plotOf(job.Pace{Width: time.Second, Counts: append(make([]int64, 240), 7)}).Points // the last one is shorter
	if got := last[len(last)-1]; got.Second != "7" || got.Value != "7" {
		t.Errorf("%+v", got)
	}
}

func TestRatesAreReadAsPeopleTypeThem(t *testing.T) {
	for text, want := range map[string]string{"500": "500", "1,500": "1500", "1 500.5": "1500.5", " 2e3 ": "2e3", "": "", "x": "", `"5"`: "5", "5 6": "56", "[1]": "", "null": ""} {
		got, ok := rateOf(text)
		if ok != (want != "") || string(got) != want {
			t.Errorf("%q is read as %q, %v", text, got, ok)
		}
	}
}

// TestThePartsOfAJobAreThoseOfItsPage renders both for one job: what is sent while the
// page is open must replace what was there, and nothing else.
func TestThePartsOfAJobAreThoseOfItsPage(t *testing.T) {
	matched := int64(10)
	j := client.Job{ID: "job", State: "running", Kind: "bulk", Counts: client.Counts{Matched: &matched, Failed: 3}, AllowedActions: []string{"pause", "cancel"},
		ErrorSummary: []client.ErrorSummary{{Code: "unique", Pointer: "/x", Count: 3}}}
	raw, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	d := New(Config{Now: func() time.Time { return time.Unix(0, 0) }})
	parts, err := d.JobParts(raw, anyRight)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.JobParts(raw, anyRight)
	if err != nil || !bytes.Equal(parts, again) {
		t.Error("the same job is shown differently, so open pages would be changed for nothing")
	}
	var page bytes.Buffer
	view := jobPage{jobView: viewOf(j, anyRight, time.Unix(0, 0)), Results: &jobResults{Tabs: tabsOf(j, "")}}
	if err := pages["job"].ExecuteTemplate(&page, "page", frame{Page: view}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"job-actions", "job-relatives", "job-state", "job-facts", "job-failures", "tab-failed", "tab-all"} {
		mark := fmt.Sprintf(`id=%q`, id)
		if !bytes.Contains(parts, []byte(mark)) || bytes.Count(page.Bytes(), []byte(mark)) != 1 {
			t.Errorf("%s is not once in the page and among the parts", id)
		}
	}
}
