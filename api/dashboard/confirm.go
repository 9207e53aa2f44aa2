package dashboard

import (
	"net/http"
	"strconv"
	"strings"
)

// A confirmation is a page that asks before something is done. It says exactly what
// will happen. Confirming it sends a form.
type confirmation struct {
	Title   string   // a question
	Lines   []string // sentences that say what will happen
	Warning string   // a sentence, "" for none
	Action  string   // the path that the form is sent to
	Button  string   // the words of the button
	Danger  bool     // it cannot be taken back
	Back    string   // the page to return to
	Hidden  []hidden // what the form sends beside
	// Number is to be typed by whoever confirms it, if it is above [typedAbove].
	Number int64
	Wrong  string // why the last try did nothing, a sentence; "" for none
	// Extra is shown below the lines by the template "extra" of the page, nil for none.
	Extra any
}

// A hidden is a hidden field of a form.
type hidden struct{ Name, Value string }

// typedAbove is how many records may be changed without typing their number.
const typedAbove = 1000

// Typed reports whether the number must be typed.
func (c confirmation) Typed() bool { return c.Number > typedAbove }

// confirm answers with a page that asks.
func (d *Dashboard) confirm(v *Visit, path string, c confirmation) error {
	status := http.StatusOK
	if c.Wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	return show(v, status, "confirm", d.visited(v, c.Title, path, c))
}

// typed reports whether the visitor has typed a number, where that is needed.
// Separators of thousands do not count.
func (v *Visit) typed(n int64) bool {
	text := strings.ReplaceAll(withoutSeparators(v.Form.Get("number")), ".", "")
	return n <= typedAbove || text == strconv.FormatInt(n, 10)
}
