package client

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
)

// stream returns an answer with events, each a job with a revision, and behind them a
// heartbeat. A negative revision is that of a job that has ended.
func stream(revisions ...int) func(http.ResponseWriter) {
	text := ": still here\n\n"
	for _, r := range revisions {
		state := `"running"`
		if r < 0 {
			r, state = -r, `"succeeded","done":true`
		}
		n := strconv.Itoa(r)
		text += "event: job\nid: " + n + "\ndata: {\"jobId\":\"j1\",\"revision\":" + n + ",\"state\":" + state + "}\n\n"
	}
	return answer(200, text+": still here\n\n", "Content-Type", "text/event-stream; charset=utf-8")
}

// TestEventsResumeWhereTheStreamBroke ends streams before the job has ended, once in the
// middle of an event.
func TestEventsResumeWhereTheStreamBroke(t *testing.T) {
	cut := answer(200, "event: job\nid: 5\ndata: {\"jobId\":\"j1\",", "Content-Type", "text/event-stream")
	c, rec, pauses := serve(t, stream(3, 4), cut, answer(503, `{"code":"unavailable"}`), stream(6, -7))
	var seen []int64
	for j, err := range c.Events(t.Context(), "j1", 0) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, j.Revision)
	}
	if !slices.Equal(seen, []int64{3, 4, 6, 7}) || len(*pauses) != 3 {
		t.Errorf("saw the revisions %v, paused %v", seen, *pauses)
	}
	for i, want := range []string{"", "4", "4", "4"} {
		if got := rec.calls[i].header.Get("Last-Event-ID"); got != want {
			t.Errorf("call %d resumes at %q instead of %q", i, got, want)
		}
	}
}

func TestEventsBeginAfterTheRevisionThatWasSeen(t *testing.T) {
	c, rec, _ := serve(t, func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) })
	for j, err := range c.Events(t.Context(), "j1", 9) {
		t.Errorf("saw %+v, %v of a job that had ended", j, err)
	}
	if len(rec.calls) != 1 || rec.calls[0].header.Get("Last-Event-ID") != "9" {
		t.Errorf("called %+v", rec.calls)
	}
}

// TestEventsGiveUp lets no stream have an event: a client that goes on for ever would
// hide that.
func TestEventsGiveUp(t *testing.T) {
	for name, want := range map[string]struct {
		answer func(http.ResponseWriter)
		calls  int
	}{
		"empty streams":       {stream(), DefaultAttempts},
		"an unknown job":      {answer(404, `{"code":"job_not_found"}`), 1},
		"too many streams":    {answer(429, `{"code":"too_many_streams"}`), 1},
		"another server":      {answer(200, `{}`), 1},
		"an event of nothing": {answer(200, "data: no JSON\n\n", "Content-Type", "text/event-stream"), 1},
	} {
		c, rec, _ := serve(t, want.answer)
		var last error
		for _, err := range c.Events(t.Context(), "j1", 0) {
			last = err
		}
		if last == nil || len(rec.calls) != want.calls {
			t.Errorf("%s: %d calls, error %v", name, len(rec.calls), last)
		}
	}
}

// TestEventsEndWithTheLoop breaks the loop at the first event.
func TestEventsEndWithTheLoop(t *testing.T) {
	c, rec, _ := serve(t, stream(1, 2))
	for range c.Events(t.Context(), "j1", 0) {
		break
	}
	if len(rec.calls) != 1 {
		t.Errorf("%d calls", len(rec.calls))
	}
}
