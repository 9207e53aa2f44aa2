package chaos

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// seen returns an answer about a job of ten records. The call took one second and ended
// at the given one.
func seen(at int, state string, revision, updated int64) sighting {
	matched, pending := int64(10), 10-updated
	s := sighting{span: span{time.Duration(at-1) * time.Second, time.Duration(at) * time.Second}}
	s.State, s.Done, s.Revision = state, slices.Contains(finalStates, state), revision
	s.Counts = counts{Matched: &matched, Updated: updated, Pending: &pending}
	return s
}

func TestTheCheckerFindsBrokenPromisesInAnswers(t *testing.T) {
	wrongSum := seen(1, "running", 3, 4)
	*wrongSum.Counts.Pending = 5
	unresolved := seen(1, "running", 3, 4)
	unresolved.Counts.Matched, unresolved.Counts.Pending = nil, nil
	rematched := seen(4, "running", 5, 4)
	*rematched.Counts.Matched, *rematched.Counts.Pending = 11, 7
	resume := asking{span{3 * time.Second, 4 * time.Second}, "resume"}
	undo := asking{span{2 * time.Second, 3 * time.Second}, string(undoIt)}
	held := seen(2, "running", 3, 5)
	held.Progress.WaitReason = "brake"
	off := asking{span{3 * time.Second, 4 * time.Second}, release}
	lost := asking{span{time.Second, 0}, "resume"}
	for _, c := range []struct {
		name      string
		sightings []sighting
		asked     []asking
		want      string // "" for nothing
	}{
		{"a job as it should be", []sighting{seen(1, "running", 3, 0), seen(3, "running", 4, 5), seen(5, "succeeded", 6, 10)}, nil, ""},
		{"a wrong sum", []sighting{wrongSum}, nil, "do not add up"},
		{"early counts", []sighting{unresolved}, nil, "before the selection is known"},
		{"another matched", []sighting{seen(1, "running", 3, 4), rematched}, nil, "matched changed"},
		{"a falling revision", []sighting{seen(1, "running", 4, 5), seen(3, "running", 3, 5)}, nil, "revision fell"},
		{"overlapping answers", []sighting{seen(2, "running", 4, 5), seen(2, "running", 3, 5)}, nil, ""},
		{"a falling count", []sighting{seen(1, "running", 3, 6), seen(3, "running", 4, 5)}, nil, "count fell"},
		{"one revision twice", []sighting{seen(1, "running", 3, 5), seen(3, "running", 3, 6)}, nil, "two answers"},
		{"a final job that changes", []sighting{seen(1, "cancelled", 3, 5), seen(3, "cancelled", 4, 6)}, nil, "final job changed"},
		{"a final job that is undone", []sighting{seen(1, "cancelled", 3, 5), seen(5, "cancelled", 4, 5)}, []asking{undo}, ""},
		{"a final job that changes by itself", []sighting{seen(1, "cancelled", 3, 5), seen(3, "cancelled", 4, 5)}, nil, "final job changed"},
		{"a pause that does not hold", []sighting{seen(1, "paused", 3, 5), seen(3, "running", 4, 6)}, nil, "paused job went on"},
		{"a pause that is over", []sighting{seen(2, "paused", 3, 5), seen(6, "running", 4, 6)}, []asking{resume}, ""},
		{"a brake that does not hold", []sighting{held, seen(4, "running", 4, 6)}, nil, "went on under the brake"},
		{"a brake that held too briefly", []sighting{held, seen(3, "running", 4, 6)}, []asking{off}, "went on under the brake"},
		{"a brake that is off", []sighting{held, seen(6, "running", 4, 6)}, []asking{off}, ""},
		{"a resume that may have taken effect", []sighting{seen(2, "paused", 3, 5), seen(6, "running", 4, 6)}, []asking{lost}, ""},
	} {
		faults := strings.Join(judgeSightings(c.sightings, c.asked), "; ")
		if c.want == "" && faults != "" || !strings.Contains(faults, c.want) {
			t.Errorf("%s: the checker says %q, want %q", c.name, faults, c.want)
		}
	}
}

func TestTheCheckerFindsBrokenPromisesInResults(t *testing.T) {
	n := func(n int64) *int64 { return &n }
	good := []item{{ID: "1", Outcome: "updated"}, {ID: "2", Outcome: "pending"}}
	twice := []item{{ID: "1", Outcome: "updated"}, {ID: "1", Outcome: "pending"}}
	c := counts{Matched: n(2), Updated: 1, Pending: n(1)}
	if faults := judgeItems(good, c); len(faults) > 0 {
		t.Errorf("good results: %v", faults)
	}
	if len(judgeItems(twice, c)) == 0 {
		t.Error("a record with two results is not noticed")
	}
	if len(judgeItems(good[:1], c)) == 0 {
		t.Error("a missing result is not noticed")
	}
}

// changed returns a result of record 1 with a change of one field.
func changed(outcome, code, field, from, to string) item {
	i := item{ID: "1", Outcome: outcome}
	if field != "" {
		i.Changed = map[string]json.RawMessage{field: json.RawMessage(`{"from": ` + from + `, "to": ` + to + `}`)}
	}
	if code != "" {
		i.Error = &struct {
			Code string `json:"code"`
		}{code}
	}
	return i
}

