package filter

import (
	"strings"
	"testing"
)

func TestANumberIsNotComparedAsAnother(t *testing.T) {
	m := sample(t)
	for text, want := range map[string]string{
		`{"balance": 0.1}`: "", `{"balance": {"$gt": 1.10}}`: "", `{"balance": 9007199254740992}`: "", `{"balance": -0}`: "",
		`{"balance": 9007199254740993}`: "/balance", `{"balance": {"$ne": 0.10000000000000001}}`: "/balance/$ne",
		`{"balance": {"$between": [1, 9007199254740993]}}`: "/balance/$between/1", `{"balance": {"$lt": 1e-400}}`: "/balance/$lt",
		`{"custom.score": 9007199254740993}`: "", `{"custom.score": 9223372036854775808}`: "/custom.score", `{"custom.x": 9007199254740993}`: "",
		`{"custom.x": {"$in": [1, 0.1000000000000000055]}}`: "/custom.x/$in/1", `{"custom.x": 9007199254740992.5}`: "/custom.x", `{"age": 9007199254740993}`: "",
	} {
		_, faults := New([]byte(text), m, Native)
		if want != "" {
			want += " too_precise"
		}
		if got := strings.Join(at(faults), " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
		restored(t, m, text) // what was accepted goes on
	}
}
