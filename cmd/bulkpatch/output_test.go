package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// TestEveryCommandAnswersInJSON runs the commands that have not been run with a server
// elsewhere, on a database. Standard output has JSON and nothing else.
func TestEveryCommandAnswersInJSON(t *testing.T) {
	db, file := migrated(t), sampleFile(t, 3)
	for _, tt := range []struct {
		line    string
		members string // that each line has
		lines   int
	}{
		{"key create k --preset admin", "id name secret", 1},
		{"key list", "id name scopes hint lastUsedAt", 2},
		{"key rotate k", "id secret", 1},
		{"import desk " + file, "lines inserted updated unchanged failed errors", 1},
		{"export desk", "id version firstName", 3},
		{"submit desk --where id=1 --set jobTitle=x", "jobId state request", 1},
		{"submit desk --where id=1 --set jobTitle=x --dry-run", "matched wouldChange confirmToken sample", 1},
		{"jobs", "jobId state counts progress", 1},
		{"brake on --reason why", "on reason switches", 1},
		{"brake status", "on reason switches", 1},
		{"brake off", "on reason switches", 1},
		{"audit --action key.created,job.submitted", "at action key target", 3},
		{"key revoke k", "", 0},
		{"version", "version", 1},
	} {
		args := append(strings.Fields(tt.line), "--output", "json")
		if tt.line != "version" {
			args = append(args, "--db", db)
		}
		out := must(t, args...)
		if strings.Count(out, "\n") != tt.lines {
			t.Errorf("%s printed %q", tt.line, out)
		}
		seen := map[string]bool{}
		for line := range strings.Lines(out) {
			if seen[line] {
				t.Errorf("%s printed %s twice", tt.line, line)
			}
			seen[line] = true
			var answer map[string]any
			if err := json.Unmarshal([]byte(line), &answer); err != nil {
				t.Errorf("%s printed %q: %v", tt.line, line, err)
			}
			for _, name := range strings.Fields(tt.members) {
				if _, ok := answer[name]; !ok {
					t.Errorf("%s printed %s without %s", tt.line, line, name)
				}
			}
		}
	}
}

// TestTheCommandOfAJobIsOne reads the commands that the dashboard shows as the program
// itself does.
func TestTheCommandOfAJobIsOne(t *testing.T) {
	every := `{"allowAll":true,"maxAffected":9,"expectedCount":1,"confirmToken":"t","onMismatch":"force","recordsPerSecond":2.5,"maxFailures":4,"allowNewOptions":true,"note":"n","webhook":"http://h"}`
	for _, text := range []string{
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "x y"}, "patch": {"b": "c"}, "options": ` + every + `}}`,
		`{"kind": "preview", "model": "desk", "request": {"filter": {}, "patch": {"b": null}, "options": {"allowAll": true}}}`,
		`{"kind": "single", "model": "desk", "request": {"id": -7, "patch": {"b": 1}}}`,
		`{"kind": "undo", "undo": {"undoOf": "01234567"}, "request": {}}`,
		`{"kind": "retry", "retryOf": "01234567", "request": {"options": {"onMismatch": "force"}}}`,
	} {
		var j client.Job
		if err := json.Unmarshal([]byte(text), &j); err != nil {
			t.Fatal(err)
		}
		command := words.Command(j, "http://127.0.0.1:1")
		typed, err := exec.CommandContext(t.Context(), "sh", "-c", `bulkpatch() { printf '%s\n' "$@"; }; `+command).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, line, err := parse(strings.Split(strings.TrimSuffix(string(typed), "\n"), "\n"), &app{}, func(int) {})
		if err != nil || len(line.faults) > 0 || !line.typed("server") {
			t.Errorf("%s: %v %q", command, err, line.faults)
		}
	}
}

func TestEveryOptionOfJobsIsAFlag(t *testing.T) {
	_, line, err := parse([]string{"submit", "desk"}, &app{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range optionNames() {
		if line.flags[words.Flag(name)] == nil {
			t.Errorf("submit has no %s", words.Flag(name))
		}
	}
}
