// Program gives three clients a name that must be unique, which succeeds for one of them.
// It previews that, submits it, follows the job, reads the failures, retries them when the
// name is free again, and undoes the retry.
//
//	BULKPATCH_SERVER=http://127.0.0.1:8080 BULKPATCH_KEY=… go run .
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"bulkpatch/client"
)

func main() {
	c, err := client.New(os.Getenv("BULKPATCH_SERVER"), os.Getenv("BULKPATCH_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	if err := run(context.Background(), c); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, c *client.Client) error {
	ids := []string{"mill-a", "mill-b", "mill-c"}
	for _, id := range ids {
		if _, err := c.CreateRecord(ctx, "mythic", map[string]any{"id": id, "name": "Mill " + id}); err != nil {
			return err
		}
	}
	job, err := update(ctx, c, client.Submission{
		Model:  "mythic",
		Filter: map[string]any{"id": map[string]any{"$in": ids}},
		Patch:  map[string]any{"global_name": "mill"},
	})
	if err != nil {
		return err
	}
	for r, err := range c.Results(ctx, job.ID, client.OutcomeFailed) {
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s %s\n", r.ID, r.Error.Code, r.Error.Pointer)
	}
	retry, err := retried(ctx, c, job)
	if err != nil {
		return err
	}
	return undo(ctx, c, retry)
}

// update previews a submission, and submits what was shown: if the filter selects other
// clients by then, nothing is written. It returns the job when that has ended.
func update(ctx context.Context, c *client.Client, s client.Submission) (client.Job, error) {
	preview, err := c.PreviewSubmission(ctx, s)
	if err != nil {
		return client.Job{}, err
	}
	fmt.Printf("previewed %d of %d\n", preview.WouldChange, preview.Matched)
	s.Options.ConfirmToken = preview.ConfirmToken
	job, err := c.Submit(ctx, s)
	if err != nil {
		return client.Job{}, err
	}
	for job, err = range c.Events(ctx, job.ID, 0) {
		if err != nil {
			return client.Job{}, err
		}
	}
	fmt.Printf("%s: %d updated, %d failed\n", job.State, job.Counts.Updated, job.Counts.Failed)
	return job, nil
}

// retried takes the name from the client that has got it, and retries those that failed
// because it was taken: now another one gets it.
func retried(ctx context.Context, c *client.Client, job client.Job) (client.Job, error) {
	if _, err := c.UpdateRecord(ctx, "mythic", "mill-a", map[string]any{"global_name": nil}, 0); err != nil {
		return client.Job{}, err
	}
	retry, err := c.RetryRecords(ctx, job.ID, client.RetryQuery{Codes: []string{client.ReasonUnique}})
	if err != nil {
		return client.Job{}, err
	}
	if retry, err = c.Wait(ctx, retry.ID, nil); err != nil {
		return client.Job{}, err
	}
	fmt.Printf("retried: %d updated, %d failed\n", retry.Counts.Updated, retry.Counts.Failed)
	return retry, nil
}

// undo undoes a job.
func undo(ctx context.Context, c *client.Client, job client.Job) error {
	undo, err := c.Undo(ctx, job.ID)
	if err != nil {
		return err
	}
	if undo, err = c.Wait(ctx, undo.ID, nil); err != nil {
		return err
	}
	fmt.Printf("undone: %s, %d restored\n", undo.State, undo.Counts.Updated)
	return nil
}
