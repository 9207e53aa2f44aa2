package words

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bulkpatch/client"
)

// deskChoices has a drop-down.
var deskChoices = ChoicesOf(client.Model{JSON: json.RawMessage(`{"fields": [
	{"name": "state", "options": ["active", "deleted", "no"], "addedOptions": ["on hold", "idle"]},
	{"name": "custom", "dropDowns": [{"name": "custom.tier", "options": ["trial"]}]}]}`)})

// jobFromJSON returns a job as the API shows it.
func jobFromJSON(t testing.TB, text string) client.Job {
	t.Helper()
	var j client.Job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestAJobIsASentence(t *testing.T) {
	for text, want := range map[string]string{
		`{"kind": "bulk", "request": {"filter": {"state": "active", "trusted": false}, "patch": {"jobTitle": "Lead", "trusted": true}}}`: "Set jobTitle to “Lead” and trusted to true, where state is active and trusted is false",
		`{"kind": "bulk", "request": {"filter": {"custom.plan": "trial"}, "patch": {"phone": null}}}`:                                    "Clear phone where custom.plan is “trial”",
		`{"kind": "bulk", "request": {"filter": {}, "patch": {"trusted": true}}}`:                                                        "Set trusted to true for all customers",
		`{"kind": "bulk", "request": {"filter": {"$or": []}, "patch": {"trusted": true}}}`:                                               "Set trusted to true for no customer",
		`{"kind": "single", "request": {"filter": null, "id": 4711, "patch": {"jobTitle": "Lead"}}}`:                                     "Set jobTitle to “Lead” for customer 4711",
		`{"kind": "single", "request": {"filter": null, "id": "acme", "patch": {"a": 9007199254740993}}}`:                                "Set a to 9007199254740993 for customer acme",
		`{"kind": "undo", "undo": {"undoOf": "0193f2c4-77aa-7000-8000-000000000000"}, "request": {"filter": null, "patch": null}}`:       "Undo of job 0193f2c4",
		`{"kind": "retry", "retryOf": "0193f2c4", "request": {"filter": {"a": 1}, "patch": {"b": null}}}`:                                "Retry of: clear b where a is 1",
		`{"kind": "retry", "retryOf": "0193f2c4-77aa", "request": {"filter": null, "patch": null}}`:                                      "Retry of job 0193f2c4",
		`{"kind": "preview", "request": {"filter": {"a": 1}, "patch": {"b": null}}}`:                                                     "Preview: clear b where a is 1",
		`{"kind": "preview", "request": {"filter": null, "patch": null}}`:                                                                "Preview of an undo or a retry",
		`{"kind": "bulk", "model": "desk", "request": {"filter": null, "patch": null, "requestBytes": 1234567}}`:                         "A large update (1.2 MB) of desk",
		`{"kind": "bulk", "model": "desk", "request": {"filter": null, "patch": {"a": 1}, "requestBytes": 4321}}`:                        "Set a to 1 for customers that match a long filter (4.3 KB)",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": null, "requestBytes": 999}}`:                         "A large change (999 bytes) where a is 1",
		`{"kind": "bulk", "request": {"filter": {"a": 1}, "patch": {}, "compute": {"visits": {"$inc": 1}}}}`:                             "Add 1 to visits where a is 1",
		`{"kind": "retry", "request": {"filter": {"a": 1}, "patch": {"b": 2}, "compute": {"c": [], "d.e": {"$trim": true}}}}`:            "Retry of: set b to 2, and compute c and trim d.e, where a is 1",
		`{"kind": "single", "request": {"id": 7, "compute": 1}}`:                                                                         "Compute values for customer 7",
		`{"kind": "bulk", "request": {"filter": [1], "patch": 7}}`:                                                                       "Apply 7 where [1]",
		`{"kind": "file", "model": "desk", "request": {"filter": null, "patch": null}}`:                                                  "An update of desk",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": null}}`:                                              "An update of desk where a is 1",
	} {
		if got := Job(jobFromJSON(t, text), deskChoices, nil).String(); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestAnUndoSaysWhatItUndoes(t *testing.T) {
	parent := jobFromJSON(t, `{"jobId": "0193", "kind": "retry", "request": {"filter": {"a": 1}, "patch": {"b": 2}}}`)
	undo := jobFromJSON(t, `{"kind": "undo", "undo": {"undoOf": "0193"}, "request": {"filter": null, "patch": null}}`)
	if got, want := Job(undo, nil, &parent).String(), "Undo of: retry of: set b to 2 where a is 1"; got != want {
		t.Errorf("got %s", got)
	}
	if got := Job(undo, nil, &client.Job{ID: "other"}).String(); got != "Undo of job 0193" {
		t.Errorf("with another job it is %s", got)
	}
}

func TestValuesOfCallersStandApart(t *testing.T) {
	s := Job(jobFromJSON(t, `{"kind": "bulk", "request": {"filter": {"a": "محاسبة"}, "patch": {"jobTitle": "Lead", "اسم": 1}}}`), nil, nil)
	want := Sentence{{"Set ", false}, {"jobTitle", false}, {" to ", false}, {"“", false}, {"Lead", true}, {"”", false}, {" and ", false}, {"“", false}, {"اسم", true}, {"”", false}, {" to ", false},
		{"1", true}, {", where ", false}, {"a", false}, {" is ", false}, {"“", false}, {"محاسبة", true}, {"”", false}}
	if len(s) != len(want) {
		t.Fatalf("the parts are %q", s)
	}
	for i := range s {
		if s[i] != want[i] {
			t.Errorf("part %d is %+v", i, s[i])
		}
	}
	if title := s.String(); !strings.Contains(title, "“"+firstStrong+"محاسبة"+popIsolate+"”") || strings.Contains(title, firstStrong+"Lead") {
		t.Errorf("as a title it is %q", title)
	}
}

func TestTextsAreShownSafely(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb\tc\x07":               `a\nb\tc\u0007`,
		`C:\x “quoted”`:             `C:\\x \“quoted\”`,
		"\u202egnirts":              `\u202egnirts`,
		"\u200d👩 می\u200cخواهم":     "\u200d👩 می\u200cخواهم",
		"\U000E0001":                `\udb40\udc01`,
		"bad \xff byte":             "bad \uFFFD byte",
		"e\u0301":                   "e\u0301",
		strings.Repeat("é", 60):     strings.Repeat("é", 60),
		strings.Repeat("é", 61):     strings.Repeat("é", 60) + "…",
		strings.Repeat("\x01", 100): strings.Repeat(`\u0001`, 10) + "…",
	} {
		if got := shownText(text); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

func TestSizes(t *testing.T) {
	for n, want := range map[int64]string{1: "1 byte", 999: "999 bytes", 1000: "1.0 KB", 1_249_999: "1.2 MB", 5_400_000_000: "5.4 GB"} {
		if got := byteSize(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

// maxSentence bounds every sentence, whatever the request is.
const maxSentence = 700

// TestEverySentenceIsBounded makes sentences of JSON that no server has checked.
func TestEverySentenceIsBounded(t *testing.T) {
	kinds := rapid.SampledFrom([]string{"bulk", "single", "undo", "retry", "preview", "file", ""})
	rapid.Check(t, func(t *rapid.T) {
		j := client.Job{Kind: kinds.Draw(t, "kind"), Request: client.Request{
			Filter: drawnFilter(t, 4), Patch: drawnPatch(t, 4), Compute: drawnCompute(t), RequestBytes: rapid.Int64Range(0, 2).Draw(t, "bytes"),
		}}
		s := Job(j, deskChoices, nil)
		if len(s) == 0 || s.length() > maxSentence {
			t.Fatalf("%d parts with %d characters: %s", len(s), s.length(), s)
		}
		for _, p := range s {
			if !utf8.ValidString(p.Text) || strings.ContainsFunc(p.Text, unicode.IsControl) {
				t.Fatalf("the part %q is not for pages", p.Text)
			}
		}
		Filter(j.Request.Filter, nil)
		patchWords(j.Request.Patch, nil)
	})
}

// TestSentencesOfHugeRequestsAreSoonMade describes requests of a megabyte and more,
// each of a form that is easily made to take quadratic time. It allows for a slow
// machine: what is not linear takes minutes.
func TestSentencesOfHugeRequestsAreSoonMade(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	many := func(one string) string { return strings.TrimSuffix(strings.Repeat(one+",", 100_000), ",") }
	deep := strings.Repeat(`{"$and":[{"$or":[{"a":1},`, 90) + `{"a":1}` + strings.Repeat(`]},{"b":1}]}`, 90)
	for name, request := range map[string]client.Request{
		"a long value":     {Filter: []byte(`{"a": "` + long + `"}`), Patch: []byte(`{"a": "` + long + `"}`)},
		"a long name":      {Filter: []byte(`{"` + long + `": 1}`), Patch: []byte(`{"` + long + `": {` + many(`"a": 1`) + `}}`)},
		"many values":      {Filter: []byte(`{"a": {"$in": [` + many(`"v"`) + `]}}`), Patch: []byte(`{"a": [` + many(`"v"`) + `]}`)},
		"many conditions":  {Filter: []byte(`{"$or": [` + many(`{"a": 1}`) + `]}`), Patch: []byte(`{` + many(`"a": null`) + `}`)},
		"deep":             {Filter: []byte(deep), Patch: []byte(strings.Repeat(`{"a":`, 190) + `1` + strings.Repeat(`}`, 190))},
		"long operands":    {Patch: []byte(`{"a": "` + long + `"}`), Compute: []byte(`{"a": {"$replace": {"find": "` + long + `", "with": "` + long + `"}}}`)},
		"many operators":   {Compute: []byte(`{"a": [` + many(`{"$shift": {"days": `+strings.Repeat("1", 1000)+`}}`) + `], ` + many(`"a": {"$inc": 1}`) + `}`)},
		"many pairs":       {Compute: []byte(`{"a": {"$map": {` + many(`"a": "b"`) + `}}}`)},
		"too deep to read": {Filter: []byte(strings.Repeat(`[`, 1<<20)), Patch: []byte(strings.Repeat(`{"a":`, 1<<17))},
	} {
		start := time.Now()
		s := Job(client.Job{Kind: "bulk", Request: request}, nil, nil)
		if took := time.Since(start); took > 20*time.Second || s.length() > maxSentence {
			t.Errorf("%s: %d characters after %v", name, s.length(), took)
		}
	}
}

func TestNothingIsReadOrKeptWithoutBound(t *testing.T) {
	if _, ok := readJSON([]byte(strings.Repeat("[", maxNesting) + strings.Repeat("]", maxNesting))); !ok {
		t.Error("what nests as deep as it may is not read")
	}
	if _, ok := readJSON([]byte(strings.Repeat("[", maxNesting+2) + strings.Repeat("]", maxNesting+2))); ok {
		t.Error("what nests deeper is read")
	}
	deep := strings.Repeat(`{"`+strings.Repeat("n", 300)+`":`, 150) + "1" + strings.Repeat("}", 150)
	v, ok := readJSON([]byte(deep))
	if changes := fieldChanges(nil, "", v); !ok || len(changes[0].path) > 20*maxShown {
		t.Errorf("a path has %d bytes", len(changes[0].path))
	}
}
