package web

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEveryCodeHasItsStatusAndTitle(t *testing.T) {
	for code, kind := range problemTypes {
		if kind.Title == "" || kind.Status < 400 || strings.ToLower(code) != code {
			t.Errorf("%s: %+v", code, kind)
		}
	}
}

// TestNoProblemIsLargerThanItMayBe writes what nothing is known to make: the
// writer is the last line of defence.
func TestNoProblemIsLargerThanItMayBe(t *testing.T) {
	wordy := NewProblem("invalid_request", strings.Repeat("\x01", maxProblem))
	faulty := NewProblem("invalid_request", "Much is wrong.")
	for range 100 {
		faulty.Errors = append(faulty.Errors, BodyFault("/x", "type", strings.Repeat("\x01", 10_000)))
	}
	faulty.MoreErrors = 7
	for name, p := range map[string]*Problem{"a long detail": wordy, "long faults": faulty.Set("Retry-After", "1")} {
		w := httptest.NewRecorder()
		p.Write(w)
		var got Problem
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Body.Len() > maxProblem || got.Code != "invalid_request" || w.Code != 400 {
			t.Errorf("%s: %d with %d bytes, %v", name, w.Code, w.Body.Len(), err)
		}
		if n := len(got.Errors) + got.MoreErrors; p == faulty && (n != 107 || len(got.Errors) == 0 || w.Header().Get("Retry-After") != "1") {
			t.Errorf("%s: %d faults are listed and %d counted", name, len(got.Errors), got.MoreErrors)
		}
	}
}
