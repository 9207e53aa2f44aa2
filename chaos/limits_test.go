package chaos

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// measure counts the conditions and the compared values of a filter.
func measure(filter any) (conditions, values int) {
	add := func(v any) {
		c, n := measure(v)
		conditions, values = conditions+c, values+n
	}
	switch v := filter.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.HasPrefix(name, "$") && name != "$and" && name != "$or" && name != "$not" {
				conditions++
			}
			add(inner)
		}
	case []any:
		for _, inner := range v {
			add(inner)
		}
	default:
		values++
	}
	return conditions, values
}

// sizes measures the filter of a condition as it is sent.
func sizes(t *testing.T, c cond, at *table) (conditions, values int) {
	t.Helper()
	var sent any
	if err := json.Unmarshal(jsonBody(c.filter(at)), &sent); err != nil {
		t.Fatal(err)
	}
	return measure(sent)
}

func TestTheCheckerKnowsWhichValuesAreTooLarge(t *testing.T) {
	tab := newBulky()
	vast, small := tab.at(0), tab.at(2)
	grow := map[string]any{tab.object: map[string]any{"more": strings.Repeat("m", growBytes)}}
	for _, c := range []struct {
		name  string
		rec   *record
		patch map[string]any
		item  item
		want  bool // it is a violation
	}{
		{"a vast object that grows is refused", vast, grow, changed("failed", "too_large", "", "", ""), false},
		{"a vast object that grows is written", vast, grow, changed("updated", "", "", "", ""), true},
		{"a vast object that was not reached", vast, grow, changed("pending", "", "", "", ""), false},
		{"a small object is refused", small, grow, changed("failed", "too_large", "", "", ""), true},
		{"a small object is written", small, grow, changed("updated", "", "", "", ""), false},
		{"a small change is refused", vast, map[string]any{"note": "n"}, changed("failed", "too_large", "", "", ""), true},
	} {
		if fault := judgeSize(tab, c.rec, c.item, c.patch); (fault != "") != c.want {
			t.Errorf("%s: the checker says %q", c.name, fault)
		}
	}
}

func TestTheCheckerKnowsHowLongACallMayOutliveItsKey(t *testing.T) {
	for _, c := range []struct {
		ending
		want string // "" for nothing
	}{
		{ending{at: 3 * time.Second}, ""},
		{ending{at: 3*time.Second + 2*endsWithin}, "to end"},
		{ending{at: 3 * time.Second, fault: "it was whole"}, "it was whole"},
	} {
		fault := c.judge(3 * time.Second)
		if (c.want == "") != (fault == "") || !strings.Contains(fault, c.want) {
			t.Errorf("%+v: the checker says %q, want %q", c.ending, fault, c.want)
		}
	}
}

func TestTheCheckerKnowsWhenNoProcessHasTheModel(t *testing.T) {
	second := time.Second
	kill := window{fault{what: killProcess}, span{10 * second, 12 * second}, "worker2", true}
	for _, c := range []struct {
		name    string
		windows []window
		resume  span
		fine    bool
	}{
		{"a worker has it", nil, span{10 * second, 11 * second}, false},
		{"its worker is killed", []window{kill}, span{11 * second, 12 * second}, true},
		{"its worker was killed long before", []window{kill}, span{60 * second, 61 * second}, false},
	} {
		p := &plan{variant: sqliteReal, apis: []role{{"api", "api"}}, workers: []role{{"worker1", "worker"}, {"worker2", "worker"}}, lacking: []string{"worker1"}}
		check := &checker{run: &run{plan: p, windows: c.windows}}
		j := &tracked{where: newTable(shop, "main", 100), asked: []asking{{c.resume, "resume"}}}
		if fault := check.checkModelGone(j); (fault == "") != c.fine {
			t.Errorf("%s: the checker says %q", c.name, fault)
		}
	}
}
