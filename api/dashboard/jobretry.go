package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A retryChoice is which records of a job are retried.
type retryChoice struct {
	code    string  // "" for all remaining ones
	pointer *string // nil for any
	skipped bool    // also those that no longer match the filter
	preview string  // the key with which a preview in the background was asked for, "" for none
}

func retryChoiceOf(get func(string) string) retryChoice {
	return retryChoice{get("code"), pointerOf(get("pointer")), get("skipped") != "", get("preview")}
}

// body is the choice as the API takes it.
func (c retryChoice) body() map[string]any {
	body := map[string]any{}
	if c.code != "" {
		body["codes"] = []string{c.code}
	}
	if c.code != "" && c.pointer != nil {
		body["pointers"] = []string{*c.pointer}
	}
	if c.skipped {
		body["onMismatch"] = "force"
	}
	return body
}

// query is the choice as a page's address has it, without the preview.
func (c retryChoice) query() url.Values {
	q := url.Values{"code": {c.code}}
	if c.pointer != nil {
		q.Set("pointer", pointerParam(*c.pointer))
	}
	if c.skipped {
		q.Set("skipped", "1")
	}
	return q
}

// hidden is the choice as fields of a form.
func (c retryChoice) hidden(seen string) []hidden {
	fields := []hidden{{"seen", seen}, {"preview", c.preview}}
	for name, values := range c.query() {
		fields = append(fields, hidden{name, values[0]})
	}
	return fields
}

// AskRetry asks before the remaining records of a job are retried, or those of one
// group. It says what would happen to them now.
func (d *Dashboard) AskRetry(v *Visit) error { return d.askRetry(v, retryChoiceOf(v.query), "") }

// RetryJob retries what was confirmed, if that is still the same.
func (d *Dashboard) RetryJob(v *Visit) error {
	id, c := v.Request.PathValue("job"), retryChoiceOf(v.Form.Get)
	if v.Form.Get("compute") != "" {
		return d.startPreview(v, id, "retry", c.body(), c.query())
	}
	f, err := v.foresee(id, "retry", c.preview, c.body())
	if err != nil {
		return d.acted(v, id, err)
	}
	ask := func(wrong string) error { return d.askRetry(v, c, wrong) }
	if f.raw == nil {
		return ask("What would happen could not be found out at once, so nothing was done.")
	}
	p := previewOf(f.raw, "", JobRights{}).Retry
	if wrong := d.disagrees(v, f, retrySeen(p), p.WouldChange); wrong != "" {
		return ask(wrong)
	}
	a, err := v.Send(http.MethodPost, target(nil, "v1", "jobs", id, "retry"), c.body(), nil)
	return d.followed(v, a, err, ask)
}

// uniqueCode is the reason of failures because of a value that must be unique.
const uniqueCode = "unique"

// takesUnique reports whether the retry is of failures because of a value that another
// customer has. A preview does not look for those.
func (c retryChoice) takesUnique(j client.Job) bool {
	failed := slices.ContainsFunc(j.ErrorSummary, func(e client.ErrorSummary) bool { return e.Code == uniqueCode })
	return c.code == uniqueCode || c.code == "" && failed
}

// retrySeen are the numbers that a form confirms.
func retrySeen(p *client.Preview) string {
	return fmt.Sprint(p.Matched, " ", p.WouldChange, " ", p.Unchanged, " ", p.WouldFail, " ", p.WouldSkip)
}

func (d *Dashboard) askRetry(v *Visit, c retryChoice, wrong string) error {
	j, err := v.job(v.Request.PathValue("job"))
	if err != nil {
		return d.noJob(v, err)
	}
	view := viewOf(j.Job, JobRightsOf(v.Key), d.now())
	if !view.Allows("retry") {
		return d.showJob(v, notAllowed(view, "retried"))
	}
	q := jobQuestion{Title: v.sentenceOf(j.Job), View: view, Filter: v.filterOf(j.Job)}
	q.confirmation = confirmation{Title: "Retry this job?", Action: view.Path + "/retry", Back: view.Path, Wrong: wrong}
	if c.code != "" {
		q.confirmation.Title = "Retry these customers?"
	}
	q.Open = v.openRetry(j.Job)
	f, err := v.foreseeFirst(j.ID, "retry", c.preview, c.body())
	if err != nil {
		return d.acted(v, j.ID, err)
	}
	q.foresee(f, c.hidden(""))
	q.Preview = previewOf(f.raw, j.Model, view.May)
	if q.Preview != nil {
		q.retry(j.Job, c)
	}
	if c.code == "" && j.Counts.Skipped > 0 {
		q.Choice = skippedChoice(view, c, j.Counts.Skipped)
	}
	return d.askJob(v, q)
}

// retry asks about a retry whose preview is known.
func (q *jobQuestion) retry(j client.Job, c retryChoice) {
	p := q.Preview.Retry
	line := "This retries " + words.Number(p.Matched) + " of " + words.Plural(deref64(j.Counts.Matched), "customer") + ": " + words.Number(p.WouldChange) + " would change"
	for _, other := range []struct {
		n     int64
		words string
	}{{p.Unchanged, "are right already"}, {p.WouldFail, "would fail again"}, {p.WouldSkip, "would be skipped"}} {
		if other.n > 0 {
			line += ", " + words.Number(other.n) + " " + other.words
		}
	}
	q.Lines = []string{line + "."}
	if c.code != "" {
		title, _ := words.Reason(c.code)
		line := "Only those with this reason: " + words.Lowered(title)
		if c.pointer != nil && *c.pointer != "" {
			line += ", in " + *c.pointer
		}
		q.Lines = append(q.Lines, line+".")
	}
	if c.takesUnique(j) {
		q.Lines = append(q.Lines, "Whether a value that must be unique is still taken can only be known when the retry runs.")
	}
	if url := webhookURL(j); url != "" {
		q.Lines = append(q.Lines, "When the retry ends, it calls the webhook of this job: "+words.Isolated(url)+".")
	}
	if c.skipped {
		q.Warning = "Customers that no longer match the filter are changed, too."
	}
	q.Hidden, q.Number = c.hidden(retrySeen(p)), p.WouldChange
	q.Button = "Retry " + words.Plural(p.Matched, "customer")
	q.Nothing = p.Matched == 0
	if q.Nothing {
		q.Lines = []string{"Nothing is left to retry: a later retry has done it, or no customer has this reason any more."}
	}
}

// skippedChoice leads to the same question with the skipped records, or without them.
func skippedChoice(v jobView, c retryChoice, skipped int64) *choiceLink {
	q := c.query()
	if c.skipped {
		q.Del("skipped")
		return &choiceLink{withQuery(v.Path+"/retry", q), "Leave the skipped ones out"}
	}
	q.Set("skipped", "1")
	return &choiceLink{withQuery(v.Path+"/retry", q), "Include the skipped ones (" + words.Number(skipped) + ")"}
}

// openRetry returns the path of a retry of a job that has not ended, "" for none.
func (v *Visit) openRetry(j client.Job) string {
	if len(j.RetriedBy) == 0 {
		return ""
	}
	last, err := v.job(j.RetriedBy[len(j.RetriedBy)-1])
	if err != nil || last.Done {
		return ""
	}
	return jobPath(last.ID)
}

// foresee adds what is known of a preview that is not there.
func (q *jobQuestion) foresee(f foresight, fields []hidden) {
	q.At, q.Working, q.Later = f.at, f.working, f.later
	if f.slow {
		q.Slow = "It takes long to find out what would happen. A preview can be made in the background; nothing is changed by it."
		q.Button, q.Hidden = "Find out", append(fields, hidden{"compute", "1"})
	}
}
