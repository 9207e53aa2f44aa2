package api_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/job"
)

func TestTheOverviewShowsWhatThereIs(t *testing.T) {
	r := listRig{t: t}
	r.rig, _ = pageRig(t)
	if page := r.open(r.writer, "/admin", 200); !strings.Contains(page, "There is no job yet") || !strings.Contains(page, `href="/admin/new"`) {
		t.Errorf("the empty overview is %s", page)
	}
	reason := "<b>stop</b>"
	if _, err := r.store.SwitchBrake(context.Background(), auth.Caller{Workspace: r.main, KeyName: "ops"}, job.OwnWorkspace, reason); err != nil {
		t.Fatal(err)
	}
	r.store.pace = job.Pace{From: r.clock.now().Add(-time.Hour), Width: time.Minute, Counts: []int64{0, 120, 6000, 0}}
	states := []job.State{job.Running, job.Queued, job.PartiallySucceeded, job.Succeeded}
	r.add("key:writer", 4, func(i int, j *job.Job) { j.State = states[i] })
	r.add("key:ops", 10, func(_ int, j *job.Job) { j.State = job.Failed })
	page := r.open(r.admin, "/admin", 200)
	for _, part := range []string{
		`id="running-0193f2c4-0000-7000-8000-000000000000"`, `id="waiting-0193f2c4-0000-7000-8000-000000000001"`, `id="failed-0193f2c4-0000-7000-8000-000000000013"`,
		"The brake is on", "“<bdi>&lt;b&gt;stop&lt;/b&gt;</bdi>”", "6,120 records in all", "at most 100 a second", `<td class="num" data-value="100">100</td>`, "There are more: show all", "Queue single", "1,234 waiting, the oldest for 1 min 30 s",
		"1 process, 1 at work", `href="/admin/jobs?since=2026-11-21"`, `data-every="5"`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("no %q in %s", part, page)
		}
	}
	page = r.open(r.writer, "/admin", 200)
	for part, want := range map[string]bool{
		`id="running-`: true, `id="failed-0193f2c4-0000-7000-8000-000000000002"`: true, "000000000013": false, "The brake is on": false,
		"Queue single": false, "part-pace": false, "You see the jobs that <bdi>key:writer</bdi> made": true,
	} {
		if strings.Contains(page, part) != want {
			t.Errorf("a writer sees %q: %v", part, !want)
		}
	}
	if page := r.open(r.key("watcher", "main", auth.JobsRead), "/admin", 200); !strings.Contains(page, "The brake is on") || !strings.Contains(page, "part-pace") || strings.Contains(page, "part-work") || strings.Contains(page, "/admin/new") {
		t.Errorf("a key for jobs sees %s", page)
	}
}

// TestAPartOfTheOverviewThatIsSlowSaysSo has a store that takes a minute for the pace,
// and then for everything.
func TestAPartOfTheOverviewThatIsSlowSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, func(c *api.Config) { c.Queues = busy })
		b.store.order = []string{"job1"}
		b.store.onPace = waitFor(time.Minute)
		began := time.Now()
		a := b.call("/admin")
		page := a.Body.String()
		if d := time.Since(began); a.Code != 200 || d > 3*time.Second || strings.Count(page, "This takes too long at the moment") != 1 || !strings.Contains(page, `id="running-job1"`) {
			t.Errorf("%d after %v: %s", a.Code, d, page)
		}
		b.store.onList = waitFor(time.Minute)
		began = time.Now()
		a = b.call("/admin")
		page = a.Body.String()
		if d := time.Since(began); a.Code != 200 || d > 3*time.Second || strings.Count(page, "This takes too long at the moment") != 4 || strings.Contains(page, "There is no job yet") {
			t.Errorf("%d after %v: %s", a.Code, d, page)
		}
	})
}
