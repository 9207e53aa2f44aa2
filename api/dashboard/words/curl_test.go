package words

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/client"
)

func TestARequestAsCurl(t *testing.T) {
	const bearer = "  -H \"Authorization: Bearer $BULKPATCH_KEY\" \\\n"
	const merge = "  -H 'Content-Type: application/merge-patch+json' \\\n"
	const plain = "  -H 'Content-Type: application/json' \\\n"
	for job, want := range map[string]string{
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "x y"}, "patch": {"b": "it's"}, "options": {}}}`: "curl -X PATCH \\\n" + bearer + merge +
			"  -d '{\"b\":\"it'\\''s\"}' \\\n  'https://crm.example/v1/desk/customers?filter=%7B%22a%22%3A%22x+y%22%7D'",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {}, "patch": {"b": null}, "options": {"allowAll": true, "note": "Q4 & more", "maxAffected": 9007199254740993}}}`: "curl -X PATCH \\\n" + bearer + merge +
			"  -d '{\"b\":null}' \\\n  'https://crm.example/v1/desk/customers?allowAll=true&filter=%7B%7D&maxAffected=9007199254740993&note=Q4+%26+more'",
		`{"kind": "single", "model": "desk", "request": {"filter": null, "id": "a/b", "patch": {"b": 1}}}`: "curl -X PATCH \\\n" + bearer + merge +
			"  -d '{\"b\":1}' \\\n  'https://crm.example/v1/desk/customers/a%2Fb'",
		`{"kind": "single", "model": "desk", "request": {"filter": null, "id": "..", "patch": {"b": 1}, "options": {"note": "n", "allowNewOptions": true}}}`: "curl -X POST \\\n" + bearer + plain +
			`  -d '{"model":"desk","id":"..","patch":{"b":1},"options":{"note":"n","allowNewOptions":true}}'` + " \\\n  'https://crm.example/v1/jobs'",
		`{"kind": "preview", "model": "desk", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": {}}}`: "curl -X PATCH \\\n" + bearer + merge +
			"  -d '{\"b\":1}' \\\n  'https://crm.example/v1/desk/customers?dryRun=true&filter=%7B%22a%22%3A1%7D'",
		`{"kind": "undo", "undo": {"undoOf": "0193"}, "request": {"filter": null, "patch": null}}`: "curl -X POST \\\n" + bearer + "  'https://crm.example/v1/jobs/0193/undo'",
		`{"kind": "retry", "retryOf": "0193", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": {"onMismatch": "force"}}}`: "curl -X POST \\\n" + bearer + plain +
			"  -d '{\"onMismatch\":\"force\"}' \\\n  'https://crm.example/v1/jobs/0193/retry'",
		`{"kind": "retry", "retryOf": "0193", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": {}}}`: "curl -X POST \\\n" + bearer + "  'https://crm.example/v1/jobs/0193/retry'",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": {"webhook": "https://h/in"}}}`: "curl -X PATCH \\\n" + bearer + merge +
			"  -d '{\"b\":1}' \\\n  'https://crm.example/v1/desk/customers?filter=%7B%22a%22%3A1%7D&webhook=https%3A%2F%2Fh%2Fin'",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": {"webhook": "https://***@h/in?***"}}}`: "curl -X POST \\\n" + bearer + plain +
			`  -d '{"model":"desk","filter":{"a":1},"patch":{"b":1},"options":{"webhook":"https://***@h/in?***"}}'` + " \\\n  'https://crm.example/v1/jobs'",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": {}, "compute": {"b": {"$inc": 1}}, "options": {"note": "n"}}}`: "curl -X POST \\\n" + bearer + plain +
			`  -d '{"model":"desk","filter":{"a":1},"compute":{"b":{"$inc":1}},"options":{"note":"n"}}'` + " \\\n  'https://crm.example/v1/jobs'",

		// What a job does not show whole is not offered in part.
		`{"kind": "bulk", "request": {"filter": null, "patch": null, "requestBytes": 9999}}`:       "",
		`{"kind": "bulk", "request": {"filter": null, "patch": {"a": 1}, "requestBytes": 9999}}`:   "",
		`{"kind": "bulk", "request": {"filter": {"a": 1}, "patch": null}}`:                         "",
		`{"kind": "preview", "request": {"filter": null, "patch": null}}`:                          "",
		`{"kind": "bulk", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": ["odd"]}}`: "",
	} {
		if got := Curl(jobFromJSON(t, job), "https://crm.example/"); got != want {
			t.Errorf("%s\n got %s\nwant %s", job, got, want)
		}
	}
}

func TestALongFilterGoesIntoTheBody(t *testing.T) {
	long := strings.Repeat("x", maxPatchURL)
	curl := Curl(jobFromJSON(t, `{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "`+long+`"}, "patch": {"b": 1}, "options": {"maxFailures": 3}}}`), "http://h")
	if !strings.Contains(curl, `-d '{"model":"desk","filter":{"a":"`+long+`"},"patch":{"b":1},"options":{"maxFailures":3}}'`) || !strings.HasSuffix(curl, " 'http://h/v1/jobs'") {
		t.Errorf("it is %s", curl)
	}
	longer := strings.Repeat("x", maxArgument)
	curl = Curl(jobFromJSON(t, `{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "`+longer+`"}, "patch": {"b": 1}}}`), "http://h")
	if !strings.Contains(curl, "-d @- \\\n  'http://h/v1/jobs' <<'BODY'\n{") || !strings.HasSuffix(curl, "}\nBODY") {
		t.Errorf("it ends with %s", curl[len(curl)-200:])
	}
}

