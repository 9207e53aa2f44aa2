package words

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func patchText(patch string, known Choices) string {
	s, _ := patchWords([]byte(patch), known)
	return s.String()
}

func TestAPatchInWords(t *testing.T) {
	for patch, want := range map[string]string{
		`{"a": "x"}`:                                             "Set a to “x”",
		`{"a": 1, "b": true, "c": 0.10}`:                         "Set a to 1, b to true and c to 0.10",
		`{"a": null}`:                                            "Clear a",
		`{"a": null, "b": null, "c": null}`:                      "Clear a, b and c",
		`{"a": 1, "b": null}`:                                    "Set a to 1 and clear b",
		`{"b": null, "a": 1, "c": null}`:                         "Set a to 1, and clear b and c",
		`{"a": 1, "c": 2, "b": null}`:                            "Set a to 1 and c to 2, and clear b",
		`{"custom": {"tier": "pro", "x": {"y": null, "z": []}}}`: "Set custom.tier to “pro” and custom.x.z to [], and clear custom.x.y",
		`{"custom": {"a.b": 1, "": 2}}`:                          `Set “custom."a.b"” to 1 and “custom.""” to 2`,
		`{"custom": {}}`:                                         "Set custom to an object",
		`{"tags": ["a", "b", null, {"c": 1}, [1]]}`:              `Set tags to [“a”, “b”, no value, {"c": 1}, [1]]`,
		`{"tags": [1, 2, 3, 4, 5, 6, 7, 8]}`:                     "Set tags to [1, 2, 3, 4, 5 and 3 more]",
		`{"state": "idle", "password": "***"}`:                   "Set state to idle and password to ***",
		`{"a": ""}`:                                              "Set a to an empty text",
		`{"at": "2026-01-31T12:00:00+02:00"}`:                    "Set at to 2026-01-31T12:00:00+02:00",
		`{}`:                                                     "Change nothing",
		`[1]`:                                                    "Apply [1]",
	} {
		if got := patchText(patch, deskChoices); got != want {
			t.Errorf("%s\n got %s\nwant %s", patch, got, want)
		}
	}
}

func TestALongPatchSaysHowMuchIsLeftOut(t *testing.T) {
	var sets, clears []string
	for i := range 40 {
		sets = append(sets, fmt.Sprintf(`"set%d": 1`, i))
		clears = append(clears, fmt.Sprintf(`"clear%d": null`, i))
	}
	got := patchText("{"+strings.Join(sets, ",")+"}", nil)
	if more := fmt.Sprintf(" and %d more fields", 40-strings.Count(got, " to 1")); !strings.HasSuffix(got, more) {
		t.Errorf("it is %s, without %s", got, more)
	}
	got = patchText("{"+strings.Join(append(clears, sets...), ",")+"}", nil)
	if !strings.HasSuffix(got, " more fields, and clear 40 fields") {
		t.Errorf("it is %s", got)
	}
}

// drawnPatch draws a patch, which need not be a valid one.
func drawnPatch(t *rapid.T, depth int) json.RawMessage {
	var members []string
	for range rapid.IntRange(0, 5).Draw(t, "members") {
		to := drawnValue(t)
		if depth > 0 && rapid.Bool().Draw(t, "nest") {
			to = string(drawnPatch(t, depth-1))
		}
		members = append(members, drawnName(t)+":"+to)
	}
	return json.RawMessage("{" + strings.Join(members, ",") + "}")
}
