package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// conflictWords says what an undo found changed, and which job changed it.
func conflictWords(conflict map[string]client.Conflict, by *string) string {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(conflict)) {
		parts = append(parts, fmt.Sprintf("%s is %s and not %s any more", field, conflict[field].Now, conflict[field].Wrote))
	}
	if by != nil {
		parts = append(parts, "changed by job "+*by)
	}
	return strings.Join(parts, ", ")
}

// endWords says how a job ended, and where to read more.
func endWords(w io.Writer, j client.Job) {
	fmt.Fprintf(w, "Job %s %s: %s\n", j.ID, stateWords(j), plain(words.Progress(j)))
	if j.Error != nil {
		fmt.Fprintf(w, "  %s\n", faultWords(*j.Error))
	}
	showReasons(w, j.ErrorSummary)
	if len(j.ErrorSummary) > 0 {
		fmt.Fprintf(w, "Each of them: bulkpatch results %s --outcome failed,conflicted,skipped\n", j.ID)
	}
}

// faultWords says why a job failed as a whole, and what to do about it.
func faultWords(e client.JobError) string {
	return paragraph(inFlags(visible(e.Detail)), inFlags(words.Advice(e.Code, e.Detail)))
}

// stateWords is the state of a job with spaces.
func stateWords(j client.Job) string { return strings.ReplaceAll(j.State, "_", " ") }

// ended returns an error for a job that did not succeed, which was said already.
func ended(j client.Job) error {
	if j.State != client.StateSucceeded {
		return errSaid
	}
	return nil
}
