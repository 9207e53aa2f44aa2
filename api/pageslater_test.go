package api_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/job"
)

// TestPagesDoNotWaitForWhatTakesLong has a store that takes seconds for what would
// happen and for lists of customers. The first answers come at once and say where the
// rest is, which waits for it.
func TestPagesDoNotWaitForWhatTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.running()
		b.store.changeUnseen(b.job, func(j *job.Job) {
			j.State, j.Tally, j.UndoAvailable = job.PartiallySucceeded, job.Tally{Updated: 2, Failed: 1}, true
		})
		b.store.onPreview, b.store.onRecords, b.store.onList = waitFor(5*time.Second), waitFor(5*time.Second), waitFor(5*time.Second)
		for path, then := range map[string]string{
			"/admin/jobs/" + b.job + "/undo?":            "This undoes 2 of",
			"/admin/jobs/" + b.job + "/retry?skipped=1&": "This retries 2 of",
			"/admin/jobs?createdBy=key%3Arare&":          "No job matches",
			"/admin/customers/desk?sort=-lastName&":      "There are no customers",
		} {
			began := time.Now()
			first := b.call(strings.TrimRight(path, "?&"))
			text := first.Body.String()
			later := strings.ReplaceAll(path+"wait=1", "&", "&amp;")
			if d := time.Since(began); first.Code != 200 || d > 100*time.Millisecond || !strings.Contains(text, `data-later="`+later) || !strings.Contains(text, `<a href="`+later) {
				t.Errorf("%s is answered %d after %v: %s", path, first.Code, d, text)
			}
			if strings.Contains(text, then) {
				t.Errorf("%s says %q before that is known", path, then)
			}
			if rest := b.call(path + "wait=1"); rest.Code != 200 || !strings.Contains(rest.Body.String(), then) || strings.Contains(rest.Body.String(), "data-later") {
				t.Errorf("%s is answered %d when it is waited for: %s", path, rest.Code, rest.Body)
			}
		}
	})
}

func TestWhatDoesNotTakeLongIsInTheFirstAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.store.changeUnseen(b.job, func(j *job.Job) {
			j.State, j.Tally, j.UndoAvailable = job.PartiallySucceeded, job.Tally{Updated: 2, Failed: 1}, true
		})
		for path, has := range map[string]string{
			"/admin/jobs/" + b.job + "/undo":       "This undoes",
			"/admin/jobs?createdBy=key:rare":       "No job matches",
			"/admin/customers/desk?sort=-lastName": "There are no customers",
		} {
			if text := b.call(path).Body.String(); !strings.Contains(text, has) || strings.Contains(text, "data-later") {
				t.Errorf("%s is answered %s", path, text)
			}
		}
	})
}
