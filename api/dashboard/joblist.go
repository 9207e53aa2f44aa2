package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// Sizes of the list, and how often it is read again, in seconds.
const (
	jobsPerPage = 50
	openEvery   = 3  // while a job is shown that has not ended
	stillEvery  = 10 // otherwise
)

// maxParents is how many jobs are read to name what others undo.
const maxParents = 10

// A jobListPage is the list of jobs.
type jobListPage struct {
	Filter jobFilter
	Models []choice
	Wrong  []string // what is wrong with the filter, sentences
	Later  string   // the path of the page with the jobs, which take a moment; "" otherwise
	Rows   []jobRow
	Count  jobCount
	First  bool   // it is the first page
	Older  string // the path of the next page, "" for none
	Newer  string // the path of the first page, "" on it
	// NoID is set where nothing has the id that was searched for, and the notes were
	// searched instead.
	NoID    string
	OwnOnly bool   // the key sees only the jobs that it made
	Caller  string // the key as jobs name it
	Base    string // the address of the API, for an example
	Example string // a request for a preview
}

// Blank reports whether there is no job to list, although nothing is left out besides
// what is by default.
func (p jobListPage) Blank() bool {
	return len(p.Rows) == 0 && p.First && !p.Filter.Narrowed() && len(p.Wrong) == 0
}

// jobsAnswer is a page of jobs as the API answers it.
type jobsAnswer struct {
	Items      []client.Job `json:"items"`
	NextCursor *string      `json:"nextCursor"`
}

// jobsTarget is the call that lists jobs.
func jobsTarget(q url.Values, limit int, cursor string) string {
	q.Set("limit", strconv.Itoa(limit))
	q.Set("cursor", cursor)
	return target(q, "v1", "jobs")
}

// Jobs answers with the list of jobs.
func (d *Dashboard) Jobs(v *Visit) error {
	page := jobListPage{
		Filter: jobFilterOf(v), First: v.query("cursor") == "", OwnOnly: !v.may(auth.JobsRead), Caller: v.Key.Actor(), Base: v.base(),
	}
	models, err := v.models()
	if err != nil {
		return err
	}
	page.Models = page.Filter.modelChoices(models)
	page.Example = exampleOf(models)
	status := http.StatusOK
	if err := d.fillFirst(v, &page, models); err != nil {
		var p *web.Problem
		if !errors.As(err, &p) || p.Status != http.StatusBadRequest {
			return err
		}
		page.Wrong, status = faultsOf(p), p.Status
	}
	f := d.visited(v, "Jobs", JobsPath, page)
	f.Every, f.Scripts, f.Styles = stillEvery, []string{"jobs.js", "later.js"}, []string{"jobs.css"}
	if slices.ContainsFunc(page.Rows, func(r jobRow) bool { return !r.Done }) {
		f.Every = openEvery
	}
	if len(page.Wrong) > 0 {
		f.Every = 0
	}
	return show(v, status, "jobs", f)
}

// exampleOf returns a request for the preview of an update: one that works where the
// model desk is loaded, which all examples are about.
func exampleOf(models []client.Model) string {
	if slices.ContainsFunc(models, func(m client.Model) bool { return m.Name == "desk" }) {
		return `{"model": "desk", "filter": {"state": "active"}, "patch": {"jobTitle": "Lead"}, "options": {"dryRun": true}}`
	}
	return `{"model": "MODEL", "filter": {"FIELD": "VALUE"}, "patch": {"FIELD": "VALUE"}, "options": {"dryRun": true}}`
}

// fillFirst is fill for a page that does not wait long, unless it was asked to.
func (d *Dashboard) fillFirst(v *Visit, page *jobListPage, models []client.Model) (err error) {
	page.Later = v.first(func() bool {
		err = d.fill(v, page, models)
		return tookTooLong(err)
	})
	if page.Later != "" {
		return nil
	}
	return err
}

// fill reads the jobs of the page. What was searched for as an id, and is not one, is
// searched for in the notes.
func (d *Dashboard) fill(v *Visit, page *jobListPage, models []client.Model) error {
	query, wrong := page.Filter.apiQuery(d.now())
	if len(wrong) > 0 {
		return &web.Problem{Status: http.StatusBadRequest, Errors: asFaults(wrong)}
	}
	cursor := v.query("cursor")
	var answer jobsAnswer
	if err := v.Get(jobsTarget(query, jobsPerPage, cursor), &answer); err != nil {
		return err
	}
	if len(answer.Items) == 0 && cursor == "" && query.Get("id") != "" {
		page.NoID, page.Filter = page.Filter.Q, page.Filter.asWords()
		query, _ = page.Filter.apiQuery(d.now())
		if err := v.Get(jobsTarget(query, jobsPerPage, ""), &answer); err != nil {
			return err
		}
	}
	page.Rows = v.rows(answer.Items, models)
	if !page.OwnOnly {
		for i := range page.Rows {
			f := jobFilter{CreatedBy: page.Rows[i].CreatedBy}
			page.Rows[i].Who = f.path()
		}
	}
	if !page.First {
		page.Newer = page.Filter.path()
	}
	if answer.NextCursor != nil {
		page.Older = page.Filter.path("cursor", *answer.NextCursor)
	}
	page.Count = d.count(v, page, query)
	return nil
}

// rows shows jobs in a list. The list of models has no choices of fields, so each model
// of the jobs that is loaded is read by itself.
func (v *Visit) rows(jobs []client.Job, models []client.Model) []jobRow {
	known := map[string]words.Choices{}
	for _, m := range models {
		if slices.ContainsFunc(jobs, func(j client.Job) bool { return j.Model == m.Name }) {
			known[m.Name] = v.choicesOf(m.Name)
		}
	}
	parents := v.parents(jobs)
	rows := make([]jobRow, len(jobs))
	for i, j := range jobs {
		var parent *client.Job
		if j.Undo.UndoOf != nil {
			parent = parents[*j.Undo.UndoOf]
		}
		rows[i] = jobRowOf(j, known[j.Model], parent)
	}
	return rows
}

// parents reads the jobs that others of a list undo, as far as that is few.
func (v *Visit) parents(jobs []client.Job) map[string]*client.Job {
	found := map[string]*client.Job{}
	for i := range jobs {
		found[jobs[i].ID] = &jobs[i]
	}
	reads := 0
	for _, j := range jobs {
		of := j.Undo.UndoOf
		if of == nil || found[*of] != nil || reads == maxParents {
			continue
		}
		reads++
		var parent client.Job
		err := v.Get(target(nil, "v1", "jobs", *of), &parent)
		var p *web.Problem
		switch {
		case err == nil:
			found[*of] = &parent
		case errors.As(err, &p) && p.Status < http.StatusInternalServerError:
			// It has expired, or is not for this key: its id names it.
		default:
			return found // the list does not wait for names
		}
	}
	return found
}

// faultNames are the fields of the form by the pointers of faults.
var faultNames = map[string]string{"?state": "State", "?kind": "Kind", "?model": "Model", "?createdBy": "Who", "?note": "Search", "?id": "Search", "?cursor": "Page"}

// faultsOf lists what is wrong with a request, in sentences.
func faultsOf(p *web.Problem) (list []string) {
	for _, f := range p.Errors {
		said := f.Detail
		if name := faultNames[f.Pointer]; name != "" {
			said = name + ": " + words.Lowered(said)
		}
		list = append(list, said)
	}
	if len(list) == 0 {
		list = []string{p.Detail}
	}
	return list
}

func asFaults(sentences []string) (list []web.Fault) {
	for _, s := range sentences {
		list = append(list, web.Fault{Detail: s})
	}
	return list
}
