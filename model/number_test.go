package model

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestANumberIsRefusedThatWouldBeKeptAsAnother(t *testing.T) {
	m := mustModel(t, `
x-model: shop
type: object
properties:
  n: {type: number, default: 0.1000000000000000055511151231257827}
  i: {type: integer}
  small: {type: number, enum: [1, 9007199254740993]}
  tree: {type: object, properties: {n: {type: number}}}
  list: {type: array, items: {type: number}}
  any: {type: [number, string]}
`)
	for given, want := range map[string]string{
		`{"n":0.1}`: `{"n":0.1}`, `{"n":1.10}`: `{"n":1.1}`, `{"n":-0}`: `{"n":0}`, `{"n":-0.0e5}`: `{"n":0}`, `{"n":1e2}`: `{"n":100}`,
		`{"n":9007199254740992}`: `{"n":9007199254740992}`, `{"n":9007199254740993}`: "", `{"n":-9007199254740993.0}`: "",
		`{"n":0.30000000000000004}`: `{"n":0.30000000000000004}`, `{"n":0.3000000000000000444}`: "", `{"n":0.10000000000000001}`: "",
		`{"n":12345678901234567}`: "", `{"n":5e-324}`: `{"n":5e-324}`, `{"n":4e-324}`: "", `{"n":1e-400}`: "", `{"n":1.7976931348623157e308}`: `{"n":1.7976931348623157e+308}`,
		`{"n":123456789012345000000000}`: `{"n":1.23456789012345e+23}`, `{"n":9223372036854775807}`: "", `{"small":9007199254740993}`: "",
		// Whole numbers of 64 bits, and what stands in lists and objects, are kept as they are.
		`{"i":9223372036854775807}`: `{"i":9223372036854775807}`, `{"i":1.0}`: `{"i":1}`, `{"i":1e2}`: `{"i":100}`, `{"i":-0}`: `{"i":0}`,
		`{"tree":{"n":9007199254740993}}`: `{"tree":{"n":9007199254740993}}`, `{"list":[0.1000000000000000055511151231257827]}`: `{"list":[0.1000000000000000055511151231257827]}`,
		`{"any":9007199254740993}`: `{"any":9007199254740993}`,
	} {
		p, faults := m.CheckPatch([]byte(given), PatchOptions{})
		if want == "" {
			if len(faults) != 1 || faults[0].Code != CodeTooPrecise {
				t.Errorf("%s: %v %v", given, p.Sets, faults)
			}
			continue
		}
		if got := string(p.Display()); len(faults) > 0 || got != want {
			t.Errorf("%s: %s %v", given, got, faults)
		}
	}
	_, faults := m.CheckRow(columns(t, m, "n"), cells("9007199254740993"))
	wantCodes(t, faults, "/n too_precise")
	_, faults = m.CheckDraft([]byte(`{"n":9007199254740993}`), Create)
	wantCodes(t, faults, "/n too_precise")
	// What a job was accepted with goes on.
	back, err := m.UnmarshalStored([]byte(`{"sets":[{"field":"n","value":9007199254740993,"pointer":"/n"}]}`))
	if err != nil || back.Sets[0].Value != float64(1<<53) {
		t.Errorf("a stored patch became %+v, %v", back, err)
	}
}

// TestNumbersAreTakenIfTheyArePrintedAsGiven draws numbers near what a float64
// can hold, and holds the rule against exact fractions.
func TestNumbersAreTakenIfTheyArePrintedAsGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		given := strconv.FormatFloat(v, 'e', rapid.IntRange(-1, 20).Draw(t, "digits"), 64)
		if rapid.Bool().Draw(t, "short") {
			given = fmt.Sprintf("%s%d.%d", rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign"), rapid.Uint32().Draw(t, "whole"), rapid.Uint64().Draw(t, "fraction"))
		}
		kept, err := strconv.ParseFloat(given, 64)
		if err != nil {
			return
		}
		exact, _ := new(big.Rat).SetString(given)
		printed, _ := new(big.Rat).SetString(strconv.FormatFloat(kept, 'g', -1, 64))
		if got, want := KeepsDecimal([]byte(given), kept), exact.Cmp(printed) == 0; got != want {
			t.Fatalf("%s is kept as %v: %v", given, kept, got)
		}
	})
}
