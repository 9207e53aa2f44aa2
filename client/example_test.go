package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"bulkpatch/client"
)

// connect returns a client of the server that the environment names.
func connect() (context.Context, *client.Client) {
	c, err := client.New(os.Getenv("BULKPATCH_SERVER"), os.Getenv("BULKPATCH_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	return context.Background(), c
}

// create creates customers.
func create(ctx context.Context, c *client.Client, model string, drafts ...map[string]any) {
	for _, draft := range drafts {
		if _, err := c.CreateRecord(ctx, model, draft); err != nil {
			log.Fatal(err)
		}
	}
}

// An update is previewed, submitted with the token of the preview, so that it updates
// what was shown or nothing, and followed to its end.
func Example() {
	ctx := context.Background()
	c, err := client.New(os.Getenv("BULKPATCH_SERVER"), os.Getenv("BULKPATCH_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	create(ctx, c, "desk", map[string]any{"id": 11, "firstName": "Ana"}, map[string]any{"id": 12, "firstName": "Bo"})

	s := client.Submission{
		Model:  "desk",
		Filter: map[string]any{"id": map[string]any{"$in": []int{11, 12}}},
		Patch:  map[string]any{"jobTitle": "Lead"},
	}
	preview, err := c.PreviewSubmission(ctx, s)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(preview.WouldChange, "would change")

	s.Options = client.Options{ConfirmToken: preview.ConfirmToken, Note: "New titles"}
	job, err := c.Submit(ctx, s)
	if err != nil {
		log.Fatal(err)
	}
	job, err = c.Wait(ctx, job.ID, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.State, job.Counts.Updated)
	// Output:
	// 2 would change
	// succeeded 2
}

// Records that failed are listed with the reason.
func ExampleClient_Results() {
	ctx, c := connect()
	create(ctx, c, "mythic", map[string]any{"id": "hill-a", "name": "Hill A"}, map[string]any{"id": "hill-b", "name": "Hill B"})
	job, err := c.SubmitBulk(ctx, "mythic", map[string]any{"id": map[string]any{"$startsWith": "hill-"}}, map[string]any{"global_name": "hill"}, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if job, err = c.Wait(ctx, job.ID, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.State)
	for r, err := range c.Results(ctx, job.ID, client.OutcomeFailed) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.ID, r.Error.Code, r.Error.Pointer)
	}
	// Output:
	// partially_succeeded
	// hill-b unique /global_name
}

// An undo leaves alone what was changed since.
func ExampleClient_Undo() {
	ctx, c := connect()
	create(ctx, c, "desk", map[string]any{"id": 21, "jobTitle": "Agent"}, map[string]any{"id": 22, "jobTitle": "Agent"})
	job, err := c.SubmitBulk(ctx, "desk", map[string]any{"id": map[string]any{"$between": []int{21, 22}}}, map[string]any{"jobTitle": "Lead"}, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err = c.Wait(ctx, job.ID, nil); err != nil {
		log.Fatal(err)
	}
	if _, err := c.UpdateRecord(ctx, "desk", "22", map[string]any{"jobTitle": "Head"}, 0); err != nil {
		log.Fatal(err)
	}

	undo, err := c.Undo(ctx, job.ID)
	if err != nil {
		log.Fatal(err)
	}
	if undo, err = c.Wait(ctx, undo.ID, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(undo.State, undo.Counts.Updated)
	for r, err := range c.StreamResults(ctx, undo.ID, client.ResultQuery{Outcomes: []string{client.OutcomeConflicted}}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s has %s instead of %s\n", r.ID, r.Conflict["jobTitle"].Now, r.Conflict["jobTitle"].Wrote)
	}
	// Output:
	// partially_succeeded 1
	// 22 has "Head" instead of "Lead"
}

// Events follows a job as it changes. After a restart, a program goes on with the
// revision that it saw last.
func ExampleClient_Events() {
	ctx, c := connect()
	create(ctx, c, "desk", map[string]any{"id": 31})
	job, err := c.SubmitSingle(ctx, "desk", "31", map[string]any{"jobTitle": "Lead"}, 0)
	if err != nil {
		log.Fatal(err)
	}
	for job, err = range c.Events(ctx, job.ID, 0) {
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(job.State)
	for range c.Events(ctx, job.ID, job.Revision) {
		fmt.Println("never: there is nothing new")
	}
	// Output: succeeded
}

// A refused call names every fault of its input.
func ExampleError() {
	ctx, c := connect()
	_, err := c.SubmitBulk(ctx, "desk", map[string]any{}, map[string]any{"jobTitel": "Lead"}, client.Options{})
	var refused *client.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Status, refused.Code)
		for _, f := range refused.Faults {
			fmt.Println(f.Pointer, f.Code)
		}
	}
	fmt.Println(client.HasFault(err, client.FaultUnknownField))
	// Unordered output:
	// 400 invalid_request
	// ?allowAll allow_all_required
	// /jobTitel unknown_field
	// true
}

// The history of a customer lists the jobs that changed it.
func ExampleClient_History() {
	ctx, c := connect()
	create(ctx, c, "desk", map[string]any{"id": 41, "jobTitle": "Agent"})
	if _, err := c.UpdateRecord(ctx, "desk", "41", map[string]any{"jobTitle": "Lead"}, 0); err != nil {
		log.Fatal(err)
	}
	for item, err := range c.History(ctx, "desk", "41") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s to %s\n", item.Changed["jobTitle"].From, item.Changed["jobTitle"].To)
	}
	// Output: "Agent" to "Lead"
}

// An import merges into the records that there are, so a file can be sent again.
func ExampleClient_Import() {
	ctx, c := connect()
	rows := "id;firstName;Position\n51;Ana;Lead\n52;Bo;\n"
	for range 2 {
		report, err := c.Import(ctx, "desk", client.CSV, strings.NewReader(rows), client.ImportOptions{Columns: `{"Position": "jobTitle"}`})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(report.Inserted, "inserted,", report.Unchanged, "unchanged,", report.Failed, "failed")
	}
	for r, err := range c.ExportRecords(ctx, "desk", map[string]any{"id": map[string]any{"$between": []int{51, 52}}}, "id", "firstName") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.ID(), r.Version())
	}
	// Output:
	// 2 inserted, 0 unchanged, 0 failed
	// 0 inserted, 2 unchanged, 0 failed
	// 51 1
	// 52 1
}

// A key gets a new secret, while the old one works for another hour.
func ExampleClient_RotateKey() {
	ctx, c := connect()
	key, first, err := c.CreateKey(ctx, "reports", "main", nil, client.WithPreset(client.PresetReader), client.WithPerson("Ana"))
	if err != nil {
		log.Fatal(err)
	}
	_, second, err := c.RotateKey(ctx, key.ID, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Scopes, first != second)
	if err := c.RevokeKey(ctx, key.ID); err != nil {
		log.Fatal(err)
	}
	for entry, err := range c.Audit(ctx, client.AuditQuery{Actions: []string{client.AuditKeyCreated, client.AuditKeyRotated, client.AuditKeyRevoked}, Limit: 3}) {
		if err != nil {
			log.Fatal(err)
		}
		if entry.Target.KeyName == "reports" {
			fmt.Println(entry.Action)
		}
	}
	// Output:
	// [customers:read jobs:read] true
	// key.revoked
	// key.rotated
	// key.created
}

// The brake holds all jobs of the workspace but single updates, for a reason that they
// show.
func ExampleClient_BrakeOn() {
	ctx, c := connect()
	if _, err := c.BrakeOn(ctx, "The import of last night is wrong"); err != nil {
		log.Fatal(err)
	}
	b, err := c.Brake(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.On, b.Reason)
	if b, err = c.BrakeOff(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.On)
	// Output:
	// true The import of last night is wrong
	// false
}

// A file gives each customer the values of its own row. Rows that failed come back, to be
// corrected and sent again.
func ExampleClient_UploadFile() {
	ctx, c := connect()
	create(ctx, c, "desk", map[string]any{"id": 61, "externalId": "A-61"}, map[string]any{"id": 62, "externalId": "A-62"})
	table := "External ID;Job title;Remarks\nA-61;Lead;\nA-99;Head;who?\nA-62;Agent;\n"
	file, err := c.UploadFile(ctx, "desk", strings.NewReader(table), client.FileOptions{Name: "titles.csv"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Format, file.Delimiter, file.Rows, file.Suggested.Match, string(file.Suggested.Columns))

	s := client.Submission{Model: "desk", File: file.ID, Match: file.Suggested.Match, Columns: file.Suggested.Columns}
	preview, err := c.PreviewSubmission(ctx, s)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(preview.WouldChange, "would change,", preview.WouldFail, "would fail")

	s.Options.ConfirmToken = preview.ConfirmToken
	job, err := c.Submit(ctx, s)
	if err != nil {
		log.Fatal(err)
	}
	if job, err = c.Wait(ctx, job.ID, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.State, job.Counts.Updated)
	for _, reason := range job.ErrorSummary {
		fmt.Println(reason.Code, "in the lines", reason.SampleLines)
	}
	rows, format, err := c.JobRows(ctx, job.ID, client.OutcomeFailed)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	text, err := io.ReadAll(rows)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(format, strings.Contains(string(text), "A-99;Head;who?;failed;no_match;"))
	// Output:
	// csv ; 3 [externalId] {"External ID":"externalId","Job title":"jobTitle","Remarks":null}
	// 2 would change, 1 would fail
	// partially_succeeded 2
	// no_match in the lines [3]
	// text/csv true
}
