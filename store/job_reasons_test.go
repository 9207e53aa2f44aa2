package store

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestWorkersOfEarlierVersionsLeaveAloneWhatTheyCannotDo reads the options of retries
// as they do, and as this version does.
func TestWorkersOfEarlierVersionsLeaveAloneWhatTheyCannotDo(t *testing.T) {
	for _, test := range []struct {
		about   string
		reasons storedReasons
		can     bool
	}{
		{"of all", storedReasons{}, true},
		{"with codes", storedReasons{Codes: []string{"unique"}}, true},
		{"with pointers", storedReasons{Pointers: []string{"", "/domain"}}, false},
		{"with both", storedReasons{Codes: []string{"unique"}, Pointers: []string{"/domain"}}, false},
		{"of a job that computes values", storedReasons{Computes: true}, false},
		{"of such a job, with all", storedReasons{Codes: []string{"unique"}, Pointers: []string{"/domain"}, Computes: true}, false},
		{"of a file job", storedReasons{Fills: true}, false},
		{"of a file job, with all", storedReasons{Codes: []string{"unique"}, Pointers: []string{"/domain"}, Fills: true}, false},
	} {
		text, err := json.Marshal(storedOptions{Reasons: test.reasons})
		if err != nil {
			t.Fatal(err)
		}
		var earlier struct {
			Codes []string `json:"codes,omitempty"`
		}
		if err := json.Unmarshal(text, &earlier); (err == nil) != test.can || test.can && !slices.Equal(earlier.Codes, test.reasons.Codes) {
			t.Errorf("%s: they read %v, %v of %s", test.about, earlier.Codes, err, text)
		}
		var computing struct { // which can compute values, but fill nothing
			Codes [1]reasonsObject `json:"codes"`
		}
		if test.reasons.Fills && json.Unmarshal(text, &computing) == nil {
			t.Errorf("%s: versions that compute values read %s", test.about, text)
		}
		var now storedOptions
		if err := json.Unmarshal(text, &now); err != nil || !slices.Equal(now.Reasons.Codes, test.reasons.Codes) || !slices.Equal(now.Reasons.Pointers, test.reasons.Pointers) || (now.Reasons.Pointers == nil) != (test.reasons.Pointers == nil) || now.Reasons.Computes != test.reasons.Computes || now.Reasons.Fills != test.reasons.Fills {
			t.Errorf("%s: this version reads %+v, %v of %s", test.about, now.Reasons, err, text)
		}
	}
}