func TestTheCheckerKnowsWhatAnUndoMustRestore(t *testing.T) {
	const object = "api_metadata"
	wrote := changed("updated", "", "phone", `"a"`, `"b"`)
	merged := changed("updated", "", object, `{"tier": 1}`, `{"tier": 2}`)
	for _, c := range []struct {
		name  string
		was   item   // what the job did
		since []item // what others did
		undo  item
		want  string // "" for nothing
	}{
		{"restored", wrote, nil, changed("updated", "", "phone", `"b"`, `"a"`), ""},
		{"restored to something else", wrote, nil, changed("updated", "", "phone", `"b"`, `"c"`), "and back"},
		{"restored over a later edit", wrote, nil, changed("updated", "", "phone", `"c"`, `"a"`), "and back"},
		{"another field", wrote, nil, changed("updated", "", "notes", `"b"`, `"a"`), "was taken back of"},
		{"a key beside somebody else's", merged, nil, changed("updated", "", object, `{"tier": 2, "by": "x"}`, `{"tier": 1, "by": "x"}`), ""},
		{"somebody else's key", merged, nil, changed("updated", "", object, `{"tier": 2, "by": "x"}`, `{"tier": 1}`), "and back"},
		{"edited since", wrote, []item{changed("updated", "", "phone", `"b"`, `"c"`)}, changed("conflicted", "changed_since", "", "", ""), ""},
		{"edited elsewhere", wrote, []item{changed("updated", "", "notes", `"b"`, `"c"`)}, changed("conflicted", "changed_since", "", "", ""), "nobody else"},
		{"left alone", wrote, nil, changed("conflicted", "changed_since", "", "", ""), "nobody else"},
		{"cancelled before", wrote, nil, changed("pending", "", "", "", ""), ""},
		{"gone, though it is there", wrote, nil, changed("skipped", "not_found", "", "", ""), "nobody else"},
	} {
		tab := newTable(mythic, "main", 100)
		rec := tab.at(0)
		tab.byID["1"] = rec
		source, undone := &tracked{where: tab}, &tracked{where: tab}
		undone.follows = source.next(undoIt)
		check := &checker{changed: map[*record][]change{rec: {{source, c.was}}}}
		for _, i := range c.since {
			check.changed[rec] = append(check.changed[rec], change{&tracked{}, i})
		}
		fault := check.judgeSequel(undone, c.undo)
		if (c.want == "") != (fault == "") || !strings.Contains(fault, c.want) {
			t.Errorf("%s: the checker says %q, want %q", c.name, fault, c.want)
		}
	}
}

func TestTheCheckerKnowsWhatRemainsForAnUndoOrRetry(t *testing.T) {
	all := []string{"updated", "unchanged", "skipped", "conflicted", "failed", "pending"}
	for by, want := range map[sequel]string{
		undoIt: "updated", retryIt: "conflicted failed pending", retryForce: "skipped conflicted failed pending",
	} {
		f := (&tracked{}).next(by)
		var got []string
		for _, outcome := range all {
			if f.takes(outcome) {
				got = append(got, outcome)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s takes %v, want %s", by, got, want)
		}
	}
	j := &tracked{bulk: &bulkOp{}}
	undo := &tracked{follows: j.next(undoIt)}
	if retry := undo.next(retryIt); retry.reverts != j || retry.bulk != nil {
		t.Error("the retry of an undo must take back what the undo was to")
	}
	if again := undo.next(undoIt); again.reverts != undo {
		t.Error("the undo of an undo must take back the undo")
	}
	retry := &tracked{follows: j.next(retryForce)}
	if next := retry.next(retryIt); next.bulk != j.bulk || next.mismatch() != forceMismatch {
		t.Error("a retry of a forced retry is forced, and of the same update")
	}
}

func TestTheCheckerKnowsWhatAFilterMustMatch(t *testing.T) {
	tab := newTable(desk, "main", 100)
	r := tab.at(3) // group 3 from the start
	tab.wrote(r, groupWrite{span{second(10), second(12)}, groupValue(5, "moved")})
	for _, c := range []struct {
		group    int
		from, to int
		want     verdict
	}{
		{3, 1, 9, always}, {3, 1, 11, maybe}, {3, 11, 20, maybe}, {3, 12, 20, never},
		{5, 1, 9, never}, {5, 1, 11, maybe}, {5, 12, 20, always}, {4, 1, 20, never},
	} {
		if got := (inGroup{c.group}).judge(tab, r, second(c.from), second(c.to)); got != c.want {
			t.Errorf("group %d from %d s to %d s: %d, want %d", c.group, c.from, c.to, got, c.want)
		}
	}
	tab.removed(r, span{second(20), second(22)})
	for to, want := range map[int]verdict{19: always, 21: maybe, 30: maybe} {
		if got := r.exists(second(1), second(to)); got != want {
			t.Errorf("a record deleted after 20 s, until %d s: %d, want %d", to, got, want)
		}
	}
	if got := r.exists(second(22), second(30)); got != never {
		t.Errorf("a record that was deleted: %d", got)
	}
}
