package apitest

import (
	"fmt"
	"strings"
)

// hostileTexts are texts that something behind a server might take for more
// than a text.
var hostileTexts = []string{
	`' OR '1'='1`, `"; DROP TABLE c_desk; --`, `'); DELETE FROM jobs; --`, `1 UNION SELECT * FROM keys`, `\'; SELECT pg_sleep(10); --`, `x'||(SELECT secret)||'`,
	`%27%20OR%201=1`, `?`, `$1`, `:name`, `?::text`, `/* x */`, `--`, `;`, `%`, `_`, `\`, "`", `"`, `'`,
	`*)(uid=*))(|(uid=*`, `{{7*7}}`, `${7*7}`, `<%= 7*7 %>`, `#{7*7}`, `${jndi:ldap://x/a}`, `%s%s%s%n`, `%!d(MISSING)`, `$(id)`, "`id`", `| id`, `; id`,
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`, `=HYPERLINK("x")`, `@SUM(1)`,
	`../../../etc/passwd`, `..\..\x`, `/etc/passwd`, `file:///etc/passwd`, `....//`, `.`, `..`, `~`, `con`, `nul`, `desk.yaml`, `http://169.254.169.254/`,
	"\x00", "a\x00b", "\x01\x02\x1f\x7f", "\u0085\u2028\u2029", "\ufeff", "\u202e", "\ufffd", "\uffff", "e\u0301", "\u00e9", "\U0001F600", "ſ", "İ", "ß", "K",
	"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\r\nX-Injected: 1", "a\r\n\r\nb", "\n", "\t", " ", "  x  ", "",
	"__proto__", "constructor", "toString", "null", "true", "NaN", "Infinity", "-0", "0x10", "1e400", "1_000", "٣", "9223372036854775808", "-9223372036854775809", "1.0",
	"*", `W/"1"`, `"1"`, `"0"`, "wait=9999999999999999999", "respond-async, wait=1", "bytes=0-", "100-continue", "gzip, deflate, br", "gzip;q=0", "application/json; charset=utf-16",
	"multipart/form-data; boundary=x", "text/csv", "*/*;q=0.000001", "close, X-API-Key", "websocket", "bulkpatch_session=1.99999999999.x", "null",
	strings.Repeat("x", 300), strings.Repeat("é", 5000), strings.Repeat("%00", 300), strings.Repeat("(", 2000),
}

// hostileEscapes are parts of an address that are not encoded as they should be.
var hostileEscapes = []string{
	"%", "%0", "%zz", "%00", "%ff", "%c0%af", "%c0%ae%c0%ae/", "%ed%a0%80", "%252e%252e%252f", "%2e%2e%2f", "%2f", "%5c", "..%2f..", "%u0041", "%0d%0aX-Injected:%201",
	"a%20b", "+", ";", "a;b=c", "%E2%80%AE", "//", "./", "../", "{}", "[]", "|", "^", "%23", "%3F",
}

// wrongValues are JSON values of each type, and texts that are none.
var wrongValues = []string{
	"null", "true", "false", "0", "-1", "-0", "1.5", "1e400", "-1e400", "1e-400", "9007199254740993", "9223372036854775808", "12345678901234567890.5", "01", "+1", ".5", "1.", "NaN", "0x1",
	`""`, `"x"`, `"\ud800"`, `"\udc00\ud800"`, `"\u0000"`, `"\x"`, "\"\xff\"", "\"\xed\xa0\x80\"", "\"\n\"", `'x'`, "[]", "{}", `[null]`, `[[[[]]]]`, `{"__proto__":{"admin":true}}`, `{"$ne":null}`, `{"$where":"1"}`,
	`{"a":1,"a":2}`, `{"":""}`, `{"a.b":1}`, `{"\u0000":1}`, `[{}]`, `[1,"x",null,{}]`, "undefined", "", strings.Repeat("[", 200) + strings.Repeat("]", 200), strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
	`"` + strings.Repeat("x", 100_000) + `"`, "1" + strings.Repeat("0", 400), "0." + strings.Repeat("1", 400),
}

