package job

import (
	"maps"
	"slices"
)

// RuleCodes lists the codes of the rules that a value may break: one that a request
// gives, or one that is computed for a record. They are sorted.
func RuleCodes() []string { return slices.Sorted(maps.Keys(rules)) }

// rules explains each of them.
var rules = map[string]Explanation{
	"type":          {Title: "The value is of the wrong type", Advice: "Give a value of the type that the field has, or compute one."},
	"required":      {Title: "A value is required", Advice: "Fill it in."},
	"not_null":      {Title: "The field must have a value", Advice: "Set it to something, or leave it out of the update."},
	"too_long":      {Title: "The value is too long", Advice: "Shorten it, or what it is computed from."},
	"too_short":     {Title: "The value is too short", Advice: "Make it longer, or leave it out."},
	"out_of_range":  {Title: "The number or the date is out of range", Advice: "Give one within the bounds of the field; for a computed one, $min and $max keep it there."},
	"too_precise":   {Title: "The number has more digits than can be kept", Advice: "Round it to at most 15 significant digits."},
	"enum":          {Title: "The value is not one of the choices", Advice: "Choose one of those that the field has."},
	"format":        {Title: "The value has the wrong form", Advice: "Write it in the form that the field asks for."},
	"pattern":       {Title: "The value does not have the form of the field", Advice: "Compare it with the values of other customers."},
	"schema":        {Title: "The value breaks a rule of the model", Advice: "Compare it with the description of the field."},
	"nul_character": {Title: "The text has a NUL character", Advice: "Remove it; it cannot be seen, but most editors find it."},
	"invalid_utf8":  {Title: "The text is not valid UTF-8", Advice: "Save or type it anew as UTF-8."},
	"too_deep":      {Title: "It is nested too deeply", Advice: "Use fewer levels."},
	"unknown_field": {Title: "There is no such field", Advice: "Check how the name is written. Upper and lower case count."},
}
