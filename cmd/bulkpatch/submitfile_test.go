package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/client"
)

// TestAFileIsSubmitted goes the way of somebody with a spreadsheet: the suggestion, the
// preview, the job, its failed rows, and those once they are corrected.
func TestAFileIsSubmitted(t *testing.T) {
	t.Parallel()
	d := served(t, 20)
	file := filepath.Join(t.TempDir(), "leads.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("ID;Job title;Remarks\r\n1;Lead;a\r\n02;NULL;b\r\n99;Boss;\r\n")
	out, said := d.want(exitUsage, "submit", "desk", "--file", file, "--match", "id")
	const suggested = `{"ID":"id","Job title":"jobTitle","Remarks":null}`
	if out != suggested+"\n" || !strings.Contains(said, "--columns '"+suggested+"'") || !strings.Contains(said, "Remarks    left out") ||
		!strings.Contains(said, `"Remarks", names no field of desk`) {
		t.Errorf("it printed %q and said\n%s", out, said)
	}
	for f, err := range d.Files(t.Context(), "desk") {
		t.Errorf("it left the file %v, %v", f, err)
	}

	args := []string{"submit", "desk", "--file", file, "--match", "id", "--columns", suggested, "--clear-word", "null", "--output", "json"}
	out, _ = d.want(exitOK, append(args, "--dry-run")...)
	if p := decoded[client.Preview](t, out); p.Matched != 3 || p.WouldFail != 1 || p.ConfirmToken == "" {
		t.Errorf("the preview is %s", out)
	}
	if out, said := d.want(exitOK, append(args[:len(args)-2:len(args)-2], "--dry-run")...); !strings.Contains(out+said, "such as line 4.") {
		t.Errorf("the preview says %s%s", out, said)
	}
	out, _ = d.want(exitFailed, append(args, "--wait", "--note", "spring")...)
	j := decoded[client.Job](t, out)
	if j.Kind != client.KindFile || j.State != client.StatePartiallySucceeded || j.Counts.Failed != 1 || j.Request.File == nil || j.Request.File.Name != "leads.csv" ||
		len(j.ErrorSummary) != 1 || j.ErrorSummary[0].Code != client.ReasonNoMatch || len(j.ErrorSummary[0].SampleLines) != 1 || j.ErrorSummary[0].SampleLines[0] != 4 {
		t.Errorf("the job is %s", out)
	}
	for id, want := range map[string]string{"1": `"jobTitle":"Lead"`, "2": `"jobTitle":null`} {
		if rec, err := d.Record(t.Context(), "desk", id); err != nil || !strings.Contains(string(rec.JSON), want) {
			t.Errorf("%s is %s, %v", id, rec.JSON, err)
		}
	}
	if out, _ := d.want(exitOK, "results", j.ID, "--outcome", "failed"); !strings.Contains(out, "line 4") {
		t.Errorf("the results are\n%s", out)
	}
	rows, _ := d.want(exitOK, "results", j.ID, "--rows", "--outcome", "failed")
	if !strings.HasPrefix(rows, "\ufeffID;Job title;Remarks;_outcome;_code;_detail\r\n99;Boss;;failed;no_match;") {
		t.Errorf("the rows are %q", rows)
	}
	write(strings.Replace(rows, "99;", "3;", 1))
	d.want(exitOK, "submit", "desk", "--file", file, "--match", "id", "--columns", suggested, "--wait")
	rec, err := d.Record(t.Context(), "desk", "3")
	var got struct{ JobTitle string }
	if err != nil || json.Unmarshal(rec.JSON, &got) != nil || got.JobTitle != "Boss" {
		t.Errorf("3 is %s, %v", rec.JSON, err)
	}
}

// TestWrongFlagsOfAFileAreNamed has what is found before anything is sent, and what only
// the server finds.
func TestWrongFlagsOfAFileAreNamed(t *testing.T) {
	t.Parallel()
	status, _, said := call(t, "submit", "desk", "--file", "x.csv", "--where", "id=1", "--set", "a=b", "--blank", "maybe", "--columns", "{", "--idempotency-key", "k")
	for _, want := range []string{"--where has no effect with --file", "--set has no effect", "--match is missing", "--blank", "--columns is not valid JSON", "--idempotency-key has no effect"} {
		if status != exitUsage || !strings.Contains(said, want) {
			t.Errorf("%d, without %q: %s", status, want, said)
		}
	}
	if status, _, said := call(t, "submit", "desk", "--where", "id=1", "--set", "a=b", "--match", "id", "--clear-word", "x"); status != exitUsage ||
		!strings.Contains(said, "--match has no effect without --file") || !strings.Contains(said, "--clear-word has no effect without --file") {
		t.Errorf("%d: %s", status, said)
	}
	db := database(t)
	call(t, "migrate", "--db", db)
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, []byte("id,phone\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"--encoding":    {"--file", file, "--match", "id", "--encoding", "x"},
		"--match":       {"--file", file, "--match", "nope"},
		"--clear-word":  {"--file", file, "--match", "id", "--clear-word", strings.Repeat("x", 101)},
		"there is no f": {"--file", file + "x", "--match", "id"},
	} {
		if status, _, said := call(t, append([]string{"submit", "desk", "--db", db}, args...)...); status == exitOK || !strings.Contains(said, want) {
			t.Errorf("%q: %d, without %s: %s", args, status, want, said)
		}
	}
}
