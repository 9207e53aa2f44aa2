package words

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/client"
)

func TestARequestAsGo(t *testing.T) {
	got := Go(jobFromJSON(t, `{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "x"}, "patch": {"b": "c`+"`"+`"}, "options": {"maxAffected": 9007199254740993, "note": "Q4"}}}`))
	want := `	j, err := c.Submit(context.Background(), client.Submission{
		Model:   "desk",
		Filter:  json.RawMessage(` + "`" + `{"a":"x"}` + "`" + `),
		Patch:   json.RawMessage("{\"b\":\"c` + "`" + `\"}"),
		Options: client.Options{MaxAffected: new(int64(9007199254740993)), Note: "Q4"},
	})
`
	if !strings.Contains(got, want) {
		t.Errorf("it is %s", got)
	}
	for job, want := range map[string]string{
		`{"kind": "undo", "undo": {"undoOf": "0193"}}`:                                                                          `j, err := c.Undo(context.Background(), "0193")`,
		`{"kind": "retry", "retryOf": "0193", "request": {"options": {"onMismatch": "force"}}}`:                                 `j, err := c.Retry(context.Background(), "0193", "force")`,
		`{"kind": "preview", "model": "desk", "request": {"filter": {}, "patch": {"a": 1}}}`:                                    "p, err := c.PreviewSubmission(",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {}, "compute": {"a": {"$inc": 1}}}}`:                           "Compute: json.RawMessage(`{\"a\":{\"$inc\":1}}`),",
		`{"kind": "single", "model": "desk", "request": {"id": "x", "patch": {"a": 1}}}`:                                        "ID:    json.RawMessage(`\"x\"`),",
		`{"kind": "bulk", "model": "desk", "request": {"filter": null, "patch": null, "requestBytes": 9999}}`:                   "",
		`{"kind": "bulk", "model": "desk", "request": {"filter": {}, "patch": {"a": 1}, "options": {"aGuardOfANewServer": 1}}}`: "",
	} {
		if got := Go(jobFromJSON(t, job)); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%s is %s", job, got)
		}
	}
}

// everyOption is the JSON of options of which each has a value.
const everyOption = `{"allowAll": true, "maxAffected": 1, "expectedCount": 2, "confirmToken": "t", "onMismatch": "force",
	"recordsPerSecond": 1e21, "maxFailures": 3, "allowNewOptions": true, "note": "it's \"so\"\n\u202e", "webhook": "https://h",
	"blank": "clear", "clearWord": "NULL", "unmatched": "skip"}`

func TestEveryOptionIsWrittenInGo(t *testing.T) {
	got := Go(jobFromJSON(t, `{"kind": "bulk", "model": "desk", "request": {"filter": {}, "patch": {"a": 1}, "options": `+everyOption+`}}`))
	for i := range reflect.TypeFor[client.Options]().NumField() {
		if name := reflect.TypeFor[client.Options]().Field(i).Name; !strings.Contains(got, name+": ") {
			t.Errorf("%s is missing in %s", name, got)
		}
	}
}

// TestProgramsCompile passes programs of each kind to the compiler, as the functions of
// one package, because each call of go takes seconds.
func TestProgramsCompile(t *testing.T) {
	dir, vet := t.TempDir(), []string{"vet"}
	for i, job := range []string{
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "` + "`" + `"}, "patch": {"a": 1}, "options": ` + everyOption + `}}`,
		`{"kind": "preview", "model": "desk", "request": {"filter": {}, "patch": {"a": 1}}}`,
		`{"kind": "bulk", "model": "desk", "request": {"filter": {}, "compute": {"a": {"$inc": 1}}}}`,
		`{"kind": "retry", "retryOf": "0193", "request": {}}`,
		`{"kind": "undo", "undo": {"undoOf": "0193"}, "request": {}}`,
	} {
		text := strings.Replace(Go(jobFromJSON(t, job)), "package main", "package programs", 1)
		text = strings.Replace(text, "func main()", "func Program"+strconv.Itoa(i)+"()", 1)
		path := filepath.Join(dir, "program"+strconv.Itoa(i)+".go")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		vet = append(vet, path)
	}
	if out, err := exec.Command("go", vet...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestProgramsAreFormatted also shows that what callers wrote ends no literal.
func TestProgramsAreFormatted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := Go(drawnJob(t))
		formatted, err := format.Source([]byte(text))
		if err != nil || string(formatted) != text {
			t.Fatalf("gofmt: %v\n%s", err, text)
		}
	})
}
