package dashboard

import (
	"slices"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
)

// TestEveryActionHasWordsAndAPlaceInTheForm goes through the actions of the audit.
func TestEveryActionHasWordsAndAPlaceInTheForm(t *testing.T) {
	var offered []string
	for _, g := range actionGroups {
		offered = append(offered, strings.Split(g.All(), ",")...)
	}
	v := &Visit{}
	for _, a := range auth.Actions {
		if !slices.Contains(offered, string(a)) {
			t.Errorf("%s cannot be chosen", a)
		}
		if text := deedOf(v, client.AuditEntry{Action: string(a), Target: client.AuditTarget{JobID: "j", Model: "desk"}}).String(); text == "" || strings.Contains(text, string(a)) {
			t.Errorf("%s has the words %q", a, text)
		}
	}
	if len(offered) != len(auth.Actions) {
		t.Errorf("%q can be chosen", offered)
	}
	for _, k := range job.Kinds {
		if k != job.Retry && k != job.Undo && kindWords[string(k)] == "" {
			t.Errorf("a job of the kind %s has no words", k)
		}
	}
}

func TestScopesInWords(t *testing.T) {
	for _, p := range auth.Presets {
		scopes := strings.Split(auth.JoinScopes(p.Scopes), ",")
		slices.Reverse(scopes)
		if r := rightsOf(scopes); r.Preset != p.Name || r.Words[0] == "" {
			t.Errorf("%s has %+v", p.Name, r)
		}
	}
	if r := rightsOf([]string{"admin", "jobs:read"}); r.Preset != "admin" {
		t.Errorf("with admin: %+v", r)
	}
	more := rightsOf([]string{"customers:read", "jobs:read", "secrets:read"})
	if more.Preset != "" || len(more.Words) != 3 {
		t.Errorf("more than a reader: %+v", more)
	}
}

func TestBytesAreExact(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 1000: "1,000 bytes", 1025: "1,025 bytes", 65536: "64 KiB", 1 << 20: "1 MiB", 1 << 30: "1 GiB", 3 << 50: "3,145,728 GiB"} {
		if got := byteCount(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}

// TestTheBusiestDayHasTheLongestBar draws a day without work, one whose work failed a
// little, and one whose work failed as a whole.
func TestTheBusiestDayHasTheLongestBar(t *testing.T) {
	days := []queueDay{
		{Queues: []job.QueueDay{{Taken: 0}, {Taken: 0}}},
		{Queues: []job.QueueDay{{Taken: 999_999, Failed: 1}, {Taken: 1_000_001}}},
		{Queues: []job.QueueDay{{Taken: 1_000_000, Failed: 1_000_000}, {}}},
	}
	drawDays(days)
	want := [][]segment{
		nil,
		{{"b-same", "0.00%", "99.40%"}, {"b-fail", "99.40%", "0.60%"}},
		{{"b-fail", "0.00%", "50.00%"}},
	}
	for i, d := range days {
		if !slices.Equal(d.Bar, want[i]) {
			t.Errorf("day %d has the bar %v", i, d.Bar)
		}
	}
}
