package chaos

import (
	"strings"
	"testing"
)

func TestTheCheckerKnowsWhatAnIncrementMustBe(t *testing.T) {
	tab := newTable(plane, "main", 40)
	patch := map[string]any{"stage": "bulk 1"}
	for _, c := range []struct {
		name string
		item item
		want string // "" for nothing
	}{
		{"an increment", changed("updated", "", "employees", "5", "6"), ""},
		{"two at once", changed("updated", "", "employees", "5", "7"), "not incremented"},
		{"none", changed("updated", "", "stage", `"a"`, `"bulk 1"`), "not incremented"},
		{"found as it should be", changed("unchanged", "", "", "", ""), "changes every record"},
		{"not reached", changed("pending", "", "", "", ""), ""},
	} {
		if fault := tab.judgeUpdate(c.item, patch); (c.want == "") != (fault == "") || !strings.Contains(fault, c.want) {
			t.Errorf("%s: the checker says %q, want %q", c.name, fault, c.want)
		}
	}
	both := changed("updated", "", "employees", "5", "6")
	both.Changed["stage"] = changed("updated", "", "stage", `"a"`, `"bulk 2"`).Changed["stage"]
	if fault := tab.judgeUpdate(both, patch); !strings.Contains(fault, "instead of") {
		t.Errorf("the text of another update beside an increment: the checker says %q", fault)
	}
}

func TestTheCheckerKnowsWhichIncrementsAnUndoMustTakeBack(t *testing.T) {
	tab := newTable(plane, "main", 40)
	first, second := &tracked{where: tab}, &tracked{where: tab}
	undo := &tracked{where: tab, follows: second.next(undoIt)}
	again := &tracked{where: tab, follows: undo.next(undoIt)}
	for j, raises := range map[*tracked]bool{first: true, undo: false, again: true, {follows: undo.next(retryIt)}: false, {follows: again.next(retryIt)}: true} {
		if j.raises() != raises {
			t.Errorf("%s raises values: %t, want %t", j.name(), !raises, raises)
		}
	}
	id := tab.at(3).id
	increment := func(from, to string) item {
		i := changed("updated", "", "employees", from, to)
		i.ID = recordID(id)
		return i
	}
	b := &takeBack{&checker{run: &run{}, results: map[*tracked][]item{}}, tab, map[*record]int64{tab.at(3): 3}, map[*tracked]map[*record]int64{}}
	for j, i := range map[*tracked]item{first: increment("3", "4"), second: increment("4", "5")} {
		b.results[j] = []item{i}
		b.raised(j)
	}
	refused := changed("conflicted", "changed_since", "", "", "")
	refused.ID = recordID(id)
	for _, c := range []struct {
		name string
		of   *tracked
		item item
		fine bool
	}{
		{"the last one", second, increment("5", "4"), true},
		{"one below another", first, increment("5", "4"), false},
		{"one below another, left alone", first, refused, true},
		{"the last one, left alone", second, refused, false},
	} {
		if fault := b.judge(c.of, c.item); (fault == "") != c.fine {
			t.Errorf("%s: the checker says %q", c.name, fault)
		}
	}
	b.lower(&tracked{follows: second.next(undoIt)}, []item{increment("5", "4")})
	if fault := b.judge(first, increment("4", "3")); fault != "" || b.now[tab.at(3)] != 4 {
		t.Errorf("after the last one was taken back, the one below: the checker says %q, and holds %d", fault, b.now[tab.at(3)])
	}
	if fault := b.judge(second, increment("4", "3")); fault == "" {
		t.Error("an increment that is taken back twice is not noticed")
	}
}
