package dashboard

import (
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A composeForm is what somebody filled in to compose an update, as it stands in the
// inputs. Nothing of it has been checked.
type composeForm struct {
	Model   string
	Of      string // the model whose fields the form had
	Filter  string // JSON
	Entries map[string]composeEntry
	Further string // changes beside those of the fields, as a JSON merge patch
	// Computed is what a link computes beside what the fields can show, as JSON.
	Computed string

	Note, MaxAffected, Rate, MaxFailures string
	OnMismatch, Webhook                  string
	AllowNewOptions, AllowAll            bool
	EmptyMeant                           string // the fields whose emptiness is meant, as in emptied

	Token   string   // of the preview that is confirmed
	Matched int64    // how many customers the preview showed
	Follow  string   // the job that computes the preview
	Shown   []string // customers of the preview, as JSON, that could be unchecked
	Without []string // customers that were left out, as JSON, and could be taken back
	Kept    []string // those of them that are checked
}

// The names of the inputs. Those of a field are a prefix and the field's name.
const (
	doInput = "do:"
	toInput = "to:"
	byInput = "by:"
)

// composeFormOf reads a form, or the parameters of a link that begins an update: there,
// patch is the whole merge patch, and compute all that is computed.
func composeFormOf(sent url.Values) composeForm {
	f := composeForm{
		Model: sent.Get("model"), Of: sent.Get("of"), Filter: sent.Get("filter"),
		Entries: map[string]composeEntry{}, Further: sent.Get("further"), Computed: sent.Get("computed"),
		Note: sent.Get("note"), MaxAffected: sent.Get("maxAffected"), Rate: sent.Get("recordsPerSecond"),
		MaxFailures: sent.Get("maxFailures"), OnMismatch: sent.Get("onMismatch"), Webhook: strings.TrimSpace(sent.Get("webhook")),
		AllowNewOptions: sent.Has("allowNewOptions"), AllowAll: sent.Has("allowAll"), EmptyMeant: sent.Get("emptyMeant"),
		Token: sent.Get("confirmToken"), Matched: wholeNumber(sent.Get("matched")), Follow: sent.Get("follow"),
		Shown: sent["shown"], Without: sent["without"], Kept: sent["kept"],
	}
	for name, values := range sent {
		if field, ok := strings.CutPrefix(name, doInput); ok {
			f.Entries[field] = composeEntry{values[0], sent.Get(toInput + field), sent.Get(byInput + field)}
		}
	}
	return f
}

// begin fills the fields in from the patch of a link and from what it computes.
func (f *composeForm) begin(m *composeModel, patch, compute string) {
	if entries, further, err := m.entriesOf(patch); err == nil {
		f.Entries, f.Further = entries, further
	} else {
		f.Further = patch
	}
	f.Computed = m.computeEntries(compute, f.Entries)
}

// leaveOut writes into the filter which customers are unchecked.
func (f *composeForm) leaveOut(m *composeModel) {
	n := narrowedOf(f.Filter, m.ID)
	if after := n.choose(f.Shown, f.Without, f.Kept); !slices.Equal(after.ids, n.ids) {
		f.Filter = after.filter(m.ID)
	}
}

// A composeRequest is the body of POST /v1/jobs.
type composeRequest struct {
	Model   string          `json:"model"`
	Filter  json.RawMessage `json:"filter"`
	Patch   json.RawMessage `json:"patch,omitempty"`
	Compute json.RawMessage `json:"compute,omitempty"`
	Options composeOptions  `json:"options"`
}

// composeOptions are the options of a job, with numbers as they were typed.
type composeOptions struct {
	Note             string      `json:"note,omitempty"`
	MaxAffected      json.Number `json:"maxAffected,omitempty"`
	RecordsPerSecond json.Number `json:"recordsPerSecond,omitempty"`
	MaxFailures      json.Number `json:"maxFailures,omitempty"`
	OnMismatch       string      `json:"onMismatch,omitempty"`
	AllowNewOptions  bool        `json:"allowNewOptions,omitempty"`
	AllowAll         bool        `json:"allowAll,omitempty"`
	ConfirmToken     string      `json:"confirmToken,omitempty"`
	DryRun           bool        `json:"dryRun,omitempty"`
	Webhook          string      `json:"webhook,omitempty"`
}

// request makes the request that the form stands for. faults says what is wrong with
// inputs that cannot be written as JSON; the rest is for the API to check. Only with
// no faults may the request be sent.
func (f *composeForm) request(m *composeModel) (r composeRequest, faults composeFaults) {
	r.Model = m.Name
	r.Filter = json.RawMessage(f.filterText())
	if fault := notJSON(string(r.Filter)); fault != "" {
		faults.note("filter", "Filter", fault)
	}
	patch, wrong := m.patchOf(f.Entries, f.Further)
	compute, miscomputed := m.computeOf(f.Entries, f.Computed)
	r.Patch, r.Compute = patchOrNone(patch, compute), compute
	for _, field := range m.Fields {
		why, miscomputed := wrong[field.Name], miscomputed[field.Name]
		if e := f.Entries[field.Name]; e.keeps() && strings.TrimSpace(e.Text) != "" {
			why = "A value stands here, but the field is kept. Choose set, or empty the value."
		} else if e.keeps() && strings.TrimSpace(e.By) != "" {
			miscomputed = "A computation stands here, but the field is kept. Choose compute, or empty it."
		}
		if why != "" {
			faults.note(inputOf(field.Name), field.Name, why)
		}
		if miscomputed != "" {
			faults.note(computedBy(field.Name), field.Name, miscomputed)
		}
	}
	if why := wrong[""]; why != "" {
		faults.note("further", "Further changes", why)
	}
	if why := miscomputed[""]; why != "" {
		faults.note("computed", "Further computations", why)
	}
	r.Options = composeOptions{
		Note: strings.ReplaceAll(f.Note, "\r\n", "\n"), OnMismatch: f.OnMismatch, AllowNewOptions: f.AllowNewOptions, Webhook: f.Webhook,
		MaxAffected: faults.number("maxAffected", f.MaxAffected), MaxFailures: faults.number("maxFailures", f.MaxFailures),
		RecordsPerSecond: faults.number("recordsPerSecond", f.Rate),
	}
	return r, faults
}

// filterText is the filter; no text means no condition.
func (f *composeForm) filterText() string {
	if strings.TrimSpace(f.Filter) == "" {
		return "{}"
	}
	return f.Filter
}

// notJSON says where a text is not JSON, in a sentence; "" if it is.
func notJSON(text string) string {
	var v json.RawMessage
	err := json.Unmarshal([]byte(text), &v)
	syntax, ok := err.(*json.SyntaxError)
	if !ok {
		return ""
	}
	before := text[:min(int(syntax.Offset), len(text))]
	line := strings.Count(before, "\n") + 1
	return "This is not JSON: something is wrong at line " + strconv.Itoa(line) + ", near character " +
		strconv.Itoa(len([]rune(before[strings.LastIndex(before, "\n")+1:]))) + "."
}

// changes reports whether any field is to be changed.
func (r *composeRequest) changes() bool { return string(r.Patch) != "{}" }

// wholeNumber reads a number that the page itself wrote. Anything else is so large that
// nobody can have typed it.
func wholeNumber(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return n
}
