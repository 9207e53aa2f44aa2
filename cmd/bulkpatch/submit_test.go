package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/client"
)

// A desk is a server with customers of the model desk, and how commands reach it.
type desk struct {
	t *testing.T
	*process
	*client.Client
	key string
}

// served starts a server with n customers of the model desk.
func served(t *testing.T, n int, flags ...string) *desk {
	t.Helper()
	p := start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", database(t)}, flags...)...)
	d := &desk{t, p, p.client(t, p.firstKey), p.firstKey}
	load(t, d.Client, n)
	return d
}

// call runs a command on the server, without a terminal.
func (d *desk) call(args ...string) (status int, out, complaint string) {
	d.t.Helper()
	return call(d.t, append(args, "--server", d.base, "--key", d.key)...)
}

// want runs a command that ends with a status, and returns its two outputs.
func (d *desk) want(want int, args ...string) (out, complaint string) {
	d.t.Helper()
	status, out, complaint := d.call(args...)
	if status != want {
		d.t.Fatalf("%q ended with %d instead of %d and said\n%s%s", args, status, want, out, complaint)
	}
	return out, complaint
}

// decoded decodes JSON of one line, which must be all of the output.
func decoded[T any](t *testing.T, out string) (v T) {
	t.Helper()
	if strings.Count(out, "\n") != 1 || json.Unmarshal([]byte(out), &v) != nil {
		t.Fatalf("this is not one line of JSON: %s", out)
	}
	return v
}

