package apitest

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// filled repeats parts until they have a size.
func filled(size int, part func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(part(i))
	}
	return b.String()
}

var hostileSegments = map[string]string{
	"a NUL in the path":        "%00",
	"a NUL inside a segment":   "a%00b",
	"no UTF-8 in the path":     "%ff",
	"half a character":         "%c3",
	"a segment of 60 KB":       strings.Repeat("x", fullURL),
	"a segment of 20,000 NULs": strings.Repeat("%00", fullURL/3),
}

var hostileQueries = map[string]string{
	"a parameter with a long name":     strings.Repeat("x", fullURL) + "=1",
	"thousands of parameters":          filled(fullURL, func(i int) string { return "p" + strconv.Itoa(i) + "=1&" }),
	"one parameter thousands of times": filled(fullURL, func(int) string { return "filter=1&limit=x&" }),
	"fields thousands of times":        "fields=" + filled(fullURL, func(i int) string { return "firstName,name,title," }) + "id",
	"unknown fields":                   "fields=" + filled(fullURL, func(i int) string { return "f" + strconv.Itoa(i) + "," }),
	"a long sort":                      "sort=" + filled(fullURL, func(i int) string { return "-id," }) + "id",
	"outcomes":                         "outcome=" + filled(fullURL, func(i int) string { return "x," }),
	"a filter with a long name":        "filter=" + url.QueryEscape(`{"`+strings.Repeat("x", fullURL-100)+`":1}`),
	"a filter with a NUL":              "filter=" + url.QueryEscape(`{"id":"`+"\x00"+`"}`),
	"a filter that is no UTF-8":        "filter=%7B%22state%22%3A%22%ff%22%7D&query=%ff&q=%ff&record_type=%ff",
	"a note that is no UTF-8":          "note=%ff&createdBy=%00&query=%00&title=%00&value1=%00&op1=eq&prop1=title&external_id=%00&external_source=%00",
	"a cursor with a NUL":              "cursor=" + forged("\x00"),
	"a cursor that is no UTF-8":        "cursor=" + base64.RawURLEncoding.EncodeToString([]byte("{\"o\":\"\xff\"}")),
	"a long cursor":                    "cursor=" + strings.Repeat("9", fullURL),
	"record types":                     "record_type=" + filled(fullURL, func(int) string { return "account," }),
	"includes":                         "includes=" + filled(fullURL, func(int) string { return "all,x," }),
	"a list of values":                 "prop1=title&op1=in&value1=" + filled(fullURL, func(i int) string { return strconv.Itoa(i) + "," }),
}

// forged is a cursor as the list of records gives them, with a value that no
// record holds.
func forged(value string) string {
	text, _ := json.Marshal(value)
	place, _ := json.Marshal(map[string]any{"o": `"firstName" NULLS FIRST, "id" NULLS FIRST`, "v": []string{string(text), "1"}})
	return base64.RawURLEncoding.EncodeToString(place) + "&sort=firstName"
}

var hostileHeaders = map[string]map[string]string{
	"a long Accept":          {"Accept": filled(fullHeader, func(i int) string { return "a/b;q=0.1," }) + "*/*"},
	"a long Prefer":          {"Prefer": filled(fullHeader, func(i int) string { return "wait=x," })},
	"a long Idempotency-Key": {"Idempotency-Key": strings.Repeat("k", fullHeader)},
	"a long If-Match":        {"If-Match": strings.Repeat("7", fullHeader)},
	"a long If-None-Match":   {"If-None-Match": filled(fullHeader, func(i int) string { return `"1",` })},
	"a long X-Request-Id":    {"X-Request-Id": strings.Repeat("r", fullHeader)},
	"a long Content-Type":    {"Content-Type": "application/json;" + strings.Repeat("a=b;", fullHeader/4)},
	"many cookies":           {"Cookie": filled(fullHeader, func(i int) string { return "bulkpatch_session=1.1.1;" })},
	"an event id":            {"Last-Event-ID": strings.Repeat("9", fullHeader)},
}

// manyValues is a value that takes a hundred times its size as a tree.
func manyValues(item string) string {
	return `{"description":[` + strings.Repeat(item+",", (fullBody-1000)/(len(item)+1)) + `1]}`
}

// object is a JSON object of about full size whose members part makes.
func object(part func(i int) string) string {
	return "{" + filled(fullBody-10_000, func(i int) string { return part(i) + "," }) + `"end":1}`
}

