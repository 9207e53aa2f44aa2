package dashboard

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A fileForm is what somebody filled in to make a file an update. Nothing of it has been
// checked.
type fileForm struct {
	composeForm          // the options that all updates have
	Columns     []string // the field of each column, "" for none
	Match       []bool   // by which columns rows are matched
	Like        string   // the job that the form began as, "" for none

	Blank, ClearWord, Unmatched string
}

// fileFormOf reads a form about a file.
func fileFormOf(sent url.Values, file shownFile) *fileForm {
	f := &fileForm{
		composeForm: composeFormOf(sent), Columns: make([]string, len(file.Columns)), Match: make([]bool, len(file.Columns)),
		Blank: sent.Get("blank"), ClearWord: sent.Get("clearWord"), Unmatched: sent.Get("unmatched"),
	}
	for i, field := range sent["column"][:min(len(sent["column"]), len(file.Columns))] {
		f.Columns[i] = strings.TrimSpace(field)
	}
	for _, index := range sent["match"] {
		if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(f.Match) {
			f.Match[i] = true
		}
	}
	return f
}

// suggestedForm is the form as the headers of the file suggest it.
func suggestedForm(file shownFile) *fileForm {
	f := fileFormOf(nil, file)
	var columns map[string]*string
	_ = json.Unmarshal(file.Suggested.Columns, &columns) // a file without suggestions leaves all out
	f.fill(file, columns, file.Suggested.Match)
	return f
}

// fill says what columns stand for, by their headers, and by which fields rows are
// matched.
func (f *fileForm) fill(file shownFile, columns map[string]*string, match []string) {
	for i, header := range file.Columns {
		if field, known := columns[header]; known {
			f.Columns[i] = deref(field)
		}
		f.Match[i] = f.Columns[i] != "" && slices.Contains(match, f.Columns[i])
	}
}

// asBefore begins the form as a job did. A job that cannot be read changes nothing.
func (f *fileForm) asBefore(v *Visit, id string, file shownFile) {
	j, err := v.job(id)
	var columns map[string]*string
	if err != nil || j.Request.File == nil || json.Unmarshal(j.Request.Columns, &columns) != nil {
		return
	}
	f.fill(file, columns, j.Request.Match)
	var o client.Options
	if json.Unmarshal(j.Request.Options, &o) != nil {
		return
	}
	f.Blank, f.ClearWord, f.Unmatched = o.Blank, o.ClearWord, o.Unmatched
	f.Note, f.OnMismatch, f.AllowNewOptions = o.Note, o.OnMismatch, o.AllowNewOptions
	if o.RecordsPerSecond != nil {
		f.Rate = strconv.FormatFloat(*o.RecordsPerSecond, 'f', -1, 64)
	}
}

// deref returns a text that may be missing.
func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// A fileRequest is the body of POST /v1/jobs for the rows of a file.
type fileRequest struct {
	Model   string             `json:"model"`
	File    string             `json:"file"`
	Match   []string           `json:"match"`
	Columns map[string]*string `json:"columns"`
	Options fileOptions        `json:"options"`
}

// fileOptions are the options of a file job.
type fileOptions struct {
	composeOptions
	Blank     string `json:"blank,omitempty"`
	ClearWord string `json:"clearWord,omitempty"`
	Unmatched string `json:"unmatched,omitempty"`
}

// request makes the request that the form stands for. faults says what the API could not
// tell, because no request can say it.
func (f *fileForm) request(file shownFile) (r fileRequest, faults composeFaults) {
	r = fileRequest{Model: file.Model, File: file.ID, Match: []string{}, Columns: map[string]*string{}}
	for i, header := range file.Columns {
		field := &f.Columns[i]
		if *field == "" {
			field = nil
		}
		r.Columns[header] = field
		switch {
		case f.Match[i] && field == nil:
			faults.note(columnInput(i), header, "Rows are matched by this column: say which field it stands for.")
		case f.Match[i]:
			r.Match = append(r.Match, *field)
		}
	}
	if !slices.Contains(f.Match, true) {
		faults.note("match", "Match by", "Tick the column that tells which customer a row is for.")
	}
	r.Options = fileOptions{f.options(&faults), f.Blank, f.ClearWord, f.Unmatched}
	return r, faults
}

// fileLabels are the labels of the inputs that only a file has.
var fileLabels = map[string]string{"blank": "Empty cells", "clearWord": "Word that clears", "unmatched": "Rows without a customer"}

// placing returns what finds the input that a fault is about.
func (f *fileForm) placing(file shownFile) func(web.Fault) composeFault {
	return func(fault web.Fault) composeFault {
		out := composeFault{Input: "what", Label: "Update", Detail: fault.Detail}
		header, ofColumn := strings.CutPrefix(fault.Pointer, "/columns/")
		option, ofOption := strings.CutPrefix(fault.Pointer, "/options/")
		header = strings.NewReplacer("~1", "/", "~0", "~").Replace(header)
		switch i := slices.Index(file.Columns, header); {
		case ofColumn && i >= 0:
			out.Input, out.Label = columnInput(i), header
		case strings.HasPrefix(fault.Pointer, "/columns"):
			out.Input, out.Label = "match", "Columns"
		case strings.HasPrefix(fault.Pointer, "/match"):
			out.Input, out.Label = "match", "Match by"
		case ofOption && fileLabels[option] != "":
			out.Input, out.Label = option, fileLabels[option]
		case ofOption:
			return placedOption(fault, option, out)
		}
		return out
	}
}
