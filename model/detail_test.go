package model

import (
	"strings"
	"testing"
)

func TestDetailsNameWhatIsAllowed(t *testing.T) {
	m := mustModel(t, `
x-model: shop
type: object
properties:
  both: {type: integer, minimum: 1, maximum: 10}
  low: {type: integer, minimum: 1}
  free: {type: integer}
  real: {type: number}
  rate: {type: number, exclusiveMinimum: 0, maximum: 99.5}
  size: {type: integer, enum: [1, 2, 3]}
  state: {type: string, enum: [on, off], x-extensible: true}
  list:
    type: array
    items:
      type: object
      properties: {a: {enum: [x, 1, null]}, b: {type: number, minimum: 0.5}, c: {type: integer, exclusiveMaximum: 7}, d: {const: x}, e: {type: number, multipleOf: 0.5}}
`)
	added := func(*Field) []string {
		many := []string{strings.Repeat("x", 300)}
		for len(many) < 30 {
			many = append(many, "o")
		}
		return many
	}
	for given, want := range map[string]string{
		`{"both":0}`:                "This must be at least 1 and at most 10.",
		`{"both":11}`:               "This must be at least 1 and at most 10.",
		`{"both":1e30}`:             "This must be at least 1 and at most 10.",
		`{"free":1e30}`:             "This must be a whole number from -9223372036854775808 to 9223372036854775807.",
		`{"low":0}`:                 "This must be at least 1.",
		`{"rate":0}`:                "This must be more than 0 and at most 99.5.",
		`{"rate":1e999}`:            "This must be more than 0 and at most 99.5.",
		`{"real":1e999}`:            "This must be a number from -1.7976931348623157e+308 to 1.7976931348623157e+308.",
		`{"size":4}`:                "This must be one of: 1, 2, 3.",
		`{"state":"z"}`:             "This must be one of: on, off, " + strings.Repeat("x", 200) + "…" + strings.Repeat(", o", 17) + " and 12 more.",
		`{"list":[{"a":"z"}]}`:      "This must be one of: x, 1, null.",
		`{"list":[{"b":0}]}`:        "This must be at least 0.5.",
		`{"list":[{"c":7}]}`:        "This must be less than 7.",
		`{"list":[{"d":"y"}]}`:      "This must be one of: x.",
		`{"list":[{"e":0.3}]}`:      "This must be a multiple of 0.5.",
		`{"list":[{"b":1e999}]}`:    detailNumber,
		`{"list":[{"b":"x"}]}`:      "This must be a number.",
		`{"list":[{"c":1.5}]}`:      "This must be a whole number.",
		`{"state":true,"size":"a"}`: "This must be text.",
	} {
		_, faults := m.CheckPatch([]byte(given), PatchOptions{Choices: added})
		if len(faults) == 0 || faults[0].Detail != want {
			t.Errorf("%s: got %v, want %q", given, faults, want)
		}
	}
}

func TestAListOfLongOptionsIsCut(t *testing.T) {
	options := make([]string, 30)
	for i := range options {
		options[i] = strings.Repeat("é", 5000)
	}
	if got := OneOf(options); len(got) > 1500 || !strings.HasSuffix(got, " and 28 more.") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}
