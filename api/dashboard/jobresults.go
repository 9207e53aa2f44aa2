package dashboard

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/client"
)

// resultsShown is how many results a page has.
const resultsShown = 50

// jobResults are the results of a job that the page's address asks for.
type jobResults struct {
	Outcome, Code, Pointer, ID string // what is asked for, "" for all

	Tabs     []resultTab
	Codes    []choice
	Pointers []choice
	Rows     []resultRow
	Wrong    string // why there are none, a sentence; "" where they could be read
	Complete bool   // the job is final, so these will not change
	First    string // the path of the first page, "" if this is it
	Next     string // the path of the next page, "" for none
	CSV      string // the paths of the downloads
	NDJSON   string
	All      string // the path without any choice
	OfFile   bool   // they are those of the rows of a file
}

// Unit is what has a result.
func (r *jobResults) Unit() string {
	if r.OfFile {
		return "row"
	}
	return "customer"
}

// Narrowed reports whether more was chosen than an outcome.
func (r *jobResults) Narrowed() bool { return r.Code != "" || r.Pointer != "" || r.ID != "" }

// A resultTab leads to the results with one outcome.
type resultTab struct {
	Word  string
	Class string // "" for all
	Count int64
	Known bool // false as long as nothing is counted
	Path  string
	Here  bool
}

// A resultRow is what became of one record.
type resultRow struct {
	ID, Path string // Path is "" for who may not see customers, and where there is none
	Line     int64  // of the row of a file, 0 for none
	Outcome  string
	Class    string
	Changes  []changedField
	Gone     bool // what changed is no longer kept
	Reason   string
	Error    *client.RecordError
	Conflict []conflictedField
	laterChange
	At *time.Time
}

// A conflictedField is a field that an undo found changed.
type conflictedField struct {
	Field              string
	Wrote, Now, Former value
}

// results reads the results that the page's address asks for. A preview has none. A job
// whose records are not selected yet has an empty list, which the open page fills later.
func (v *Visit) results(j client.Job) *jobResults {
	if j.Kind == "preview" {
		return nil
	}
	r := &jobResults{Outcome: v.query("outcome"), Code: v.query("code"), Pointer: v.query("pointer"), ID: v.query("id"), All: jobPath(j.ID) + "#records", OfFile: j.Request.File != nil}
	r.Codes, r.Pointers = reasonOptions(j.ErrorSummary, r)
	r.Tabs = tabsOf(j, r.Outcome)
	r.CSV = withQuery(jobPath(j.ID)+"/results", r.chosen("format", "csv"))
	r.NDJSON = withQuery(jobPath(j.ID)+"/results", r.chosen("format", "ndjson"))
	if v.query("cursor") != "" {
		r.First = withQuery(jobPath(j.ID), r.chosen()) + "#records"
	}
	v.readResults(j, r)
	return r
}

// readResults reads one page of results.
func (v *Visit) readResults(j client.Job, r *jobResults) {
	query := apiQuery(r.chosen())
	query.Set("limit", strconv.Itoa(resultsShown))
	if cursor := v.query("cursor"); cursor != "" {
		query.Set("cursor", cursor)
	}
	var page struct {
		Items      []client.Result `json:"items"`
		NextCursor *string         `json:"nextCursor"`
		Complete   bool            `json:"complete"`
	}
	if err := v.Get(resultsTarget(j.ID, query), &page); err != nil {
		r.Wrong = sentenceOfError(err)
		return
	}
	r.Complete = page.Complete
	may := JobRightsOf(v.Key)
	var undone string
	if j.Undo.UndoOf != nil {
		undone = *j.Undo.UndoOf
	}
	later := v.conflictReader(j.Model, undone)
	for _, item := range page.Items {
		row := rowOf(item, j, may)
		if undone != "" && item.Outcome == client.OutcomeConflicted {
			row.laterChange = later.change(row.ID, row.Conflict, item.By, item.At)
		}
		r.Rows = append(r.Rows, row)
	}
	if page.NextCursor != nil && *page.NextCursor != "" {
		r.Next = withQuery(jobPath(j.ID), r.chosen("cursor", *page.NextCursor)) + "#records"
	}
}

