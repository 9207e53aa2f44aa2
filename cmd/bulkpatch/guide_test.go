package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/docs"
)

// A step is a part of the guide that can be run, with what the guide shows of it.
type step struct {
	line   int // of the guide
	run    string
	shows  []any  // answers in JSON
	prints string // lines of text, in order; … stands for any text
}

var (
	fence     = regexp.MustCompile("^```([a-z]*)$")
	filterRow = regexp.MustCompile("^\\| `(\\{.*\\})` \\| .* \\| ([0-9, ]+|none) \\|$")
)

// stepsOf reads the steps of the guide: each block of sh or go, with the block of json
// or text behind it, and each row of the table of filters.
func stepsOf(t *testing.T, guide string) (steps []step) {
	t.Helper()
	kind, block := "", ""
	for n, line := range strings.Split(guide, "\n") {
		at := fence.FindStringSubmatch(line)
		switch row := filterRow.FindStringSubmatch(line); {
		case at != nil && kind == "":
			kind, block = at[1], ""
		case at != nil:
			steps = addBlock(t, steps, n, kind, block)
			kind = ""
		case kind != "":
			block += line + "\n"
		case row != nil:
			steps = append(steps, filterStep(n, row[1], row[2]))
		}
	}
	return steps
}

// addBlock adds a block of the guide to the steps.
func addBlock(t *testing.T, steps []step, line int, kind, block string) []step {
	t.Helper()
	switch kind {
	case "sh":
		return append(steps, step{line: line, run: block})
	case "go":
		return append(steps, step{line: line, run: goProgram(t, block)})
	case "text":
		steps[len(steps)-1].prints = block
	case "json":
		var answer any
		if err := json.Unmarshal([]byte(block), &answer); err != nil {
			t.Fatalf("line %d: %s: %v", line, block, err)
		}
		steps[len(steps)-1].shows = append(steps[len(steps)-1].shows, answer)
	}
	return steps
}

// goProgram returns the command that runs a Go program as part of this module.
func goProgram(t *testing.T, source string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("(cd %q && go run %q)\n", here, file)
}

// filterStep lists the customers that a filter selects. ids is how the guide has them.
func filterStep(line int, filter, ids string) step {
	items := []any{}
	for id := range strings.SplitSeq(ids, ", ") {
		if n, err := strconv.ParseFloat(id, 64); err == nil {
			items = append(items, map[string]any{"id": n})
		}
	}
	return step{line: line, shows: []any{map[string]any{"items": items}},
		run: `curl -s -H "$AUTH" --get $API/shop/customers -d fields=id --data-urlencode 'filter=` + filter + "'\n"}
}

// TestTheGuideRuns runs the blocks of docs/guide.md as one script, with the real
// program, and compares what each prints with what the guide shows below it.
func TestTheGuideRuns(t *testing.T) {
	t.Parallel()
	steps := stepsOf(t, docs.Guide)
	var script strings.Builder
	script.WriteString("PATH=$PWD/bin:$PATH\n")
	for i, s := range steps {
		fmt.Fprintf(&script, "echo; echo '== step %d'\n%s", i, s.run)
	}
	port := freePort(t)
	out := runScript(t, strings.NewReplacer("127.0.0.1:8080", "127.0.0.1:"+port,
		"bulkpatch serve", "bulkpatch serve --addr 127.0.0.1:"+port).Replace(script.String()))
	printed := regexp.MustCompile(`(?m)^== step [0-9]+\n`).Split(out, -1)[1:]
	if len(printed) != len(steps) {
		t.Fatalf("%d of %d steps were run:\n%s", len(printed), len(steps), out)
	}
	for i, s := range steps {
		for _, want := range s.shows {
			if !slices.ContainsFunc(answersOf(printed[i]), func(got any) bool { return shows(got, want) }) {
				t.Errorf("line %d: the guide shows %v\nin place of\n%s", s.line, want, printed[i])
			}
		}
		if !likePattern(printed[i], s.prints) {
			t.Errorf("line %d: the guide shows\n%s\nin place of\n%s", s.line, s.prints, printed[i])
		}
	}
}

// answersOf returns the lines that are JSON.
func answersOf(text string) (answers []any) {
	for line := range strings.Lines(text) {
		var answer any
		if json.Unmarshal([]byte(line), &answer) == nil {
			answers = append(answers, answer)
		}
	}
	return answers
}

// likePattern reports whether a text has the lines of a pattern one after the other.
func likePattern(text, pattern string) bool {
	expr := "(?m)"
	for line := range strings.Lines(pattern) {
		quoted := regexp.QuoteMeta(strings.TrimSuffix(line, "\n"))
		expr += "^" + strings.ReplaceAll(quoted, "…", ".*") + "\r?\n"
	}
	return regexp.MustCompile(expr).MatchString(text)
}