var hostileBodies = map[string]func() string{
	"thousands of unknown names": func() string {
		return object(func(i int) string { return `"x` + strconv.Itoa(i) + `":1` })
	},
	"names of escapes": func() string {
		return object(func(i int) string { return `"` + strings.Repeat(`\u0001`, 180) + strconv.Itoa(i) + `":1` })
	},
	"one long name": func() string { return `{"` + strings.Repeat("x", fullBody-100) + `":1}` },
	"one long value": func() string {
		return `{"firstName":"` + strings.Repeat(`\u0001`, fullBody/6-100) + `"}`
	},
	"nested lists": func() string { return strings.Repeat("[", fullBody-10) },
	"nested objects": func() string {
		return strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000)
	},
	"an unclosed string": func() string { return `{"firstName":"` + strings.Repeat("x", fullBody-100) },
	"a job's filter with a long name and thousands of bad values": func() string {
		return `{"model":"desk","filter":{"` + strings.Repeat("x", 400_000) + `":{"$in":[` +
			strings.TrimSuffix(strings.Repeat("{},", 5_000), ",") + `]}},"patch":{"jobTitle":7}}`
	},
	"a job's filter with thousands of bad values": func() string {
		return `{"model":"desk","filter":{"id":{"$in":["` + filled(fullBody-1000, func(int) string { return `x","` }) + `"]}},"patch":{"jobTitle":7}}`
	},
	"a job's options": func() string {
		return `{"model":"desk","filter":{"state":7},"options":` + object(func(i int) string { return `"x` + strconv.Itoa(i) + `":1` }) + `}`
	},
	"a wide custom object": func() string {
		return `{"custom":` + object(func(i int) string { return `"x` + strconv.Itoa(i) + `":{}` }) + `}`
	},
	"a list of empty objects": func() string { return manyValues(`{}`) },
	"a list of objects":       func() string { return manyValues(`{"a":1}`) },
	"thousands of contacts": func() string {
		return `{"customer":{"contacts":[` + filled(fullBody/3, func(i int) string { return `{"id":` + strconv.Itoa(i+1) + `},` }) + `{}]},` +
			`"included":{"contacts":[` + filled(fullBody/3, func(i int) string { return `{"id":` + strconv.Itoa(i+1) + `},` }) + `{}],` +
			`"companies":[` + filled(fullBody/4, func(int) string { return `{},` }) + `{}]}}`
	},
	"contacts without anything": func() string {
		return `{"customer":{"contacts":[` + filled(fullBody/3, func(i int) string { return `{},` }) + `{}]},` +
			`"included":{"contacts":[` + filled(fullBody/3, func(i int) string { return `{},` }) + `{}]}}`
	},
	"thousands of scopes": func() string {
		return `{"name":"x","scopes":[` + filled(fullBody-1000, func(int) string { return `"x",` }) + `"y"]}`
	},
}

var hostileImports = map[string]struct {
	media string
	body  func() string
}{
	"a header of 1 MiB": {"text/csv", func() string {
		return filled(fullBody-100, func(i int) string { return "x" + strconv.Itoa(i) + "," }) + "\n"
	}},
	"a header of commas":   {"text/csv", func() string { return strings.Repeat(",", fullBody-100) + "\n" }},
	"a header of one name": {"text/csv", func() string { return strings.Repeat("x", fullBody-100) + "\n" }},
	"a line of commas":     {"text/csv", func() string { return "id,firstName\n" + strings.Repeat(strings.Repeat(",", fullBody-100)+"\n", 4) }},
	"an unclosed quote":    {"text/csv", func() string { return "id,firstName\n" + filled(4*fullBody, func(int) string { return "1,\"x\n\n" }) }},
	"lines of unknown names": {"application/x-ndjson", func() string {
		return strings.Repeat(object(func(i int) string { return `"x` + strconv.Itoa(i) + `":1` })+"\n", 4)
	}},
	"lines that are too long": {"application/x-ndjson", func() string { return strings.Repeat(strings.Repeat("x", 2*fullBody)+"\n", 4) }},
	"lines of many values":    {"application/x-ndjson", func() string { return strings.Repeat(manyValues(`{"a":1}`)+"\n", 4) }},
	"empty lines":             {"application/x-ndjson", func() string { return strings.Repeat("\n", 4*fullBody) }},
}
