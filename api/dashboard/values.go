package dashboard

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"bulkpatch/client"
)

// A value is a JSON value as pages show it: a text without its quotes, and everything
// else as it is written, so that no digit of a number is lost.
type value struct {
	Text string
	None bool // there is no value
}

// valueOf shows a JSON value.
func valueOf(raw json.RawMessage) value {
	if raw = bytes.TrimSpace(raw); noValue(raw) {
		return value{None: true}
	}
	var text string
	if raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		return value{Text: text}
	}
	return value{Text: string(raw)}
}

// noValue reports whether a member of an answer is missing or null.
func noValue(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// textOrNone is a member of an answer as it is, "" where it is missing or null.
func textOrNone(raw json.RawMessage) string {
	if noValue(raw) {
		return ""
	}
	return string(raw)
}

// shownValueOf is valueOf for one of many values of a page, of which only the beginning
// is shown: each of them may be a million characters long.
func shownValueOf(raw json.RawMessage) value {
	v := valueOf(raw)
	v.Text, _ = beginningOf(v.Text, valueLength)
	return v
}

// A changedField is a field with its former and its new value.
type changedField struct {
	Field    string
	From, To value
}

// changesOf shows what changed in a record, in the order of the fields' names.
func changesOf(changed map[string]client.Change) []changedField {
	list := make([]changedField, 0, len(changed))
	for _, field := range slices.Sorted(maps.Keys(changed)) {
		list = append(list, changedField{field, shownValueOf(changed[field].From), shownValueOf(changed[field].To)})
	}
	return list
}

// separators are what people write between thousands, except the point, which may also
// begin decimals.
var separators = strings.NewReplacer(",", "", " ", "", "'", "", "\u00a0", "", "\u202f", "")

// withoutSeparators returns a number as it was typed without separators of thousands.
func withoutSeparators(text string) string { return separators.Replace(text) }

// A choice is one of several values to choose from in a form.
type choice struct {
	Value, Words string
	Chosen       bool
}
