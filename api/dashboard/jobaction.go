package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/client"
)

// PauseJob pauses the job of the path. It can be resumed, so nobody is asked.
func (d *Dashboard) PauseJob(v *Visit) error { return d.actOnJob(v, "pause") }

// ResumeJob resumes the job of the path.
func (d *Dashboard) ResumeJob(v *Visit) error { return d.actOnJob(v, "resume") }

// actOnJob makes a call that acts on the job of the path, and returns to its page.
func (d *Dashboard) actOnJob(v *Visit, action string) error {
	id := v.Request.PathValue("job")
	_, err := v.Send(http.MethodPost, target(nil, "v1", "jobs", id, action), nil, nil)
	return d.acted(v, id, err)
}

// acted returns to the page of a job after an action, or says there why it was refused.
func (d *Dashboard) acted(v *Visit, id string, err error) error {
	var p *web.Problem
	switch {
	case err == nil:
		return v.redirect(jobPath(id))
	case errors.As(err, &p) && p.Status < http.StatusInternalServerError && p.Code != "job_not_found" && p.Code != "job_gone":
		return d.showJob(v, refusal(p))
	case errors.As(err, &p):
		return d.noJob(v, err)
	}
	return err
}

// refusal returns the problem with a detail for people.
func refusal(p *web.Problem) *web.Problem {
	shown := *p
	switch p.Code {
	case "action_not_allowed":
		shown.Detail = "Nothing was done. " + p.Detail
	case "missing_scope":
		shown.Detail = "Nothing was done: your key does not allow this."
	default:
		shown.Detail = "Nothing was done. " + sentenceOfError(p)
	}
	return &shown
}

// ThrottleJob changes or removes the limit of the job of the path.
func (d *Dashboard) ThrottleJob(v *Visit) error {
	id := v.Request.PathValue("job")
	limit, ok := json.RawMessage("null"), true
	if v.Form.Get("remove") == "" {
		limit, ok = rateOf(v.Form.Get("rate"))
	}
	if !ok {
		return d.showJob(v, web.NewProblem("invalid_request", "Nothing was done: give the limit as a number above 0, such as 500."))
	}
	_, err := v.Send(http.MethodPatch, target(nil, "v1", "jobs", id), map[string]any{"recordsPerSecond": limit}, nil)
	return d.acted(v, id, err)
}

// rateOf reads a number as people type it.
func rateOf(text string) (json.RawMessage, bool) {
	text = withoutSeparators(text)
	var n json.Number
	if text == "" || json.Unmarshal([]byte(text), &n) != nil || n == "" {
		return nil, false
	}
	return json.RawMessage(n), true
}

// AskCancel asks before a job is cancelled.
func (d *Dashboard) AskCancel(v *Visit) error {
	j, err := v.job(v.Request.PathValue("job"))
	if err != nil {
		return d.noJob(v, err)
	}
	view := viewOf(j.Job, JobRightsOf(v.Key), d.now())
	if !view.Allows("cancel") {
		return d.showJob(v, notAllowed(view, "cancelled"))
	}
	c := confirmation{
		Title: "Cancel this job?", Lines: []string{cancelLine(j.Counts)}, Action: view.Path + "/cancel", Button: "Cancel the job",
		Danger: true, Back: view.Path,
	}
	if view.Kind != "preview" && view.Kind != "single" {
		c.Lines = append(c.Lines, "It cannot be resumed. What it has changed can be undone, and the rest can be retried.")
	}
	return d.askJob(v, jobQuestion{confirmation: c, Title: v.sentenceOf(j.Job), View: view})
}

// CancelJob cancels the job of the path.
func (d *Dashboard) CancelJob(v *Visit) error { return d.actOnJob(v, "cancel") }

// cancelLine says what a cancelled job leaves.
func cancelLine(c client.Counts) string {
	if c.Matched == nil || c.Pending == nil {
		return "It has not changed any customer yet, and will not change any."
	}
	return words.Number(c.Tried()) + " of " + words.Plural(*c.Matched, "customer") + " are done and stay as they are; " + words.Number(*c.Pending) + " will not be changed."
}

// notAllowed says that a job cannot be acted on, in the past participle of the action.
func notAllowed(v jobView, done string) *web.Problem {
	p := web.NewProblem("action_not_allowed", "Nothing was done: the job is "+v.Shown().Word+" and cannot be "+done+".")
	may := v.May.Act
	if done != "cancelled" {
		may = v.May.Redo
	}
	if !may {
		p = web.NewProblem("missing_scope", "Your key does not allow that this job is "+done+".")
	}
	return p
}
