package model

import (
	"encoding/json"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// hostileModel has a field for each way in which a value can be wrong many
// times over.
const hostileModel = `
x-model: shop
type: object
properties:
  name: {type: string, pattern: "^(a|b|ab)*c$"}
  state: {type: string, enum: [on, off], x-extensible: true}
  size: {type: integer}
  rate: {type: number}
  at: {type: string, format: date-time}
  zone: {type: string, format: timezone}
  mail: {type: string, format: email}
  site: {type: string, format: uri}
  html: {type: string}
  plain: {type: string, x-text-of: html}
  open: {type: object}
  closed: {type: object, additionalProperties: false, required: [a], properties: {a: {type: string}}}
  grown: {type: object, properties: {state: {type: string, enum: [on], x-extensible: true}}}
  numbers: {type: array, items: {type: number, minimum: 5, multipleOf: 2}}
  words: {type: array, uniqueItems: true, items: {type: string, enum: [on, off]}}
  forms: {type: array, items: {anyOf: [{type: integer, minimum: 7}, {type: string, minLength: 7}]}}
  rows: {type: array, items: {type: object, additionalProperties: false, required: [a, b, c], properties: {a: {type: string, format: email}, b: {type: string}}}}
  deep: {type: array, items: {type: array, items: {type: array, items: {type: array, items: {type: string}}}}}
`

// list repeats an item to a JSON list of about size bytes.
func list(item string, size int) string {
	n := size/(len(item)+1) + 1
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

// object makes members with names of their own, of about size bytes in all.
func object(value string, size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(`,"n` + strconv.Itoa(i) + `":` + value)
	}
	return "{" + b.String()[1:] + "}"
}

// hostilePatches are patches of about size bytes each.
func hostilePatches(size int) map[string]string {
	name := strings.Repeat("x", size/2)
	in := func(field, value string) string { return `{"` + field + `":` + value + `}` }
	return map[string]string{
		"list of good values":        in("open", in("a", list("1", size))),
		"lists within one another":   in("open", in("a", list(strings.Repeat("[", 16)+strings.Repeat("]", 16), size))),
		"too deep":                   in("open", in("a", strings.Repeat("[", size/2)+strings.Repeat("]", size/2))),
		"bad values under long name": in("open", in(name, list(`"\u0000"`, size/2))),
		"bad values in a list":       in("open", in("a", list(`"\u0000"`, size))),
		"wide object":                in("open", object("1", size)),
		"wide objects":               in("open", in("a", list(object("{}", 40), size))),
		"same name again":            in("open", "{"+strings.TrimSuffix(strings.Repeat(`"a":1,`, size/6), ",")+"}"),
		"names with escapes":         in("open", object(`"\u0000"`, size)),
		"names that are not allowed": in("closed", object("1", size)),
		"names that go":              in("closed", object("null", size)),
		"unknown fields":             object("1", size),
		"one field again":            "{" + strings.TrimSuffix(strings.Repeat(`"size":1,`, size/9), ",") + "}",
		"long unknown field":         in(name, "1"),
		"out of range":               in("numbers", list("1", size)),
		"numbers beyond range":       in("numbers", list("1e999", size)),
		"large numbers":              in("numbers", list("1e308", size)),
		"long number":                in("rate", strings.Repeat("1", size)),
		"long fraction":              in("size", "1."+strings.Repeat("0", size)),
		"long exponent":              in("size", "1e"+strings.Repeat("0", size)+"1"),
		"enum misses":                in("words", list(`"x"`, size)),
		"alternatives that fail":     in("forms", list("1", size)),
		"required misses":            in("rows", list("{}", size)),
		"many rules broken":          in("rows", list(`{"a":"x","b":1,"d":2}`, size)),
		"wrong types":                in("deep", list("[[[1]]]", size)),
		"long text":                  in("name", `"`+strings.Repeat("ab", size/2)+`"`),
		"long fraction of a time":    in("at", `"2024-01-01T00:00:00.`+strings.Repeat("1", size)+`Z"`),
		"long zone":                  in("zone", `"`+strings.Repeat("Europe/", size/7)+`"`),
		"long address":               in("mail", `"`+strings.Repeat("a.", size/2)+`@b.example"`),
		"long URI":                   in("site", `"a:`+strings.Repeat("%41", size/3)+`"`),
		"tags":                       in("html", `"`+strings.Repeat("<a b=c>&amp;", size/12)+`"`),
		"tags that do not end":       in("html", `"`+strings.Repeat("<a ", size/3)+`"`),
		"scripts":                    in("html", `"`+strings.Repeat("<script></scrip", size/15)+`"`),
		"remarks that do not end":    in("html", `"`+strings.Repeat("<!--", size/4)+`"`),
		"broken JSON":                in("open", in(name, "[1,2")),
		"broken UTF-8":               in("open", in(name, "\"\xff\"")),
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

// checkLinear fails if four times the input costs more than five times the
// allocations. What is allocated whatever the input is set aside.
func checkLinear(t *testing.T, name string, call func(size int)) {
	t.Helper()
	const size, fixed = 16 << 10, 64 << 10
	call(size) // fills pools
	bytes, objects := allocated(func() { call(size) })
	bytes4, objects4 := allocated(func() { call(4 * size) })
	if bytes4 > 5*bytes+fixed || objects4 > 5*objects+500 {
		t.Errorf("%s: %d bytes in %d objects became %d in %d", name, bytes, objects, bytes4, objects4)
	}
}

func TestParsersAreLinear(t *testing.T) {
	m := mustModel(t, hostileModel)
	const size = 16 << 10
	small, large := hostilePatches(size), hostilePatches(4*size)
	of := func(n int) map[string]string {
		if n == size {
			return small
		}
		return large
	}
	for name := range small {
		checkLinear(t, "patch: "+name, func(n int) { m.CheckPatch([]byte(of(n)[name]), PatchOptions{}) })
		checkLinear(t, "draft: "+name, func(n int) {
			d, _ := m.CheckDraft([]byte(of(n)[name]), Create, PatchOptions{AllowNewChoices: true})
			m.MissingFor(d)
		})
		checkLinear(t, "canonical: "+name, func(n int) { Canonical([]byte(of(n)[name])) })
		checkLinear(t, "merge: "+name, func(n int) { MergeJSON([]byte(of(n)[name]), []byte(of(n)[name])) })
	}
	for name, cell := range map[string]string{"name": "x", "open": "{", "size": "x"} {
		checkLinear(t, "row: "+name, func(n int) {
			m.CheckRow(slices.Repeat(columns(t, m, name), n/8), slices.Repeat(cells(cell), n/8))
		})
	}
}

func TestHostilePatchesGetShortAnswers(t *testing.T) {
	m := mustModel(t, hostileModel)
	const size, most = 256 << 10, 32 << 20 // of allocations where names are long
	patches := hostilePatches(size)
	patches["5,000 bad values under 400,000 characters"] = `{"open":{"` + strings.Repeat("x", 400_000) + `":[` + strings.TrimSuffix(strings.Repeat(`"\u0000",`, 5000), ",") + `]}}`
	for name, patch := range patches {
		var faults Faults
		bytes, _ := allocated(func() { _, faults = m.CheckPatch([]byte(patch), PatchOptions{}) })
		answer, err := json.Marshal(faults)
		if err != nil || len(answer) > 64<<10 || len(faults) > MaxFaults {
			t.Errorf("%s: %d faults in %d bytes: %v", name, len(faults), len(answer), err)
		}
		if long := strings.Contains(name, "long") || strings.Contains(name, "characters"); long && bytes > most {
			t.Errorf("%s: %d bytes allocated", name, bytes)
		}
	}
}

// hostileComputes are operators for hostileModel, of about size bytes each.
func hostileComputes(size int) map[string]string {
	name := strings.Repeat("x", size/2)
	in := func(operators string) string { return `{"name":` + operators + `}` }
	return map[string]string{
		"unknown fields":             object(`{"$trim":true}`, size),
		"long unknown field":         `{"` + name + `":{"$trim":true}}`,
		"one field again":            "{" + strings.TrimSuffix(strings.Repeat(`"size":{"$inc":1},`, size/18), ",") + "}",
		"long pipeline":              in(list(`{"$trim":true}`, size)),
		"unknown operators":          in(list(`{"$none":true}`, size)),
		"operators of other types":   in(list(`{"$inc":1}`, size)),
		"wrong operands":             in(list(`{"$trim":1}`, size)),
		"no operators":               in(list(`{}`, size)),
		"many operators in one":      in(object("true", size)),
		"long text":                  in(`{"$prefix":"` + name + `"}`),
		"long number":                `{"rate":{"$inc":` + strings.Repeat("1", size) + `}}`,
		"pairs":                      in(`{"$map":` + object(`"a"`, size) + `}`),
		"bad pairs":                  in(`{"$map":` + object(`"\u0000"`, size) + `}`),
		"items":                      `{"words":{"$add":` + list(`"on"`, size) + `}}`,
		"bad items":                  `{"words":{"$append":` + list(`5`, size) + `}}`,
		"items that are lists":       `{"deep":{"$add":` + list(`[[["a"]]]`, size) + `}}`,
		"defaults":                   `{"rows":{"$default":` + list(`{"a":"x","b":1,"d":2}`, size) + `}}`,
		"default that is too deep":   `{"open":{"$default":` + strings.Repeat(`{"a":`, min(size/6, 9000)) + "1" + strings.Repeat("}", min(size/6, 9000)) + `}}`,
		"fields of a format":         in(`{"$format":"` + strings.Repeat("{name}", size/6) + `"}`),
		"unknown fields of a format": in(`{"$format":"` + strings.Repeat("{xy}", min(size/4, MaxComputeText/4)) + `"}`),
		"braces of a format":         in(`{"$format":"` + strings.Repeat("{{", size/2) + `{name}"}`),
		"unknown names":              `{"at":{"$shift":` + object("1", size) + `}}`,
		"large regular expression":   in(list(`{"$replace":{"find":"(a{30}){30}","with":"","regex":true}}`, size)),
		"classes":                    in(list(`{"$replace":{"find":"[\\pL\\pN]{9}","with":"","regex":true}}`, size)),
		"groups":                     in(`{"$replace":{"find":"a","with":"` + strings.Repeat("$0", min(size, MaxComputeText)/2) + `","regex":true}}`),
	}
}

func TestOperatorsAreParsedInLinearTime(t *testing.T) {
	m := mustModel(t, hostileModel)
	const size = 16 << 10
	small, large := hostileComputes(size), hostileComputes(4*size)
	for name := range small {
		checkLinear(t, name, func(n int) {
			text := small[name]
			if n > size {
				text = large[name]
			}
			m.CheckCompute([]byte(text), Patch{})
			m.RestoreCompute([]byte(text), Patch{})
		})
	}
}

func TestHostileOperatorsGetShortAnswers(t *testing.T) {
	m := mustModel(t, hostileModel)
	const size, most = 256 << 10, 48 << 20
	for name, text := range hostileComputes(size) {
		var faults Faults
		bytes, _ := allocated(func() { _, faults = m.CheckCompute([]byte(text), Patch{}) })
		answer, err := json.Marshal(faults)
		if err != nil || len(answer) > 96<<10 || len(faults) > MaxFaults || len(faults) == 0 && name != "items that are lists" {
			t.Errorf("%s: %d faults in %d bytes: %v", name, len(faults), len(answer), err)
		}
		if bytes > most {
			t.Errorf("%s: %d bytes allocated", name, bytes)
		}
	}
}

// TestRecordsAreComputedInLinearTime has operators of all kinds work on values of
// growing size.
func TestRecordsAreComputedInLinearTime(t *testing.T) {
	m := mustModel(t, computeModel)
	for name, tt := range map[string]struct {
		compute string
		record  func(size int) string
	}{
		"text":              {`{"text":[{"$trim":true},{"$upper":true},{"$suffix":"x"},{"$lower":true}]}`, func(n int) string { return `{"text":"` + strings.Repeat("aß", n/3) + `"}` }},
		"replaced":          {`{"text":[{"$replace":{"find":"a","with":"bb"}},{"$replace":{"find":"b|c","with":"${0}d","regex":true}}]}`, func(n int) string { return `{"text":"` + strings.Repeat("a", n) + `"}` }},
		"lists":             {`{"list":[{"$add":[1,2]},{"$remove":[3]},{"$append":[4]}]}`, func(n int) string { return `{"list":` + list("3,5", n) + `}` }},
		"paths":             {`{"o.n":{"$inc":1},"o.in.text":{"$default":"a"},"o.text":{"$copy":"o.in.text"}}`, func(n int) string { return `{"o":{"n":1,"in":` + object("1", n) + `,"z":` + object("1", n) + `}}` }},
		"copied, formatted": {`{"text":{"$format":"{other}{list}"},"any":{"$copy":"list"}}`, func(n int) string { return `{"other":"` + strings.Repeat("a", n) + `","list":` + list("3", n) + `}` }},
	} {
		c := checkedCompute(t, m, tt.compute, Patch{})
		records := map[int][]any{}
		for _, n := range []int{16 << 10, 64 << 10} {
			records[n] = formerOf(t, c.Reads(), tt.record(n))
		}
		checkLinear(t, name, func(n int) {
			if _, fault := c.Record(records[n], occasion); fault != nil {
				t.Errorf("%s: %v", name, fault)
			}
		})
	}
}
