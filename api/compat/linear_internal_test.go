package compat

import (
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// repeated joins parts until there are n.
func repeated(n int, part func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(part(i))
	}
	return b.String()
}

// requestOf is a vendor's call with a body.
func requestOf(t *testing.T, s *Surface, a Action, body string) *Request {
	members, err := Members([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Surface: s, Action: a, Method: http.MethodPatch, Query: url.Values{}, Members: members}
}

// namesOf is an object with n names.
func namesOf(n int) string {
	return "{" + repeated(n, func(i int) string { return `"x` + strconv.Itoa(i) + `":1,` }) + `"end":1}`
}

// listOf is a list of n+1 items.
func listOf(n int, item string) string {
	return "[" + strings.Repeat(item+",", n) + item + "]"
}

// largeBodies and largeQueries grow with n in all ways that a caller can think of.
var largeBodies = map[string]func(n int) string{
	"unknown names":     namesOf,
	"included":          func(n int) string { return `{"customer":{},"included":` + namesOf(n) + `}` },
	"beside the record": func(n int) string { return `{"customer":{},"filter_args":` + namesOf(n) + "," + namesOf(n)[1:] },
	"companies":         func(n int) string { return `{"customer":{},"included":{"companies":` + listOf(n, `{"id":1}`) + `}}` },
	"contacts": func(n int) string {
		return `{"customer":{"contacts":` + listOf(n/5, `{"value":"a"}`) + `},"included":{"contacts":` + listOf(n/5, `{"value":"b"}`) + `}}`
	},
	"an object":  func(n int) string { return `{"description":` + namesOf(n) + `,"custom":` + namesOf(n) + `}` },
	"a list":     func(n int) string { return `{"address":` + listOf(n, `"x"`) + `,"contacts":` + listOf(n, "7") + `}` },
	"one string": func(n int) string { return `{"name":"` + strings.Repeat("x", 20*n) + `","type":"y"}` },
}

var largeQueries = map[string]func(n int) url.Values{
	"a filter": func(n int) url.Values {
		return url.Values{"filter": {`{"$or":` + listOf(n, `{"firstName.x":1}`) + `}`}, "query": {strings.Repeat("x", n)}}
	},
	"ids as text": func(n int) url.Values {
		return url.Values{"filter": {`{"id":{"$in":` + listOf(n, `"1, 2"`) + `},"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`}}
	},
	"lists of names": func(n int) url.Values {
		text := strings.Repeat("x,name,all,", n)
		return url.Values{"fields": {text}, "includes": {text}, "record_type": {text}}
	},
	"a list of values": func(n int) url.Values {
		return url.Values{"prop1": {"title"}, "op1": {"in"}, "value1": {strings.Repeat("x,", n) + "x"}}
	},
}

// TestWhatReadsAVendorsRequestIsLinear gives each vendor the worst bodies and
// queries, and ones four times as large: what is allocated may grow fivefold.
func TestWhatReadsAVendorsRequestIsLinear(t *testing.T) {
	surfaces, err := Load(model.Shipped(), Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range surfaces {
		for name, body := range largeBodies {
			for _, a := range []Action{Update, Create, Bulk} {
				t.Run(s.Model.Name+" "+string(a)+" with "+name, func(t *testing.T) {
					linear(t, body, func(text string) {
						r := requestOf(t, s, a, text)
						if a == Create {
							s.Create(r)
						} else {
							s.Update(r)
						}
						r.Native()
						s.Fail(Problem{Status: 400, Code: "invalid_request", Faults: r.Faults.Kept, Further: r.Faults.Further, Model: s.Model})
					})
				})
			}
		}
		for name, query := range largeQueries {
			t.Run(s.Model.Name+" with "+name, func(t *testing.T) {
				linear(t, query, func(values url.Values) {
					r := &Request{Surface: s, Action: List, Method: http.MethodGet, Path: "/search", Query: values}
					s.List(r)
					s.Describe(s.Model, r, func(*model.Field) []string { return nil })
				})
			})
		}
	}
}

// linear compares what reading an input and one four times as large allocates.
func linear[T any](t *testing.T, input func(n int) T, read func(T)) {
	t.Helper()
	const size, slackBytes, slackTimes = 1_000, 256 << 10, 200
	small, large := input(size), input(4*size)
	read(small) // fills what is made once
	smallBytes, smallTimes := allocated(func() { read(small) })
	largeBytes, largeTimes := allocated(func() { read(large) })
	if largeBytes > 5*smallBytes+slackBytes || largeTimes > 5*smallTimes+slackTimes {
		t.Errorf("%d bytes in %d pieces became %d in %d", smallBytes, smallTimes, largeBytes, largeTimes)
	}
}

// allocated is what a function allocates.
func allocated(f func()) (bytes, times uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
}

// TestManyRelationsCostLittle: a body of a megabyte has room for a hundred
// thousand, each of which would take a hundred times its text.
func TestManyRelationsCostLittle(t *testing.T) {
	surfaces, err := Load(model.Shipped(), Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(surfaces, func(s *Surface) bool { return s.Model.Name == "desk" })
	many := "[" + strings.Repeat(`{"id":1},`, 100_000) + "{}]"
	for pointer, body := range map[string]string{
		"/contacts":           `{"customer":{"contacts":` + many + `}}`,
		"/included/contacts":  `{"customer":{},"included":{"contacts":` + many + `}}`,
		"/included/companies": `{"customer":{},"included":{"companies":` + many + `}}`,
	} {
		r := requestOf(t, surfaces[i], Update, body)
		bytes, _ := allocated(func() { r.Update(r) })
		if bytes > 16<<20 {
			t.Errorf("%s: %d MiB", pointer, bytes>>20)
		}
		want := web.BodyFault(pointer, "too_long", "This may have at most 1000 items.")
		if len(r.Faults.Kept) != 1 || r.Faults.Kept[0] != want || len(r.Native()) > len("{}") {
			t.Errorf("%s: %v, left %.100s", pointer, r.Faults, r.Native())
		}
	}
}
