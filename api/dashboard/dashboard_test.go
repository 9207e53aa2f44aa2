package dashboard

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
	"bulkpatch/job"
)

func TestNumbersAndTimesAreWrittenForPeople(t *testing.T) {
	for got, want := range map[string]string{
		words.Number(0): "0", words.Number(-1234): "-1,234", words.Number(int64(9007199254740993)): "9,007,199,254,740,993", words.Number(-123): "-123",
		words.Lasting(-time.Second): "0 s", words.Lasting(12 * time.Millisecond): "12 ms", words.Lasting(59 * time.Second): "59 s",
		words.Lasting(61 * time.Second): "1 min 1 s", words.Lasting(25 * time.Hour): "25 h 0 min", words.Lasting(2400 * time.Hour): "100 days",
	} {
		if got != want {
			t.Errorf("%s instead of %s", got, want)
		}
	}
}

func TestDaysOfAQueueThatIsNotKnownAreZero(t *testing.T) {
	today := time.Unix(0, 0)
	days := byDay([]job.Queue{{Name: "single"}, {Name: "bulk", Days: []job.QueueDay{{Day: today, Taken: 2}}}})
	if len(days) != 1 || days[0].Queues[0].Taken != 0 || days[0].Queues[1].Taken != 2 || !days[0].Day.Equal(today) {
		t.Errorf("the days are %+v", days)
	}
}

func TestThePageAboutTheKeySaysWhoseItIs(t *testing.T) {
	d := New(Config{Now: time.Now})
	w := httptest.NewRecorder()
	key := auth.Key{Name: "ops", Workspace: auth.Workspace{Name: "main"}, Scopes: auth.Scopes}
	caller := key.Caller("")
	caller.Person = "Ana <ana@example.com>"
	if err := d.Access(&Visit{ResponseWriter: w, Request: httptest.NewRequest("GET", AccessPath, nil), Key: key, Caller: caller}); err != nil {
		t.Fatal(err)
	}
	page := w.Body.String()
	if !strings.Contains(page, "<bdi>Ana &lt;ana@example.com&gt;</bdi>") || strings.Contains(page, "Sign out") || strings.Count(page, "<li>") != len(auth.Scopes)+1 || !strings.Contains(page, "of all workspaces") {
		t.Errorf("the page is %s", page)
	}
}
