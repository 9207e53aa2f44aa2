package words

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/client"
)

// TestAComputationIsASentence has each operator.
func TestAComputationIsASentence(t *testing.T) {
	for compute, want := range map[string]string{
		`{"score": {"$inc": 5}}`:                                                "Add 5 to score",
		`{"score": {"$inc": -0.5}}`:                                             "Subtract 0.5 from score",
		`{"score": [{"$mul": 1.1}]}`:                                            "Multiply score by 1.1",
		`{"score": [{"$max": 5}, {"$min": 10}]}`:                                "Raise score to at least 5, then limit it to at most 10",
		`{"name": [{"$trim": true}, {"$upper": true}]}`:                         "Trim name, then put it in upper case",
		`{"name": {"$lower": true}}`:                                            "Put name in lower case",
		`{"name": [{"$prefix": "Dr "}, {"$suffix": "!"}]}`:                      "Put “Dr ” before name, then put “!” after it",
		`{"name": {"$replace": {"find": "a", "with": "b"}}}`:                    "Replace “a” with “b” in name",
		`{"name": {"$replace": {"find": "a+", "with": "$1", "regex": true}}}`:   "Replace matches of “a+” with “$1” in name",
		`{"name": {"$replace": {"find": "a+", "with": "", "regex": true}}}`:     "Remove matches of “a+” from name",
		`{"state": {"$map": {"active": "deleted"}}}`:                            "Turn “active” into “deleted” in state",
		`{"state": {"$map": {"active": "deleted", "no": "idle"}}}`:              "Map 2 values of state",
		`{"phone": {"$copy": "mobile"}}`:                                        "Copy mobile to phone",
		`{"name": {"$format": "{first} {last}"}}`:                               "Compose name from “{first} {last}”",
		`{"state": {"$default": "active"}}`:                                     "Set state to active where it has no value",
		`{"tags": [{"$append": ["a"]}, {"$add": ["b", 1]}, {"$remove": []}]}`:   "Append [“a”] to tags, then add [“b”, 1] to it where missing, then remove [] from it",
		`{"born": {"$shift": {"days": -3, "years": 1, "minutes": -1}}}`:         "Shift born by 1 year and −3 days and −1 minute",
		`{"seen": {"$now": true}}`:                                              "Set seen to the time of the update",
		`{"score": {"$inc": 5}, "name": {"$trim": true}, "d.e": {"$inc": 1}}`:   "Add 5 to score, trim name and add 1 to d.e",
		`{"name": [{"$trim": true}, {"$lower": true}], "score": {"$inc": 5}}`:   "Trim name, then put it in lower case, and add 5 to score",
		`{"a": {"$new": 1}, "b": 7, "c": {"$inc": "x"}, "d": {"$replace": []}}`: "Compute a, compute b, add “x” to c and replace parts of d",
	} {
		j := client.Job{Kind: "bulk", Request: client.Request{Compute: json.RawMessage(compute)}}
		if got := Job(j, deskChoices, nil).String(); got != want {
			t.Errorf("%s\n got %s\nwant %s", compute, got, want)
		}
	}
}

func TestALongComputationIsCut(t *testing.T) {
	steps := strings.Repeat(`{"$suffix": "0123456789"}, `, 19) + `{"$trim": true}`
	s, n := computeWords([]byte(`{"a": [`+steps+`], "b": {"$inc": 1}}`), nil)
	if got := s.String(); n != 21 || !strings.HasSuffix(got, "then put “0123456789” after it and 15 more steps and 1 more field") {
		t.Errorf("%d steps: %s", n, got)
	}
}

// drawnCompute draws operators, which need not be valid ones.
func drawnCompute(t *rapid.T) json.RawMessage {
	name := rapid.SampledFrom(append(Operators(), Operator{Name: "$new"}))
	var members []string
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		var steps []string
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			steps = append(steps, `{"`+name.Draw(t, "operator").Name+`":`+rapid.SampledFrom([]string{
				drawnValue(t), `{"find":` + drawnValue(t) + `,"with":` + drawnValue(t) + `}`, `{"days":` + drawnValue(t) + `,"years":-12345678901234567890}`,
			}).Draw(t, "operand")+`}`)
		}
		members = append(members, drawnName(t)+":["+strings.Join(steps, ",")+"]")
	}
	return json.RawMessage("{" + strings.Join(members, ",") + "}")
}