// TestACommandIsWhatItLooksLike has characters that would rearrange the command or
// break its lines.
func TestACommandIsWhatItLooksLike(t *testing.T) {
	job := jobFromJSON(t, `{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": {"b":`+"\n"+` "`+"\u202e\u2028\u0085\U000E0001é"+`"}}}`)
	if curl := Curl(job, "http://h"); !strings.Contains(curl, `-d '{"b":"\u202e\u2028\u0085\udb40\udc01é"}'`) {
		t.Errorf("it is %q", curl)
	}
}

// TestQuotedTextsSurviveTheShell passes texts through a shell.
func TestQuotedTextsSurviveTheShell(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("'\"\\$`!\n\t ;&|<>(){}[]*?~#=%-\r\x01é\u202e")), 0, 40, -1))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(texts.Draw(t, "text"), "\x00", "")
		out, err := exec.Command("sh", "-c", "printf %s "+shellQuote(text)).Output()
		if err != nil || string(out) != text {
			t.Fatalf("%q became %q, %v", text, out, err)
		}
	})
	if out, err := exec.Command("sh", "-c", "printf %s "+shellQuote("a\x00b")).Output(); err != nil || string(out) != "ab" {
		t.Errorf("%q, %v", out, err)
	}
}

// pasted runs a command with a curl that prints its arguments, one a line as JSON
// has them, and returns them.
func pasted(t *rapid.T, command string) []string {
	out, err := exec.Command("sh", "-c", `curl() { for one; do printf '%s\0' "$one"; done; }; BULKPATCH_KEY=secret; `+command).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// drawnJob draws a job of a valid request.
func drawnJob(t *rapid.T) client.Job {
	text := func(name string) string { return quotedJSON(rapid.String().Draw(t, name)) }
	request := `"filter": {` + text("field") + `: {"$in": [` + text("value") + `, 9007199254740993]}}`
	kind := rapid.SampledFrom([]string{"bulk", "preview", "single"}).Draw(t, "kind")
	if kind == "single" {
		request = `"id": ` + rapid.SampledFrom([]string{"7", `"x"`, `".."`, quotedJSON("a'b/c?d#e")}).Draw(t, "id")
	}
	options := rapid.SampledFrom([]string{`null`, `{}`, `{"allowAll": true, "recordsPerSecond": 2.5}`, `{"note": ` + text("note") + `}`}).Draw(t, "options")
	computes := rapid.SampledFrom([]string{``, `, "compute": {` + text("computed") + `: {"$prefix": ` + text("prefix") + `}}`}).Draw(t, "compute")
	request += `, "patch": {` + text("name") + `: ` + text("to") + `}` + computes + `, "options": ` + options
	var j client.Job
	if err := json.Unmarshal([]byte(`{"kind": "`+kind+`", "model": `+text("model")+`, "request": {`+request+`}}`), &j); err != nil {
		t.Fatal(err)
	}
	return j
}

// sameJSON reports whether two texts are the same JSON.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// TestACommandSaysWhatTheJobWas runs commands, and reads the request from what curl
// was given.
func TestACommandSaysWhatTheJobWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawnJob(t)
		args := pasted(t, Curl(j, "http://h"))
		address, err := url.Parse(args[len(args)-1])
		if err != nil || args[3] != "Authorization: Bearer secret" || args[6] != "-d" {
			t.Fatalf("curl gets %q, %v", args, err)
		}
		filter, patch, model := []byte(address.Query().Get("filter")), []byte(args[7]), "/v1/"+j.Model+"/customers"
		note := address.Query().Get("note")
		if args[1] == "POST" {
			var body client.Request
			var named struct {
				Model   string
				Options struct{ Note string }
			}
			if json.Unmarshal(patch, &body) != nil || json.Unmarshal(patch, &named) != nil || body.ID != j.Request.ID || named.Model != j.Model ||
				!bytes.Equal(body.Compute, j.Request.Compute) && !sameJSON(body.Compute, j.Request.Compute) {
				t.Fatalf("the body is %s", patch)
			}
			filter, patch, note, model = body.Filter, body.Patch, named.Options.Note, "/v1/jobs"
		}
		if j.Kind == "single" && args[1] == "PATCH" {
			model += "/" + j.Request.ID.String()
		}
		if address.Path != model || !sameJSON(patch, j.Request.Patch) || j.Kind != "single" && !sameJSON(filter, j.Request.Filter) {
			t.Fatalf("%s with %s for %s", address, patch, j.Request.Patch)
		}
		var o client.Options
		if _ = json.Unmarshal(j.Request.Options, &o); note != o.Note || j.Kind == "preview" && address.Query().Get("dryRun") != "true" && args[1] == "PATCH" {
			t.Fatalf("the note is %q, the address %s", note, address)
		}
	})
}