// TestWhatIsTypedIsSubmitted submits updates in every form, and looks at the request
// of the job and at what became of it.
func TestWhatIsTypedIsSubmitted(t *testing.T) {
	t.Parallel()
	d := served(t, 40)
	dir := t.TempDir()
	file := filepath.Join(dir, "patch.json")
	if err := os.WriteFile(file, []byte(`{"jobTitle": "Lead"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args    []string
		filter  string
		change  string // the patch, and what is computed
		options string
	}{
		"JSON":         {[]string{"--filter", `{"id": {"$lt": 3}}`, "--patch", `{"jobTitle": "Lead"}`, "--yes"}, `{"id":{"$lt":3}}`, `{"jobTitle":"Lead"}`, `{}`},
		"files":        {[]string{"--filter", `{"id": 3}`, "--patch", "@" + file, "--note", "why", "--yes"}, `{"id":3}`, `{"jobTitle":"Lead"}`, `{"note":"why"}`},
		"typed":        {[]string{"--where", "id>=3", "--where", "id<5", "--set", "jobTitle=7", "--clear", "phone"}, `{"$and":[{"id":{"$gte":3}},{"id":{"$lt":5}}]}`, `{"jobTitle":"7","phone":null}`, `{"maxAffected":1000}`},
		"every option": {[]string{"--where", "id=5", "--set", "jobTitle=x", "--max-affected", "9", "--expected-count", "1", "--on-mismatch", "force", "--records-per-second", "2.5", "--max-failures", "4", "--allow-new-options"}, `{"id":5}`, `{"jobTitle":"x"}`, `{"allowNewOptions":true,"expectedCount":1,"maxAffected":9,"maxFailures":4,"onMismatch":"force","recordsPerSecond":2.5}`},
		"everybody":    {[]string{"--allow-all", "--set", "jobTitle=all", "--yes"}, `{}`, `{"jobTitle":"all"}`, `{"allowAll":true}`},
		"computed":     {[]string{"--where", "id=6", "--compute", `{"jobTitle": [{"$default": " a"}, {"$suffix": "b"}]}`, "--yes"}, `{"id":6}`, `{"jobTitle":[{"$default":" a"},{"$suffix":"b"}]}`, `{}`},
		"both":         {[]string{"--where", "id=8", "--set", "phone=1", "--compute", `{"jobTitle": {"$default": "a"}}`, "--yes"}, `{"id":8}`, `{"phone":"1"}{"jobTitle":{"$default":"a"}}`, `{}`},
		"one":          {[]string{"--id", "7", "--set", "jobTitle=one"}, "", `{"jobTitle":"one"}`, `{}`},
	} {
		out, _ := d.want(exitOK, append([]string{"submit", "desk", "--wait", "--output", "json"}, tt.args...)...)
		j := decoded[client.Job](t, out)
		var filter, options any
		json.Unmarshal(j.Request.Filter, &filter)
		json.Unmarshal(j.Request.Options, &options)
		want := [3]string{tt.filter, tt.change, tt.options}
		got := [3]string{compact(t, j.Request.Filter), compact(t, j.Request.Patch) + compact(t, j.Request.Compute), compact(t, j.Request.Options)}
		if got != want || j.State != client.StateSucceeded || j.Counts.Updated+j.Counts.Unchanged == 0 {
			t.Errorf("%s: the job is %s with %+v and asks for %s", name, j.State, j.Counts, got)
		}
	}
}

// compact writes JSON without spaces and with sorted names; null is "".
func compact(t *testing.T, raw []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if v == nil {
		return ""
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// TestAScriptSubmitsAndFollows does in a pipe what the README shows: submit prints the
// id alone, and words go to standard error.
func TestAScriptSubmitsAndFollows(t *testing.T) {
	t.Parallel()
	d := served(t, 30)
	out, said := d.want(exitOK, "submit", "desk", "--where", "id<9", "--set", "jobTitle=Lead")
	id := strings.TrimSuffix(out, "\n")
	if !jobIDForm.MatchString(id) || len(id) != wholeJobID || !strings.Contains(said, "Set jobTitle to “Lead” where id is less than 9") || !strings.Contains(said, "bulkpatch watch "+id) {
		t.Fatalf("it printed %q and said %q", out, said)
	}
	out, _ = d.want(exitOK, "watch", id)
	if !strings.HasSuffix(out, "Job "+id+" succeeded: 8 updated\n") || strings.ContainsAny(out, "\r\x1b") {
		t.Errorf("watch printed %q", out)
	}
	out, _ = d.want(exitOK, "watch", id, "--output", "json")
	if j := decoded[client.Job](t, out); j.ID != id || j.State != client.StateSucceeded {
		t.Errorf("watch printed %s", out)
	}
	out, _ = d.want(exitOK, "job", id[:9])
	for _, want := range []string{"Set jobTitle to “Lead” where id is less than 9", "8 matched · 8 updated", "  bulkpatch undo " + id} {
		if !strings.Contains(out, want) {
			t.Errorf("job does not say %q:\n%s", want, out)
		}
	}
	out, _ = d.want(exitOK, "results", id, "--outcome", "updated", "--id", "3")
	if !regexp.MustCompile(`(?s)^CUSTOMER +OUTCOME +WHAT\n3 +updated +jobTitle .* → "Lead"\n$`).MatchString(out) {
		t.Errorf("results printed %q", out)
	}
	out, _ = d.want(exitOK, "results", id, "--format", "csv")
	if strings.Count(out, "\n") != 9 || !strings.HasPrefix(out, "id,outcome,") {
		t.Errorf("results printed %q", out)
	}
	out, _ = d.want(exitOK, "undo", id, "--ids", "3,4", "--wait", "--output", "json")
	if j := decoded[client.Job](t, out); j.Counts.Updated != 2 || *j.Undo.UndoOf != id {
		t.Errorf("undo printed %s", out)
	}
	out, said = d.want(exitOK, "undo", id, "--wait")
	if undo := strings.TrimSpace(out); len(undo) != wholeJobID || !strings.Contains(said, "6 restored") {
		t.Errorf("undo printed %q and said %q", out, said)
	}
	out, _ = d.want(exitOK, "jobs", "--kind", "undo", "--output", "json")
	if strings.Count(out, `"kind":"undo"`) != 2 || strings.Count(out, "\n") != 2 {
		t.Errorf("jobs printed %s", out)
	}
	out, said = d.want(exitOK, "jobs", "--limit", "2")
	if strings.Count(out, "\n") != 3 || !strings.Contains(said, "--all lists all") {
		t.Errorf("jobs printed %q and said %q", out, said)
	}
}

// TestAJobThatDoesNotSucceedFailsTheCommand has a unique value taken, a guard, a cancelled job and
// what there is to do about them.
func TestAJobThatDoesNotSucceedFailsTheCommand(t *testing.T) {
	t.Parallel()
	d := served(t, 0)
	for _, id := range []string{"a-north", "a-south", "a-west"} {
		if _, err := d.CreateRecord(t.Context(), "mythic", map[string]any{"id": id, "name": id}); err != nil {
			t.Fatal(err)
		}
	}
	out, said := d.want(exitFailed, "submit", "mythic", "--where", "name~a-", "--set", "global_name=same", "--wait")
	id := strings.TrimSpace(out)
	for _, want := range []string{"partially succeeded: 1 updated · 2 failed", "2 × ", "(unique at /global_name)", "Find the record that has the value", "bulkpatch results " + id} {
		if !strings.Contains(said, want) {
			t.Errorf("submit does not say %q:\n%s", want, said)
		}
	}
	if out, _ = d.want(exitFailed, "watch", id); !strings.Contains(out, "2 failed") {
		t.Errorf("watch says %s", out)
	}
	if out, _ = d.want(exitOK, "job", id); !strings.Contains(out, "Not changed:\n  2 × ") || !strings.Contains(out, "bulkpatch retry "+id) {
		t.Errorf("job says %s", out)
	}
	if out, _ = d.want(exitOK, "retry", id, "--codes", "unique", "--dry-run"); !strings.HasPrefix(out, "2 customers match: 2 would change") {
		t.Errorf("retry says %s", out)
	}
	if _, said = d.want(exitRefused, "retry", id, "--codes", "nothing"); !strings.HasPrefix(said, "bulkpatch: --codes /0: ") {
		t.Errorf("retry says %s", said)
	}
	out, _ = d.want(exitFailed, "retry", id, "--codes", "unique", "--wait", "--output", "json")
	if j := decoded[client.Job](t, out); *j.RetryOf != id || j.Counts.Failed != 2 {
		t.Errorf("retry printed %s", out)
	}
	out, _ = d.want(exitFailed, "retry", id, "--wait", "--output", "json")
	if j := decoded[client.Job](t, out); *j.RetryOf != id || j.Counts.Failed != 2 {
		t.Errorf("retry printed %s", out)
	}
	out, _ = d.want(exitFailed, "retry", id, "--on-mismatch", "force", "--wait", "--output", "json")
	if j := decoded[client.Job](t, out); string(j.Request.Options) != `{"onMismatch":"force"}` || j.Counts.Failed != 2 {
		t.Errorf("retry printed %s", out)
	}
	out, _ = d.want(exitFailed, "submit", "mythic", "--where", "name~a-", "--set", "name=x", "--max-affected", "2", "--dry-run")
	if !strings.Contains(out, "The job would be refused. More records match than allowed. Nothing was changed. Select fewer, or allow more with --max-affected,") {
		t.Errorf("the preview says %s", out)
	}
	out, _ = d.want(exitFailed, "submit", "mythic", "--where", "name~a-", "--set", "name=x", "--max-affected", "2")
	if out != "" {
		t.Errorf("submit printed %s", out)
	}
	_, said = d.want(exitFailed, "submit", "mythic", "--where", "name~a-", "--set", "name=x", "--max-affected", "2", "--yes", "--wait")
	const why = "The filter matches 3 records, more than --max-affected allows (2). Nothing was changed. Select fewer, or allow more with --max-affected,"
	if !strings.Contains(said, "more than the 2 allowed · nothing was changed") || !strings.Contains(said, why) {
		t.Errorf("submit says %s", said)
	}
	if out, _ = d.want(exitOK, "jobs", "--limit", "1", "--output", "json"); !strings.Contains(out, `"max_affected"`) {
		t.Fatalf("jobs says %s", out)
	}
	if out, _ = d.want(exitOK, "job", decoded[client.Job](t, out).ID); !strings.Contains(out, why) {
		t.Errorf("job says %s", out)
	}
	d.stops(t)
}

// stops has a job paused, resumed and cancelled.
func (d *desk) stops(t *testing.T) {
	t.Helper()
	slow := []string{"submit", "mythic", "--where", "name~a-", "--set", "name=y", "--records-per-second", "0.001"}
	out, _ := d.want(exitOK, slow...)
	id := strings.TrimSpace(out)
	if out, _ = d.want(exitOK, "pause", id); !strings.Contains(out, "Job "+id+" is paus") {
		t.Errorf("pause says %s", out)
	}
	d.want(exitOK, "resume", id)
	if out, _ = d.want(exitOK, "cancel", id, "--output", "json"); decoded[client.Job](t, out).ID != id {
		t.Errorf("cancel says %s", out)
	}
	if out, _ = d.want(exitFailed, "watch", id); !strings.Contains(out, "cancelled") {
		t.Errorf("watch says %s", out)
	}
	if _, said := d.want(exitRefused, "pause", id); strings.Count(said, "\n") != 1 || !strings.Contains(said, "cancelled") {
		t.Errorf("pause says %s", said)
	}
}

// TestALargeUpdateIsConfirmed has no terminal: the command refuses, and with --yes it
// does not ask.
func TestALargeUpdateIsConfirmed(t *testing.T) {
	t.Parallel()
	d := served(t, 1001)
	all := []string{"submit", "desk", "--where", "id>0", "--set", "extraData=seen", "--wait"}
	out, said := d.want(exitUsage, all...)
	if out != "" || !strings.HasPrefix(said, "bulkpatch: this is about 1,001 customers, and there is no terminal to ask on: look at it with --dry-run, then give --yes\n") {
		t.Errorf("it printed %q and said %q", out, said)
	}
	for j, err := range d.Jobs(t.Context(), client.JobQuery{}) {
		t.Errorf("there is job %+v, %v", j, err)
	}
	out, _ = d.want(exitOK, append(all, "--yes")...)
	id := strings.TrimSpace(out)
	if _, said = d.want(exitUsage, "undo", id); !strings.Contains(said, "1,001 customers") || !strings.Contains(said, "bulkpatch undo --help") {
		t.Errorf("undo says %q", said)
	}
	d.want(exitOK, "undo", id, "--yes", "--wait")
	d.want(exitOK, "submit", "desk", "--where", "id>1", "--set", "extraData=fewer", "--wait")

	out, _ = d.want(exitOK, append(all[:len(all)-1], "--dry-run", "--output", "json")...)
	token := decoded[client.Preview](t, out).ConfirmToken
	if err := d.DeleteRecord(t.Context(), "desk", "5", 0); err != nil {
		t.Fatal(err)
	}
	if _, said = d.want(exitFailed, append(all, "--yes", "--confirm-token", token)...); !strings.Contains(said, "nothing was changed") {
		t.Errorf("with the token of another selection it says %q", said)
	}
	if _, said = d.want(exitRefused, append(all, "--yes", "--confirm-token", "no")...); strings.Count(said, "\n") != 1 {
		t.Errorf("with a bad token it says %q", said)
	}
}

func TestAWrongSubmissionNamesEveryFault(t *testing.T) {
	t.Parallel()
	d := served(t, 1)
	for _, tt := range []struct {
		status int
		line   string // words with | between them
		want   []string
	}{
		{exitUsage, "submit|desk", []string{"--filter is missing: give --filter, --where or --id, or --allow-all", "--patch is missing: give --patch, --set, --clear or --compute"}},
		{exitUsage, "submit|desk|--filter|{}|--where|a=1|--patch|{}|--set|a=1", []string{"--filter and --where exclude each other", "--patch and --set exclude each other"}},
		{exitUsage, "submit|desk|--where|a|--set|b|--set|c=1|--clear|c|--max-failures|x|--records-per-second|0|--on-mismatch|no|--dry-run|--yes|--wait", []string{
			`--where "a" is not a condition`, `--set "b" is not a field and its value`, "--clear c: the field is changed by --set already", `--max-failures "x" is not`,
			`--on-mismatch "no" is not one of: skip, force`, `--records-per-second "0" is not`, "--yes has no effect with --dry-run", "--wait has no effect with --dry-run"}},
		{exitUsage, "submit|desk|--filter|-|--patch|@-", []string{"--patch and --filter cannot both be read from standard input"}},
		{exitUsage, "submit|desk|--filter|{|--patch|{}", []string{"--filter is not valid JSON: see character 1 of 1"}},
		{exitUsage, "submit|desk|--filter|{|--patch|[", []string{"--filter is not valid JSON: see character 1 of 1", "--patch is not valid JSON: see character 1 of 1"}},
		{exitUsage, "submit|desk|--filter|@/none/x|--patch|[", []string{"--filter: there is no file or folder /none/x", "--patch is not valid JSON"}},
		{exitUsage, "submit|desk|--filter|@/none/x|--patch|{}", []string{"--filter: there is no file or folder /none/x"}},
		{exitUsage, "submit|desk|--where|id=1|--set|company.id=7|--set|company=null", []string{"--set company is inside another field"}},
		{exitRefused, "submit|desk|--where|id>x|--where|nope=1|--set|nope=2|--set|id=7", []string{"--where 'id>x': ", "--where 'nope=1': ", "--set id: ", "--set nope: "}},
		{exitRefused, `submit|desk|--filter|{"nope":{"$gt":1}}|--patch|{"jobTitle":7}`, []string{"--filter /nope", "--patch /jobTitle: "}},
		{exitRefused, "submit|desk|--filter|{}|--patch|{}", []string{"--allow-all: This filter is true for every customer. If all are meant, say so with --allow-all.", "--patch: "}},
		{exitRefused, "submit|nope|--where|a=1|--set|b=2", []string{"there is no model nope; there are: accounts, "}},
		{exitRefused, `submit|nope|--filter|{"a":1}|--patch|{"b":2}`, []string{"there is no model nope; there are: accounts, "}},
		{exitRefused, "submit|desk|--id|999999|--set|jobTitle=x", []string{""}},
		{exitRefused, "submit|desk|--id|1|--set|jobTitle=x|--max-affected|7", []string{"--max-affected: "}},
		{exitUsage, "submit|desk|--id|1|--set|jobTitle=x|--idempotency-key|", []string{"--idempotency-key must have"}},
		{exitRefused, "submit|desk|--id|1|--set|jobTitle=x|--idempotency-key|é", []string{"--idempotency-key: "}},
		{exitUsage, "job|0193", []string{`<job> "0193" is not the id of a job`}},
		{exitUsage, "watch|not-a-job-at-all", []string{`<job> "not-a-job-at-all" is not the id`}},
		{exitRefused, "watch|00000000", []string{"no job has an id that begins with 00000000"}},
		{exitRefused, "watch|00000000-0000-7000-8000-000000000000", []string{""}},
		{exitUsage, "jobs|--state|failed,gone|--limit|0", []string{`--state "gone" is not one of: queued, `, `--limit "0" is not`}},
		{exitUsage, "results|01234567|--outcome|bad|--format|csv|--output|json", []string{`--outcome "bad" is not one of: updated, `, "--format has no effect with --output json"}},
		{exitRefused, "results|00000000-0000-7000-8000-000000000000", []string{"No job has this id."}},
		{exitRefused, "jobs|--model|nope", []string{"--model: No model of this name is loaded."}},
		{exitUsage, "retry|01234567|--output|xml", []string{`--output "xml" is not one of: text, json`}},
		{exitUsage, "export|desk|--output|json|--format|csv", []string{"--format csv and --output json exclude each other"}},
		{exitUsage, "completion|tcsh", []string{`<shell> "tcsh" is not one of: bash, zsh, fish`}},
	} {
		args := strings.Split(tt.line, "|")
		if args[0] != "completion" {
			args = append(args, "--server", d.base, "--key", d.key)
		}
		status, out, said := call(t, args...)
		lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
		if lines[len(lines)-1] == "bulkpatch "+args[0]+" --help says what it takes." {
			lines = lines[:len(lines)-1]
		}
		if status != tt.status || out != "" || len(lines) != len(tt.want) {
			t.Errorf("%s ended with %d, printed %q and said\n%s", tt.line, status, out, said)
			continue
		}
		for i, want := range tt.want {
			if !strings.HasPrefix(lines[i], "bulkpatch: "+want) {
				t.Errorf("%s: line %d is %q instead of %q", tt.line, i, lines[i], want)
			}
		}
	}
}
