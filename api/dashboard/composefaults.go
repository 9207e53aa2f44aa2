package dashboard

import (
	"encoding/json"
	"strconv"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
)

// A composeFault is one thing wrong with a composed update.
type composeFault struct {
	Input   string // the id of the input that it is about
	Label   string // what people call the input
	Detail  string // a sentence
	Pointer string // into the filter, where it is about a part of it
	Step    int    // of a computation that it is about, counted from 1; 0 for none
}

// Place says where in the filter or the computation the fault is, "" for nowhere in
// particular.
func (f composeFault) Place() string {
	if f.Step > 0 {
		return "Step " + strconv.Itoa(f.Step)
	}
	return pointerWords(f.Pointer)
}

// pointerWords writes a JSON pointer for people.
func pointerWords(pointer string) string {
	return strings.NewReplacer("/", " › ", "~1", "/", "~0", "~").Replace(strings.TrimPrefix(pointer, "/"))
}

// composeFaults is a list of what is wrong, in the order of the form.
type composeFaults struct {
	List []composeFault
	More int // how many there are beyond those
	// NeedsAll says that the filter is true for all customers, and that nobody has
	// said that all are meant. It is not in the list.
	NeedsAll bool
}

// Any reports whether anything is wrong.
func (l *composeFaults) Any() bool { return len(l.List) > 0 || l.NeedsAll }

// At returns what is wrong with an input, "" for nothing.
func (l *composeFaults) At(input string) string {
	var all []string
	for _, f := range l.List {
		if f.Input == input {
			if place := f.Place(); place != "" {
				f.Detail = place + ": " + f.Detail
			}
			all = append(all, f.Detail)
		}
	}
	return strings.Join(all, " ")
}

// note adds what is wrong with an input.
func (l *composeFaults) note(input, label, detail string) {
	l.List = append(l.List, composeFault{Input: input, Label: label, Detail: detail})
}

// number reads the number of an option; separators of thousands do not count.
func (l *composeFaults) number(option, text string) json.Number {
	text = withoutSeparators(text)
	if text != "" && !jsonNumber.MatchString(text) {
		l.note(option, optionLabels[option], "This must be a number such as 1,200.")
		return ""
	}
	return json.Number(text)
}

// optionLabels are the labels of the inputs of the options.
var optionLabels = map[string]string{
	"note": "Why", "maxAffected": "Refuse above", "recordsPerSecond": "Throttle", "maxFailures": "Stop after failures",
	"onMismatch": "Changed meanwhile", "allowNewOptions": "New choices", "webhook": "Webhook",
}

// inputOf returns the id of the input of a field.
func inputOf(field string) string { return "to-" + field }

// take adds the faults of an answer of the API, and reports whether it has any.
func (l *composeFaults) take(p *web.Problem, m *composeModel, f *composeForm) bool {
	for _, fault := range p.Errors {
		if fault.Code == "allow_all_required" {
			l.NeedsAll = true
			continue
		}
		l.List = append(l.List, placed(fault, m, f))
	}
	l.More += p.MoreErrors
	return len(p.Errors) > 0
}

// placed finds the input that a fault is about.
func placed(fault web.Fault, m *composeModel, f *composeForm) composeFault {
	out := composeFault{Input: "what", Label: "Update", Detail: fault.Detail}
	if fault.In == web.InFilter || fault.Pointer == "/filter" {
		out.Input, out.Label = "filter", "Filter"
		if fault.In == web.InFilter {
			out.Pointer = fault.Pointer
		}
		if place := out.Place(); place != "" {
			out.Label = "Filter, " + place
		}
		return out
	}
	rest, inPatch := strings.CutPrefix(fault.Pointer, "/patch")
	computed, inCompute := strings.CutPrefix(fault.Pointer, "/compute")
	option, inOptions := strings.CutPrefix(fault.Pointer, "/options/")
	switch {
	case inPatch:
		out.Input, out.Label = m.inputAt(rest, f)
	case inCompute:
		out.Input, out.Label, out.Step = m.computedAt(computed, f)
	case inOptions && optionLabels[option] != "":
		out.Input, out.Label = option, optionLabels[option]
		if fault.Code == "webhook_not_configured" { // the API's words are for programs
			title, advice := words.Reason(fault.Code)
			out.Detail = title + ". " + advice
		}
	case fault.Pointer == "/model":
		out.Input, out.Label = "model", "Model"
	}
	return out
}

// inputAt finds the input for a pointer into the patch: that of the field that the
// pointer leads to, into or above of, and else the one for further changes.
func (m *composeModel) inputAt(pointer string, f *composeForm) (input, label string) {
	input, label = "further", "Further changes"
	path := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
	if path != "" {
		label += ", " + path
	}
	for name := path; name != ""; {
		if e := f.Entries[name]; (e.Do == setField || e.Do == clearField) && m.byName[name] != nil {
			return inputOf(name), name
		}
		at := strings.LastIndexByte(name, '.')
		name = name[:max(at, 0)]
	}
	for _, field := range m.Fields {
		if e := f.Entries[field.Name]; (e.Do == setField || e.Do == clearField) && strings.HasPrefix(field.Name, path+".") {
			return inputOf(field.Name), field.Name
		}
	}
	return input, label
}

// Summary says how much is wrong.
func (l *composeFaults) Summary() string {
	switch n := len(l.List) + l.More; n {
	case 1:
		return "One thing needs another look"
	default:
		return strconv.Itoa(n) + " things need another look"
	}
}