// chosen returns what is asked for as the parameters of a page's address, with others
// in names and values.
func (r *jobResults) chosen(more ...string) url.Values {
	q := url.Values{"outcome": {r.Outcome}, "code": {r.Code}, "pointer": {r.Pointer}, "id": {r.ID}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

// apiQuery turns the parameters of a page's address into those of the API.
func apiQuery(page url.Values) url.Values {
	q := url.Values{}
	for _, name := range []string{"outcome", "code", "id"} {
		if text := page.Get(name); text != "" {
			q.Set(name, text)
		}
	}
	if pointer := pointerOf(page.Get("pointer")); pointer != nil {
		q.Set("pointer", *pointer)
	}
	return q
}

// resultsTarget is the call for results. The pointer may be given and empty.
func resultsTarget(id string, query url.Values) string {
	return target(nil, "v1", "jobs", id, "results") + "?" + query.Encode()
}

// sentenceOfError says what is wrong with a call, in sentences.
func sentenceOfError(err error) string {
	var p *web.Problem
	if !errors.As(err, &p) {
		return "This could not be read. Load the page again."
	}
	if len(p.Errors) > 0 {
		return p.Errors[0].Detail
	}
	return p.Detail
}

// tabsOf lists the outcomes that records have, with their counts; of a job that goes on
// also those that they may get.
func tabsOf(j client.Job, here string) []resultTab {
	tabs := []resultTab{{Word: "all", Count: deref64(j.Counts.Matched), Known: j.Counts.Matched != nil, Path: jobPath(j.ID) + "#records", Here: here == ""}}
	for _, o := range words.Outcomes {
		n := words.CountOf(j.Counts, o)
		if n == 0 && here != o && j.Done {
			continue
		}
		path := withQuery(jobPath(j.ID), url.Values{"outcome": {o}}) + "#records"
		tabs = append(tabs, resultTab{Word: words.OutcomeOf(j, o), Class: outcomeClasses[o], Count: n, Known: n > 0, Path: path, Here: here == o})
	}
	return tabs
}

// reasonOptions lists the codes and the fields that the job's summary has.
func reasonOptions(summary []client.ErrorSummary, r *jobResults) (codes, pointers []choice) {
	byCode, byPointer := map[string]string{}, map[string]string{}
	for _, e := range summary {
		byCode[e.Code] = e.Title
		byPointer[pointerParam(e.Pointer)] = e.Pointer
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		codes = append(codes, choice{code, byCode[code], code == r.Code})
	}
	for _, param := range slices.Sorted(maps.Keys(byPointer)) {
		word := byPointer[param]
		if word == "" {
			word = "the record as a whole"
		}
		pointers = append(pointers, choice{param, word, param == r.Pointer})
	}
	return codes, pointers
}

// rowOf shows a result.
func rowOf(r client.Result, j client.Job, may JobRights) resultRow {
	row := resultRow{ID: r.ID.String(), Outcome: words.OutcomeOf(j, r.Outcome), Class: outcomeClasses[r.Outcome], At: r.At}
	row.Line = r.Line
	if may.Values && row.ID != "" {
		row.Path = recordPath(j.Model, row.ID)
	}
	if may.Values {
		row.Gone = r.Outcome == client.OutcomeUpdated && r.Changed == nil
	}
	row.Changes = changesOf(r.Changed)
	row.explain(r.Error)
	row.Conflict = conflictOf(r.Conflict)
	return row
}

// explain says why a record was not updated. What the code says already is not said
// again.
func (r *resultRow) explain(e *client.RecordError) {
	if e == nil {
		return
	}
	r.Reason, _ = words.Reason(e.Code)
	shown := *e
	if strings.TrimSuffix(shown.Detail, ".") == r.Reason {
		shown.Detail = ""
	}
	r.Error = &shown
}

// conflictOf shows a conflict, in the order of the fields' names.
func conflictOf(c map[string]client.Conflict) (list []conflictedField) {
	for _, field := range slices.Sorted(maps.Keys(c)) {
		list = append(list, conflictedField{field, shownValueOf(c[field].Wrote), shownValueOf(c[field].Now), shownValueOf(c[field].Former)})
	}
	return list
}

// JobResults answers with the results that the page's address asks for as a file.
func (d *Dashboard) JobResults(v *Visit) error {
	id := v.Request.PathValue("job")
	if _, err := v.job(id); err != nil {
		return d.noJob(v, err)
	}
	types := map[string]string{"": web.TypeCSV, "csv": web.TypeCSV, "ndjson": web.TypeNDJSON}
	accept, ok := types[v.query("format")]
	if !ok {
		return web.NewProblem("invalid_request", "The format is csv or ndjson.")
	}
	v.Forward(Call{Method: v.Request.Method, Target: resultsTarget(id, apiQuery(v.Request.URL.Query())), Header: map[string]string{"Accept": accept}})
	return nil
}
