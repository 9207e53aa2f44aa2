package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// JobRights are what decides which parts of a job's page a key is offered.
type JobRights struct {
	Act    bool // pause, resume, cancel and throttle
	Redo   bool // retry and undo
	Submit bool // a new update
	Values bool // see customers
}

// JobRightsOf returns the rights of a key.
func JobRightsOf(k auth.Key) JobRights {
	return JobRights{
		Act: k.Has(auth.JobsWrite), Redo: k.Has(auth.JobsWrite) && k.Has(auth.CustomersWrite),
		Submit: k.Has(auth.CustomersWrite), Values: k.Has(auth.CustomersRead),
	}
}

// A jobPage is the page about one job.
type jobPage struct {
	jobView
	Title   words.Sentence
	Note    string   // why an action was refused, a sentence; "" for none
	Plot    plotView // without points there is nothing to draw
	Results *jobResults
	Request jobRequest
	Preview *jobPreview // of a preview that has ended
	Webhook *jobWebhook // nil for a job that calls nobody when it ends
}

// Job answers with the page about a job.
func (d *Dashboard) Job(v *Visit) error { return d.showJob(v, nil) }

// showJob answers with the page about the job of the visit's path. It says why an
// action was refused, unless that is nil.
func (d *Dashboard) showJob(v *Visit, refused *web.Problem) error {
	j, err := v.job(v.Request.PathValue("job"))
	if err != nil {
		return d.noJob(v, err)
	}
	page := jobPage{jobView: viewOf(j.Job, JobRightsOf(v.Key), d.now()), Preview: previewOf(j.Preview, j.Model, JobRightsOf(v.Key))}
	page.Title = v.sentenceOf(j.Job)
	status := http.StatusOK
	if refused != nil {
		status, page.Note = refused.Status, refused.Detail
	}
	if page.Plots() {
		page.Plot = plotOf(d.pace(v.Request.Context(), v.Key.Workspace, j.ID))
	}
	page.Results = v.results(j.Job)
	page.Request, page.Webhook = v.requestOf(j.Job), d.webhookOf(v, j.Job)
	f := d.visited(v, page.Title.String(), JobsPath, page)
	f.Styles, f.Scripts = []string{"uplot.css", "job.css"}, []string{"plot.js"}
	if refused == nil { // the page of a form cannot be read again
		f.Every = page.Webhook.every()
		if !j.Done {
			f.Events = jobPath(j.ID) + "/live"
		}
	}
	return show(v, status, "job", f)
}

// A fullJob is a job as the API answers it. Its preview is one of two kinds.
type fullJob struct {
	client.Job
	Preview json.RawMessage `json:"preview"`
}

// job reads a job.
func (v *Visit) job(id string) (j fullJob, err error) {
	err = v.Get(target(nil, "v1", "jobs", id), &j)
	return j, err
}

// sentenceOf says what a job does, in the words of its model. A job that follows from
// another is described by that one, if it can still be read.
func (v *Visit) sentenceOf(j client.Job) words.Sentence {
	return v.sentenceWith(j, v.choicesOf(j.Model))
}

// sentenceWith says what a job does in words of a model that are known.
func (v *Visit) sentenceWith(j client.Job, known words.Choices) words.Sentence {
	if of := parentOf(j); of != "" {
		if parent, err := v.job(of); err == nil {
			return words.Job(j, known, &parent.Job)
		}
	}
	return words.Job(j, known, nil)
}

// parentOf returns the id of the job that a job undoes or retries, "" for none.
func parentOf(j client.Job) string {
	switch {
	case j.Undo.UndoOf != nil:
		return *j.Undo.UndoOf
	case j.RetryOf != nil:
		return *j.RetryOf
	}
	return ""
}

// A jobView is what changes of a job while its page is open. It follows from the job,
// the rights and the time alone.
type jobView struct {
	client.Job
	May   JobRights
	Now   time.Time
	Path  string // of the page
	Waits jobWaiting
}

// viewOf returns the view of a job.
func viewOf(j client.Job, may JobRights, now time.Time) jobView {
	return jobView{Job: j, May: may, Now: now, Path: jobPath(j.ID), Waits: waitsFor(j)}
}

// shortJobID is how much of an id is shown. It begins with the time in milliseconds, and
// fewer characters would be the same for all jobs of a minute.
const shortJobID = 13

// shortID is enough of a job's id for people.
func shortID(id string) string { return id[:min(len(id), shortJobID)] }

// ShortID is enough of the id for people.
func (v jobView) ShortID() string { return shortID(v.ID) }

// Plots reports whether there is a rate to draw.
func (v jobView) Plots() bool { return v.Kind != "preview" && v.Kind != "single" }

// Why is the note, "" for none.
func (v jobView) Why() string {
	if v.Note == nil {
		return ""
	}
	return *v.Note
}

// Shown is the state.
func (v jobView) Shown() shownState { return stateOf(v.Job) }

// Bar is the bar of the outcomes.
func (v jobView) Bar() []segment { return barOf(v.Counts) }

// Legend counts the outcomes.
func (v jobView) Legend() []outcomeCount { return legendOf(v.Job) }

// Allows reports whether both the job and the key allow an action now.
func (v jobView) Allows(action string) bool {
	may := v.May.Act
	if action == "retry" || action == "undo" {
		may = v.May.Redo
	}
	return may && slices.Contains(v.AllowedActions, action)
}

// Throttles reports whether the speed of the job can be changed.
func (v jobView) Throttles() bool {
	return v.May.Act && !v.Done && v.Kind != "single" && v.Kind != "preview"
}

// maxAgain bounds the path of a new update that begins with this job's request.
const maxAgain = 16 << 10

// Again is the path of a new update with the same request, "" if there is none.
func (v jobView) Again() string {
	r := v.Request
	if !v.May.Submit || r.RequestBytes > 0 || noValue(r.Patch) && noValue(r.Compute) {
		return ""
	}
	filter := string(r.Filter)
	if id, err := json.Marshal(r.ID); err == nil && r.ID != (client.ID{}) {
		filter = `{"id":` + string(id) + `}`
	}
	path := newUpdatePath(v.Model, filter, shareable{string(patchOrNone(r.Patch, r.Compute)), textOrNone(r.Compute)})
	if len(path) > maxAgain {
		return ""
	}
	return path
}

// Customer is the path of the one customer of a single, "" for none.
func (v jobView) Customer() string {
	if !v.May.Values || v.Request.ID == (client.ID{}) {
		return ""
	}
	return recordPath(v.Model, v.Request.ID.String())
}

// A relatedJob is another job that belongs to this one.
type relatedJob struct{ Word, ID, Path string }

// Short is the beginning of the id.
func (r relatedJob) Short() string { return shortID(r.ID) }

// Relatives lists the jobs that belong to this one, the parent first.
func (v jobView) Relatives() (list []relatedJob) {
	add := func(word string, ids ...string) {
		for _, id := range ids {
			list = append(list, relatedJob{word, id, jobPath(id)})
		}
	}
	if v.Undo.UndoOf != nil {
		add("Undo of", *v.Undo.UndoOf)
	}
	if v.RetryOf != nil {
		add("Retry of", *v.RetryOf)
	}
	add("Retried by", v.RetriedBy...)
	if v.Undo.UndoneBy != nil {
		add("Undone by", *v.Undo.UndoneBy)
	}
	return list
}
