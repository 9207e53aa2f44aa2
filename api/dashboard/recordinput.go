package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Prefixes of the names in the form of a customer. The name of the field follows.
const (
	inputText   = "f." // what stands in the input
	inputNone   = "n." // the tick "no value"
	inputWas    = "w." // what stood there when the form was made, see [recordInput.mark]
	inputAsJSON = "j." // the input holds JSON, since it could not show the value otherwise
	inputTheirs = "k." // the tick that keeps what somebody else stored meanwhile
)

// Limits of what a form holds, in bytes. What is longer stays as it is: a form is sent
// as a whole, and may be as long as any other request.
const (
	maxInput  = 16 << 10
	maxInputs = 200 << 10
)

// A recordInput is the input of one field in the form of a customer.
type recordInput struct {
	*customerField
	Text   string
	None   bool   // there is no value
	AsJSON bool   // Text is JSON
	New    bool   // of a new customer
	TooBig bool   // the value is too long for a form, and stays
	Was    string // the mark of what stood there when the form was made
	Faults []string

	// Only after somebody else has changed the customer.
	Theirs *value // what they stored, where the visitor wants another value; nil otherwise
	Taken  bool   // they have changed this field, and the visitor has not
}

// Name is the name of the input.
func (i *recordInput) Name() string { return inputText + i.Field() }

// Ticks reports whether a tick says that there is no value, since an empty input
// would mean the empty text.
func (i *recordInput) Ticks() bool {
	switch i.typed.Kind() {
	case "text", "new-choice":
		return i.Nullable && !i.AsJSON
	case "choice":
		return i.Nullable && slices.Contains(i.typed.Choices, "") && !i.AsJSON
	case "secret":
		return i.Nullable && !i.New
	}
	return false
}

// Control says which control the input is.
func (i *recordInput) Control() string {
	switch kind := i.typed.Kind(); {
	case i.Hidden():
		return "secret"
	case i.AsJSON, kind == "json", kind == "list":
		return "lines"
	case kind == "text" && (strings.Contains(i.Text, "\n") || len(i.Text) > 120 || i.long()):
		return "lines"
	default:
		return kind
	}
}

// long reports whether the model expects long texts.
func (i *recordInput) long() bool {
	n, err := strconv.Atoi(string(i.MaxLength))
	return err == nil && n > 1000 && i.Format == ""
}

// Rows is how many lines a control of several lines shows.
func (i *recordInput) Rows() int { return min(max(strings.Count(i.Text, "\n")+1, 2), 12) }

// Hint says how the value is typed, "" where that is clear.
func (i *recordInput) Hint() string {
	switch {
	case i.Hidden() && i.New:
		return "It is never shown again."
	case i.Hidden():
		return "Leave it empty to keep what is stored. It is never shown."
	case i.AsJSON, i.typed.Kind() == "json":
		return "As JSON. Empty: no value."
	case i.typed.Kind() == "list":
		return "One text a line, or a list as JSON. Empty: no value."
	case i.typed.Kind() == "moment":
		return "Such as 2026-01-31T12:00:00Z."
	}
	return ""
}

// Bounds says which values are allowed, "" where any are.
func (i *recordInput) Bounds() string {
	low, high := string(i.Minimum), string(i.Maximum)
	switch {
	case low != "" && high != "":
		return "From " + low + " to " + high + "."
	case low != "":
		return "At least " + low + "."
	case high != "":
		return "At most " + high + "."
	case len(i.MaxLength) > 0:
		return "At most " + number(string(i.MaxLength)) + " characters."
	}
	return ""
}

// mark identifies what stands in an input, so that a form can tell what was changed
// without holding everything twice.
func (i *recordInput) mark() string {
	state := "1" + i.Text
	if i.None {
		state = "0"
	}
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:8])
}

// changed reports whether the visitor has changed the input.
func (i *recordInput) changed() bool { return i.mark() != i.Was }

// inputFor is the input of a field that holds a value.
func inputFor(f *customerField, raw json.RawMessage) *recordInput {
	i := &recordInput{customerField: f}
	switch {
	case f.Hidden():
	case valueOf(raw).None:
		i.None = true
	case len(raw) > maxInput:
		i.TooBig = true
	default:
		var ok bool
		if i.Text, ok = f.typed.textOf(raw); !ok {
			i.Text, i.AsJSON = string(raw), true
		} else if f.typed.Kind() == "json" {
			i.Text = indented(raw)
		}
	}
	i.Was = i.mark()
	return i
}

// take reads what the visitor typed.
func (i *recordInput) take(form url.Values) {
	name := i.Field()
	i.Was, i.AsJSON = form.Get(inputWas+name), form.Get(inputAsJSON+name) != ""
	text := strings.ReplaceAll(form.Get(inputText+name), "\r\n", "\n") // browsers send lines so
	ticked := form.Get(inputNone+name) != ""
	hadNone := i.Was == (&recordInput{None: true}).mark()
	i.Text, i.None = text, false
	switch {
	case i.Hidden():
		i.None = ticked && text == ""
	case i.Ticks():
		// Who types into an input and leaves the tick that was there means the text.
		if i.None = ticked && (text == "" || !hadNone); i.None {
			i.Text = ""
		}
	case strings.TrimSpace(text) == "" && (i.blankIsNone() || text == "" && hadNone):
		i.Text, i.None = "", true
	}
}

// blankIsNone reports whether an empty input means no value.
func (i *recordInput) blankIsNone() bool {
	return i.AsJSON || i.typed.Kind() != "text" && i.typed.Kind() != "new-choice" && !slices.Contains(i.typed.Choices, "")
}

// value makes the JSON of what was typed, null for no value.
func (i *recordInput) value() (json.RawMessage, error) {
	switch {
	case i.None:
		return json.RawMessage("null"), nil
	case i.AsJSON:
		return typedJSON(strings.TrimSpace(i.Text))
	}
	return i.typed.valueOf(i.Text)
}

// Field is the name of the field.
func (i *recordInput) Field() string { return i.customerField.Name }

// Choices are those of a drop-down.
func (i *recordInput) Choices() []string { return i.typed.Choices }

// HasEmpty reports whether the empty text is a choice.
func (i *recordInput) HasEmpty() bool { return slices.Contains(i.typed.Choices, "") }

// Unlisted reports whether the input holds a text that is no choice.
func (i *recordInput) Unlisted() bool {
	return i.Text != "" && !slices.Contains(i.typed.Choices, i.Text)
}