// hostileDocuments are bodies; BODY stands for an honest one.
var hostileDocuments = []string{
	"", " ", "BODYBODY", "BODY{}", "[BODY]", "\ufeffBODY", "BODY\x00", "\x00BODY", "null", "true", "7", `"x"`, "[]", "{", "}", "{]", `{"a":}`, `{"a":1,}`, "{/* x */}", "\xff\xfe{\x00}\x00",
	`{"":1}`, `{"__proto__":BODY}`, `{"constructor":{"prototype":{}}}`, "a=b&c=d", "--x\r\n", "<x/>", "\x1f\x8b\x08\x00", "id\n1\n", "id,id\n1,2\n", "=1,+1\n", "\"", "\"id", "\r\r\r", ",,,\n,,,\n",
	"{\"id\":\"\\u0000\"}\n{\"id\":1e400}\n", "{\"version\":99}\n", strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 12_000), strings.Repeat("\x00", 1000), strings.Repeat("{}\n", 1000),
}

// smuggle puts a second request where one that reads the first differently
// would find it, or breaks the frame of the first.
func (r *request) smuggle() Raw {
	inner := "GET /v1/keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	head := r.call.Method + " " + r.place() + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + r.Key + "\r\n"
	all := []Raw{
		{Name: "a length and chunks", Text: head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner},
		{Name: "two lengths", Text: head + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + inner, Malformed: true},
		{Name: "a list of lengths", Text: head + "Content-Length: 0, 44\r\n\r\n" + inner, Malformed: true},
		{Name: "a signed length", Text: head + "Content-Length: +4\r\n\r\nabcd", Malformed: true},
		{Name: "a negative length", Text: head + "Content-Length: -1\r\n\r\n" + inner, Malformed: true},
		{Name: "a huge length", Text: head + "Content-Length: 99999999999999999999\r\n\r\n" + inner, Malformed: true},
		{Name: "a folded header", Text: head + "X-A: b\r\n\tc: d\r\nContent-Length: 0\r\n\r\n"},
		{Name: "a space before the colon", Text: head + "Content-Length : 0\r\n\r\n" + inner, Malformed: true},
		{Name: "a bare CR in a header", Text: head + "X-A: b\rX-C: d\r\nContent-Length: 0\r\n\r\n", Malformed: true},
		{Name: "a NUL in a header", Text: head + "X-A: b\x00c\r\nContent-Length: 0\r\n\r\n", Malformed: true},
		{Name: "an unknown coding", Text: head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
		{Name: "two codings", Text: head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
		{Name: "bad chunks", Text: head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"},
		{Name: "a huge chunk", Text: head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nabc\r\n0\r\n\r\n"},
		{Name: "a trailer", Text: head + "Transfer-Encoding: chunked\r\nTrailer: X-API-Key\r\n\r\n0\r\nX-API-Key: x\r\n\r\n"},
		{Name: "no host", Text: strings.Replace(head, "Host: x\r\n", "", 1) + "Content-Length: 0\r\n\r\n", Malformed: true},
		{Name: "two hosts", Text: head + "Host: y\r\nContent-Length: 0\r\n\r\n", Malformed: true},
		{Name: "a hostile host", Text: strings.Replace(head, "Host: x", "Host: x/../y@z", 1) + "Content-Length: 0\r\n\r\n"},
		{Name: "HTTP/1.0", Text: strings.Replace(head, "HTTP/1.1", "HTTP/1.0", 1) + "Content-Length: 0\r\n\r\n"},
		{Name: "HTTP/9.9", Text: strings.Replace(head, "HTTP/1.1", "HTTP/9.9", 1) + "Content-Length: 0\r\n\r\n"},
		{Name: "an absolute target", Text: strings.Replace(head, " /", " http://other.example/", 1) + "Content-Length: 0\r\n\r\n"},
		{Name: "a target without a slash", Text: strings.Replace(head, " /", " ", 1) + "Content-Length: 0\r\n\r\n", Malformed: true},
		{Name: "a method of controls", Text: "G\x01T / HTTP/1.1\r\nHost: x\r\n\r\n", Malformed: true},
		{Name: "CONNECT", Text: "CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"},
		{Name: "TRACE", Text: "TRACE " + r.place() + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + r.Key + "\r\n\r\n"},
		{Name: "many headers", Text: head + strings.Repeat("X-A: b\r\n", 3000) + "Content-Length: 0\r\n\r\n"},
		{Name: "no HTTP", Text: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", Malformed: true},
		{Name: "chunks by halves", Text: head + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(r.body), r.body)},
	}
	return all[r.rand.IntN(len(all))]
}
