package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Limits of the request for a file job.
const (
	maxMatch     = 5   // fields that a row is matched by
	maxClearWord = 100 // characters
)

// A fileRequest is the part of a request that is about a file, as far as it can be
// checked without the file.
type fileRequest struct {
	id      string
	match   []string
	columns model.Columns // header to field, "" for a column that is left out; nil if it is not given
	unsound bool          // so malformed that comparing it with the file would say nothing
}

// takeFile reads which rows a job is for. What goes with filters and records alone is
// refused.
func (u *update) takeFile(in *input, members map[string]jsontext.Value, rawOptions jsontext.Value) {
	u.file = &fileRequest{}
	if code, must := setText(&u.file.id, take(members, "file")); code != "" || u.file.id == "" || !sound(u.file.id) {
		in.fail(web.InBody, "/file", cmp.Or(code, "type"), cmp.Or(must, "Give the fileId of an uploaded file."))
	}
	u.takeMatch(in, given(take(members, "match")))
	u.takeColumns(in, given(take(members, "columns")))
	for _, name := range []string{"filter", "id", "patch", "compute"} {
		if given(take(members, name)) != nil {
			in.fail(web.InBody, "/"+name, "not_with_file", "A file job takes its records and values from the file: leave this out.")
		}
	}
	u.options.refuseInBody(in, rawOptions, "not_with_file", "This option is for updates by filter: leave it out of a file job.",
		func(o option) bool { return o.filter })
}

// takeMatch reads by which fields rows are matched: one, or a list.
func (u *update) takeMatch(in *input, v jsontext.Value) {
	before := in.faults.Found()
	defer func() { u.file.unsound = u.file.unsound || in.faults.Found() > before }()
	must := "Give the field whose value in a row tells which customer it is for, or a list of 1 to " + strconv.Itoa(maxMatch) + " fields."
	var one string
	switch {
	case v == nil:
		in.fail(web.InBody, "/match", "required", must)
	case v.Kind() == '"' && json.Unmarshal(v, &one) == nil:
		u.file.match = []string{one}
	case v.Kind() != '[' || json.Unmarshal(v, &u.file.match) != nil:
		in.fail(web.InBody, "/match", "type", must)
	}
	if n := len(u.file.match); v != nil && v.Kind() == '[' && (n == 0 || n > maxMatch) {
		in.fail(web.InBody, "/match", "out_of_range", must)
	}
}

// takeColumns reads what the columns of the file stand for.
func (u *update) takeColumns(in *input, v jsontext.Value) {
	if v == nil {
		return
	}
	members, err := compat.Members(v)
	if err != nil {
		in.fail(web.InBody, "/columns", "type", detailColumns)
		u.file.unsound = true
		return
	}
	u.file.columns = make(model.Columns, len(members))
	for _, header := range slices.Sorted(maps.Keys(members)) {
		var name *string
		u.file.columns[header] = ""
		switch {
		case json.Unmarshal(members[header], &name) != nil || name != nil && *name == "":
			in.fail(web.InBody, model.PointerTo("/columns", header), "type", "This must be the name of a field, or null to leave the column out.")
		case name != nil:
			u.file.columns[header] = *name
		}
	}
}

// checkFile compares the request with the file.
func (s *server) checkFile(c *call, in *input, u *update) error {
	if u.file == nil || u.model == nil || u.file.id == "" || u.file.unsound {
		return nil
	}
	f, err := s.Store.File(c.ctx(), c.workspace(), u.model.Name, u.file.id)
	if errors.Is(err, job.ErrNotFound) && in.faults.Found() > 0 {
		return nil // the faults come first
	}
	if err != nil {
		return orNoFile(err)
	}
	t := targeting{in: in, model: u.model, request: u.file, headers: f.Columns}
	t.target = job.FileTarget{
		File: f.ID, Columns: t.columns(), Match: t.match(),
		ClearBlank: u.options.Blank == blankClear, ClearWord: u.options.ClearWord, SkipUnmatched: u.options.Unmatched == unmatchedSkip,
	}
	t.written()
	u.target = &t.target
	return nil
}

// A targeting finds out what the columns of a file are for, and all that is wrong with
// that.
type targeting struct {
	in      *input
	model   *model.Model
	request *fileRequest
	headers []string
	target  job.FileTarget

	names   []string       // of the field of each column, "" for a column that is left out
	first   map[string]int // column, from 1, of each field
	matched map[string]bool
	unsound bool // a column was refused, so that others may be missing
}

// at is the pointer to what the request says, or should say, of a column.
func (t *targeting) at(i int) string { return model.PointerTo("/columns", t.headers[i]) }

// columns returns the field of each column.
func (t *targeting) columns() []string {
	t.names, t.first = make([]string, len(t.headers)), map[string]int{}
	there := make(map[string]bool, len(t.headers))
	for i, header := range t.headers {
		there[header] = true
		t.column(i, header)
	}
	for _, header := range slices.Sorted(maps.Keys(t.request.columns)) {
		if t.request.columns[header] != "" && !there[header] {
			t.in.fail(web.InBody, model.PointerTo("/columns", header), "unknown_column", "The file has no column "+quoted(header)+".")
		}
	}
	return t.names
}

