package filter

import (
	"encoding/json"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/model"
)

// many repeats an item, with its number in place of a #, to a JSON list of
// about size bytes, but of no more values than a filter may have.
func many(item string, size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size && i < MaxValues/2; i++ {
		b.WriteString("," + strings.ReplaceAll(item, "#", strconv.Itoa(i)))
	}
	return "[" + b.String()[1:] + "]"
}

// hostileFilters are filters of about size bytes each.
func hostileFilters(size int) map[string]string {
	name := strings.Repeat("x", size/2)
	or := func(item string) string { return `{"$or":` + many(item, size) + `}` }
	return map[string]string{
		"bad values under a long name":  `{"` + name + `":` + many(`"\u0000"`, size/2) + `}`,
		"bad values of a long path":     `{"custom.` + name + `":{"$in":` + many("{}", size/2) + `}}`,
		"bad values of a field":         `{"age":{"$in":` + many(`"x"`, size) + `}}`,
		"bad names":                     or(`{"q#":1}`),
		"bad names, far down":           nest(18, or(`{"q#":1}`)),
		"bad operators":                 or(`{"age":{"$q#":1}}`),
		"bad texts":                     `{"name":{"$in":` + many(`"\u0000"`, size) + `}}`,
		"a name again":                  "{" + strings.TrimSuffix(strings.Repeat(`"age":1,`, min(size/8, MaxValues)), ",") + "}",
		"too deep, many times":          nest(20, `{"$and":`+many(`{"$and":[{}]}`, size)+`}`),
		"lists within one another":      `{"age":` + strings.Repeat("[", size/2) + strings.Repeat("]", size/2) + `}`,
		"no conditions":                 or(`{}`),
		"alternatives":                  or(`{"name":"n#"}`),
		"alternatives far down":         nest(18, or(`{"name":"n#"}`)),
		"parts":                         or(`{"name":{"$contains":"N#"}}`),
		"prefixes":                      or(`{"name":{"$startsWith":"n#"}}`),
		"prefixes within one another":   or(`{"name":{"$startsWith":"n"}}`),
		"none of parts":                 `{"$and":` + many(`{"custom.x":{"$not":{"$contains":"n#"}}}`, size) + `}`,
		"bounds":                        or(`{"age":{"$gt":#}}`),
		"pairs":                         or(`{"age":#,"name":"n#"}`),
		"paths":                         or(`{"custom.` + strings.Repeat("a.", 18) + `b#":1}`),
		"instants":                      or(`{"custom.seen":{"$ne":"2024-01-01T00:00:00.#1Z"}}`),
		"long path":                     `{"custom.` + strings.Repeat("a.", size/2) + `":1}`,
		"long part of a path":           `{"custom.` + name + `":1}`,
		"long number":                   `{"balance":` + strings.Repeat("1", size) + `}`,
		"long fraction":                 `{"age":1.` + strings.Repeat("0", size) + `}`,
		"long exponent":                 `{"age":1e` + strings.Repeat("0", size) + `1}`,
		"long fraction of a time":       `{"custom.seen":"2024-01-01T00:00:00.` + strings.Repeat("1", size) + `Z"}`,
		"long text":                     `{"name":{"$contains":"` + strings.Repeat("Ab", size/2) + `"}}`,
		"long text that is no time":     `{"born":"` + name + `"}`,
		"broken JSON under a long name": `{"` + name + `":[1,`,
	}
}

// allocated measures what a call allocates.
func allocated(call func()) (bytes, objects uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
}

// checkLinear fails if an input four times as large costs more than five
// times the allocations. What is allocated whatever the input is set aside.
func checkLinear(t *testing.T, name string, small, large func()) {
	t.Helper()
	const fixed, fixedObjects = 64 << 10, 500
	small() // fills pools
	bytes, objects := allocated(small)
	bytes4, objects4 := allocated(large)
	if bytes4 > 5*bytes+fixed || objects4 > 5*objects+fixedObjects {
		t.Errorf("%s: %d bytes in %d objects became %d in %d", name, bytes, objects, bytes4, objects4)
	}
}

func TestParsersAreLinear(t *testing.T) {
	m := sample(t)
	const size = 16 << 10
	small, large := hostileFilters(size), hostileFilters(4*size)
	r := record(t, m, map[string]any{"age": int64(-1), "name": "none", "custom": `{"seen":"2024-01-01T00:00:00Z","x":"y"}`})
	use := func(text string) func() {
		return func() {
			f, faults := Restore([]byte(text), m)
			if len(faults) > 0 {
				return
			}
			for _, d := range []Dialect{SQLite, PostgreSQL} {
				f.SQL(d)
			}
			f.Match(r)
			f.Empty()
			f.Cost()
		}
	}
	for name := range small {
		checkLinear(t, name, use(small[name]), use(large[name]))
	}
	for name, key := range map[string]string{"fields": "name", "unknown names": "x", "nothing": ""} {
		sort := func(n int) func() {
			return func() { ParseSort(strings.Repeat(key+",", n/(len(key)+1)), m) }
		}
		checkLinear(t, "sort: "+name, sort(size), sort(4*size))
	}
}

func TestHostileFiltersGetShortAnswersCheaply(t *testing.T) {
	m := sample(t)
	const most = 32 << 20 // of allocations for 1 MiB
	filters := hostileFilters(MaxBytes - 1000)
	filters["5,000 bad values under 400,000 characters"] = `{"` + strings.Repeat("x", 400_000) + `":` + many(`"\u0000"`, MaxBytes/2) + `}`
	filters["5,000 times an unknown name of 80"] = `{"$or":` + many(`{"`+strings.Repeat("y", 80)+`":1}`, MaxBytes) + `}`
	for name, text := range filters {
		var faults model.Faults
		bytes, _ := allocated(func() { _, faults = New([]byte(text), m, Native) })
		answer, err := json.Marshal(faults)
		if err != nil || len(answer) > 64<<10 || len(faults) > model.MaxFaults || bytes > most {
			t.Errorf("%s: %d faults in %d bytes, %d allocated: %v", name, len(faults), len(answer), bytes, err)
		}
	}
}
