package dashboard

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"bulkpatch/api/web"
)

// A badValue is why a text cannot be the value of a field, in a sentence.
type badValue string

// Error returns the sentence.
func (b badValue) Error() string { return string(b) }

var (
	jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	isoDay     = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// valueOf makes the JSON of what was typed for a field. Numbers keep their digits, and
// an empty text is the empty text. Whether the field may have the value is for the API
// to say.
func (f *composeField) valueOf(text string) (json.RawMessage, error) {
	if !utf8.ValidString(text) {
		return nil, badValue("The text is not valid UTF-8.")
	}
	lines := strings.ReplaceAll(text, "\r\n", "\n") // browsers send forms so
	trimmed := strings.TrimSpace(text)
	switch f.Kind() {
	case "secret":
		if text == "" {
			return nil, badValue("Type the secret again: it is never shown.")
		}
	case "number":
		return numberValue(trimmed)
	case "boolean":
		return booleanValue(trimmed)
	case "choice":
		if text == "" && !slices.Contains(f.Choices, "") {
			return nil, badValue("Choose a value.")
		}
	case "date", "moment":
		if trimmed == "" {
			return nil, badValue("Enter a date, or choose clear.")
		}
		lines = trimmed
	case "list":
		return listValue(lines)
	case "json":
		return typedJSON(trimmed)
	}
	return jsonText(lines), nil
}

func booleanValue(text string) (json.RawMessage, error) {
	if text != "true" && text != "false" {
		return nil, badValue("Choose true or false.")
	}
	return json.RawMessage(text), nil
}

func numberValue(text string) (json.RawMessage, error) {
	switch {
	case text == "":
		return nil, badValue("Enter a number, or choose clear.")
	case !jsonNumber.MatchString(text):
		return nil, badValue("This must be a number such as 1200 or 1200.50, without separators.")
	}
	return json.RawMessage(text), nil
}

// listValue reads a list as JSON, or one text a line.
func listValue(text string) (json.RawMessage, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		return typedJSON(strings.TrimSpace(text))
	}
	items := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) != "" {
			items = append(items, line)
		}
	}
	return compactJSON(items), nil
}

func typedJSON(text string) (json.RawMessage, error) {
	switch {
	case text == "":
		return nil, badValue("Enter a value as JSON, or choose clear.")
	case !json.Valid([]byte(text)):
		return nil, badValue("This must be JSON. A text stands in double quotes.")
	}
	return json.RawMessage(text), nil
}

// jsonText writes a text as JSON.
func jsonText(text string) json.RawMessage { return compactJSON(text) }

// compactJSON writes texts as JSON, in which < and > stay readable.
func compactJSON(v any) json.RawMessage {
	text, err := web.JSON(v)
	if err != nil {
		return json.RawMessage("null") // never: texts and numbers can be encoded
	}
	return text
}

// textOf is the opposite of valueOf: what stands in the input for a value. ok is false
// if the input would not give back the same value.
func (f *composeField) textOf(value json.RawMessage) (text string, ok bool) {
	raw := strings.TrimSpace(string(value))
	switch f.Kind() {
	case "number":
		return raw, jsonNumber.MatchString(raw)
	case "boolean":
		return raw, raw == "true" || raw == "false"
	case "list":
		return listText(raw)
	case "json":
		return raw, raw != ""
	case "secret":
		return "", false
	}
	if json.Unmarshal(value, &text) != nil || !strings.HasPrefix(raw, `"`) || strings.ContainsAny(text, "\r\x00") {
		return "", false
	}
	switch f.Kind() {
	case "choice":
		return text, slices.Contains(f.Choices, text)
	case "date":
		return text, isoDay.MatchString(text)
	case "new-choice", "moment":
		return text, !strings.Contains(text, "\n") && (f.Kind() != "moment" || text == strings.TrimSpace(text) && text != "")
	}
	return text, true
}

// listText writes a list of texts in lines, and any other list as JSON.
func listText(raw string) (text string, ok bool) {
	if !strings.HasPrefix(raw, "[") {
		return "", false
	}
	var items []*string
	if json.Unmarshal([]byte(raw), &items) != nil || len(items) == 0 {
		return raw, true
	}
	lines := make([]string, len(items))
	for i, item := range items {
		if item == nil || strings.TrimSpace(*item) == "" || strings.ContainsAny(*item, "\r\n\x00") {
			return raw, true
		}
		lines[i] = *item
	}
	text = strings.Join(lines, "\n")
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		return raw, true
	}
	return text, true
}