// column finds the field of one column.
func (t *targeting) column(i int, header string) {
	name, mapped := t.request.columns[header]
	if mapped && name == "" {
		return
	}
	if !mapped {
		name = header
	}
	f, known := fileFieldOf(t.model, name)
	switch before := t.first[f.name]; {
	case !known && mapped:
		t.refuse(i, "unknown_field", noField(t.model, name)+" Say null to leave the column out.")
	case !known:
		t.refuse(i, "unknown_field", t.unknown(i, header))
	case before > 0:
		t.refuse(i, "duplicate_field", fmt.Sprintf("Columns %d and %d both stand for %s: leave one of them out with null.", before, i+1, name))
	default:
		t.names[i], t.first[f.name] = f.name, i+1
	}
}

func (t *targeting) refuse(i int, code, detail string) {
	t.unsound = true
	t.in.fail(web.InBody, t.at(i), code, detail)
}

// unknown says what to do about a column that names no field.
func (t *targeting) unknown(i int, header string) string {
	nearest, _ := t.model.Nearest(header)
	return fmt.Sprintf("Column %d, %s, names no field of %s; the nearest is %s. Say in columns which field it is, or null to leave it out.",
		i+1, quoted(header), t.model.Name, nearest)
}

// match returns the fields that rows are matched by.
func (t *targeting) match() []*model.Field {
	t.matched = map[string]bool{}
	var fields []*model.Field
	for i, name := range t.request.match {
		at := "/match"
		if len(t.request.match) > 1 {
			at = model.PointerTo(at, strconv.Itoa(i))
		}
		f, known := fileFieldOf(t.model, name)
		switch {
		case !known:
			t.in.fail(web.InBody, at, "unknown_field", noField(t.model, name))
		case f.Concealed():
			t.in.fail(web.InBody, at, model.CodeSecretColumn, "This field is secret or write-only: nothing can be matched by it.")
		case !f.matchable():
			t.in.fail(web.InBody, at, "not_matchable", "Rows cannot be matched by this: name a field with a text, a number, a boolean or a date.")
		case t.matched[f.name]:
			t.in.fail(web.InBody, at, "duplicate_field", "This field is named twice.")
		case t.first[f.name] == 0:
			t.in.fail(web.InBody, at, "no_column", "No column of the file stands for "+f.name+": say in columns which one does.")
		default:
			fields = append(fields, f.Field)
		}
		t.matched[f.name] = true
	}
	return fields
}

// written checks the columns whose values are written.
func (t *targeting) written() {
	// If match is wrong, the ids may be what was meant by it.
	keyless, id := len(t.target.Match) < len(t.request.match), t.model.Role(model.RoleID).Name
	var names []string
	var columns []int
	for i, name := range t.names {
		if name != "" && name != job.VersionColumn && !t.matched[name] && !(keyless && name == id) {
			names, columns = append(names, name), append(columns, i)
		}
	}
	if len(names) == 0 {
		if !t.unsound && !keyless {
			t.in.fail(web.InBody, "/columns", "required", "No column is written: give at least one a field that is not in match.")
		}
		return
	}
	_, faults := t.model.CheckFilling(names)
	for _, f := range faults {
		n, err := strconv.Atoi(model.PointerName(f.Pointer[min(1, len(f.Pointer)):]))
		if err != nil || n >= len(columns) {
			t.in.fail(web.InBody, "/columns", f.Code, f.Detail)
			continue
		}
		i := columns[n]
		t.in.fail(web.InBody, t.at(i), f.Code, fmt.Sprintf("Column %d, %s: %s Say null to leave it out.", i+1, quoted(t.headers[i]), f.Detail))
	}
	t.in.faults.Further += faults.More()
}

// meaning lists what decides which records a file job changes, and how.
func (f *fileRequest) meaning(o options) []string {
	parts := []string{"file", f.id, cmp.Or(o.Blank, blankIgnore), o.ClearWord, cmp.Or(o.Unmatched, unmatchedFail), strconv.Itoa(len(f.match))}
	parts = append(parts, f.match...)
	for _, header := range slices.Sorted(maps.Keys(f.columns)) {
		parts = append(parts, header, f.columns[header])
	}
	return append(parts, "columns", strconv.Itoa(len(f.columns)))
}

// The words of the options of file jobs.
const (
	blankIgnore, blankClear      = "ignore", "clear"
	unmatchedFail, unmatchedSkip = "fail", "skip"
)

// setClearWord reads the word that clears a field.
func setClearWord(to *string, v jsontext.Value) (code, must string) {
	if code, must := setText(to, v); code != "" {
		return code, must
	}
	if n := utf8.RuneCountInString(*to); n == 0 || n > maxClearWord || !sound(*to) {
		return "too_long", "This must be a text of 1 to " + strconv.Itoa(maxClearWord) + " characters, such as NULL, without a NUL character."
	}
	return "", ""
}
