package api

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/api/compat"
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

// querying makes the call with a query.
func querying(query string) *call {
	return &call{r: httptest.NewRequest("GET", "/?"+query, nil), format: nativeFormat{}}
}

// A requestParser is what reads a part of a request.
type requestParser struct {
	size  int // of the smaller input
	input func(n int) string
	read  func(text string)
}

// bodyParsers read bodies, and keep what is wrong with them.
func bodyParsers(desk *model.Model) map[string]requestParser {
	names := func(n int) string {
		return "{" + repeated(n, func(i int) string { return `"x` + strconv.Itoa(i) + `":1,` }) + `"end":1}`
	}
	return map[string]requestParser{
		"members of an object": {4_000, names, func(text string) {
			in := &input{}
			members, _ := in.members([]byte(text), "")
			in.unknownMembers(members, "")
			_ = in.err()
		}},
		"members that are no JSON": {20_000, func(n int) string { return "[" + strings.Repeat(`{"a":[`, n) }, func(text string) {
			(&input{}).members([]byte(text), "")
		}},
		"items of a list": {20_000, func(n int) string { return "[" + strings.Repeat("1,", n) + "1]" }, func(text string) {
			compat.Items([]byte(text))
		}},
		"options": {4_000, names, func(text string) {
			var o options
			o.fromBody(&input{}, []byte(text))
		}},
		"scopes": {10_000, func(n int) string { return "[" + strings.Repeat(`"x",`, n) + `"x"]` }, func(text string) {
			(&input{}).takeScopes(nil, []byte(text))
		}},
		"the header of a CSV file": {2_000, func(n int) string { return repeated(n, func(i int) string { return "x" + strconv.Itoa(i) + "," }) },
			func(text string) {
				_, _ = newRowSource(strings.NewReader(text), desk, model.PatchOptions{}, tableShape{format: web.TypeCSV}, nil)
			}},
		"faults": {1_000, func(n int) string { return strings.Repeat("x", n) }, func(text string) {
			in := &input{}
			for range len(text) {
				in.fail(web.InBody, "/"+text[:10], "type", "This is wrong.")
			}
			_ = in.err()
		}},
	}
}

// queryParsers read the query.
func queryParsers(desk *model.Model) map[string]requestParser {
	return map[string]requestParser{
		"unknown parameters": {1_000, func(n int) string { return repeated(n, func(i int) string { return "p" + strconv.Itoa(i) + "=1&" }) },
			func(text string) { _ = querying(text).input().err() }},
		"fields": {2_000, func(n int) string {
			return "fields=" + repeated(n, func(i int) string { return "firstName,x" + strconv.Itoa(i) + "," })
		},
			func(text string) { querying(text).input().fields(desk) }},
		"outcomes": {2_000, func(n int) string { return "outcome=" + strings.Repeat("failed,x,", n) },
			func(text string) { querying(text).input().outcomes() }},
		"names of columns": {500, func(n int) string {
			return "columns={" + repeated(n, func(i int) string { return `"x` + strconv.Itoa(i) + `":"y",` }) + `"end":"id"}`
		},
			func(text string) { querying(text).input().columns(desk) }},
	}
}

// headerParsers read headers.
func headerParsers(*model.Model) map[string]requestParser {
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	return map[string]requestParser{
		"Accept": {500, func(n int) string { return strings.Repeat("a/b;q=0.1,", n) },
			func(text string) {
				_, _ = web.Negotiate(header("Accept", text), web.TypeJSON, web.TypeCSV, web.TypeNDJSON)
			}},
		"Prefer": {1_000, func(n int) string { return strings.Repeat("wait=x,", n) },
			func(text string) { web.PreferOf(header("Prefer", text), MaxWait) }},
		"If-None-Match": {1_000, func(n int) string { return strings.Repeat(`"1",`, n) },
			func(text string) { web.MatchesTag([]string{text}, `"2"`) }},
	}
}

// TestWhatReadsARequestIsLinear gives each parser its worst input, and one
// four times as large: what it allocates may grow fivefold.
func TestWhatReadsARequestIsLinear(t *testing.T) {
	desk, _ := model.Shipped().Model("desk")
	for _, parsers := range []func(*model.Model) map[string]requestParser{bodyParsers, queryParsers, headerParsers} {
		for name, parser := range parsers(desk) {
			t.Run(name, parser.isLinear)
		}
	}
}

func (parser requestParser) isLinear(t *testing.T) {
	small, large := parser.input(parser.size), parser.input(4*parser.size)
	parser.read(small) // fills what is made once
	smallBytes, smallTimes := allocated(func() { parser.read(small) })
	largeBytes, largeTimes := allocated(func() { parser.read(large) })
	if largeBytes > 5*smallBytes+slackBytes || largeTimes > 5*smallTimes+slackTimes {
		t.Errorf("%d bytes in %d pieces became %d in %d", smallBytes, smallTimes, largeBytes, largeTimes)
	}
}

// What may be allocated whatever the input.
const (
	slackBytes = 128 << 10
	slackTimes = 100
)

// allocated is what a function allocates.
func allocated(f func()) (bytes, times uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
}
