package dashboard

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"bulkpatch/client"
)

// TestAddressesAndFormsCostLittle reads the most expensive filters and forms that fit
// into a request.
func TestAddressesAndFormsCostLittle(t *testing.T) {
	var chosen []string
	for n := range 10_000 {
		chosen = append(chosen, fmt.Sprint(n))
	}
	const level = `{"$and":[`
	deep := strings.Repeat(level, 5000) + `{"a":1}` + strings.Repeat("]}", 5000)
	wide := level + strings.TrimSuffix(strings.Repeat(`{"a":1},`, 7000), ",") + "]}"
	many := `{"id":{"$nin":[` + strings.TrimSuffix(strings.Repeat("1,", 400_000), ",") + "]}}"
	for name, read := range map[string]func() (bytes int){
		"deep": func() int { return len(customerList{Filter: deep}.chips(nil)) },
		"wide": func() (n int) {
			for _, c := range (customerList{Filter: wide}).chips(nil) {
				n += len(c.Without)
			}
			return n
		},
		"many ids":       func() int { return len(narrowedOf(many, "id").choose(chosen, chosen, chosen).ids) },
		"many unchecked": func() int { return len(narrowedOf("{}", "id").choose(chosen, chosen, nil).ids) },
	} {
		// Reading the longest of them as JSON is the yardstick, so the speed of the
		// machine does not matter.
		began := time.Now()
		var decoded any
		if err := json.Unmarshal([]byte(many), &decoded); err != nil {
			t.Fatal(err)
		}
		limit := 10 * time.Since(began)
		began = time.Now()
		n := read()
		d := time.Since(began)
		t.Logf("%s: %v of %v", name, d, limit)
		if d > limit || n > 2*mostChips {
			t.Errorf("%s: it takes %v of %v and makes %d", name, d, limit, n)
		}
	}
}

// TestAListOfChangesShowsTheBeginningOfLongValues keeps a page small, whose results
// may have megabytes.
func TestAListOfChangesShowsTheBeginningOfLongValues(t *testing.T) {
	long := json.RawMessage(`"` + strings.Repeat("<", 1<<20) + `"`)
	changes := changesOf(map[string]client.Change{"notes": {From: long, To: json.RawMessage("9007199254740993")}})
	conflicts := conflictOf(map[string]client.Conflict{"notes": {Wrote: long, Now: long, Former: long}})
	for _, v := range []value{changes[0].From, conflicts[0].Wrote, conflicts[0].Now, conflicts[0].Former} {
		if len(v.Text) > valueLength+len("…") || !strings.HasSuffix(v.Text, "<…") {
			t.Errorf("%d bytes are shown", len(v.Text))
		}
	}
	if changes[0].To.Text != "9007199254740993" {
		t.Errorf("a number is shown as %s", changes[0].To.Text)
	}
}

// TestDeepValuesAreNotWrittenManyTimesAsLong shows a megabyte of JSON in which each
// number would stand on a line of its own, behind forty spaces.
func TestDeepValuesAreNotWrittenManyTimesAsLong(t *testing.T) {
	const levels = 19
	deep := json.RawMessage(strings.Repeat("[", levels) + strings.TrimSuffix(strings.Repeat("0,", 500_000), ",") + strings.Repeat("]", levels))
	field := &customerField{describedField: describedField{Name: "any", Type: "any"}}
	field.typed = field.whole()
	r := customerRecord{Model: &customerModel{Name: "desk"}, ID: "1", values: map[string]json.RawMessage{"any": deep}}
	for name, write := range map[string]func(){
		"a customer": func() { r.field(field) },
		"a request":  func() { requestJSON(client.Job{Model: "desk", Request: client.Request{Patch: deep}}) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		write()
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
			t.Errorf("%s takes %d MiB", name, taken>>20)
		}
	}
}
