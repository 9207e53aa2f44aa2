package dashboard

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A jobQuestion is a page that asks before something is done to a job.
type jobQuestion struct {
	confirmation
	Title  sentence // what the job does
	View   jobView
	Filter sentence // which customers it selected, in words; nil where that is not at hand

	Preview *jobPreview // what would happen, nil if that is not known
	At      *time.Time  // when the preview was made, nil for just now
	Working *client.Job // the job that makes the preview, until it has ended
	Slow    string      // the preview takes too long for a page: what to do, "" otherwise
	Later   string      // the path of the page with the preview, which takes a moment; "" otherwise
	Nothing bool        // there is nothing to confirm
	Choice  *choiceLink // another way to do it, nil for none
	Open    string      // the path of a job that is in the way, "" for none
}

// Question is the title of the page.
func (q jobQuestion) Question() string { return q.confirmation.Title }

// WorkingState is the state of the job that makes the preview.
func (q jobQuestion) WorkingState() shownState { return stateOf(*q.Working) }

// A choiceLink leads to the same question with another choice.
type choiceLink struct{ Path, Word string }

// askJob answers with a page that asks.
func (d *Dashboard) askJob(v *Visit, q jobQuestion) error {
	status := http.StatusOK
	if q.Wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	f := d.visited(v, q.confirmation.Title, JobsPath, q)
	f.Styles, f.Scripts = []string{"job.css"}, []string{"later.js"}
	if q.Working != nil && v.Request.Method == http.MethodGet {
		f.Every = 2
	}
	return show(v, status, "jobconfirm", f)
}

// A foresight is what a retry or an undo would do, and how that was found out.
type foresight struct {
	raw     json.RawMessage
	at      *time.Time  // nil for just now
	working *client.Job // the job that finds it out and has not ended
	slow    bool        // it takes too long for an answer at once
	later   string      // the path of the page that waits for it, "" where there is no need
}

// foresee computes what an action on a job would do. With a key it is taken from the
// preview that was asked for with that key in the background: the API knows whether
// that was the same question.
func (v *Visit) foresee(id, action, key string, body map[string]any) (f foresight, err error) {
	var header []string
	if key != "" {
		header = []string{"Prefer", "respond-async", "Idempotency-Key", key}
	}
	a, err := v.dryRun(id, action, body, header...)
	var p *web.Problem
	switch {
	case errors.As(err, &p) && p.Code == "query_timeout":
		return foresight{slow: true}, nil
	case err != nil:
		return f, err
	case a.Status == http.StatusAccepted:
		return madeBy(a)
	}
	return foresight{raw: a.Body}, nil
}

// foreseeFirst is foresee for a page that does not wait long, unless it was asked to.
func (v *Visit) foreseeFirst(id, action, key string, body map[string]any) (f foresight, err error) {
	if key != "" { // the answer is there, or a job makes it
		return v.foresee(id, action, key, body)
	}
	later := v.first(func() bool {
		f, err = v.foresee(id, action, key, body)
		return f.slow
	})
	if later != "" {
		f = foresight{later: later}
	}
	return f, err
}

// madeBy takes a preview from the job that makes it.
func madeBy(a Answer) (f foresight, err error) {
	var j fullJob
	err = json.Unmarshal(a.Body, &j)
	switch {
	case err != nil:
		return f, err
	case !j.Done:
		return foresight{working: &j.Job}, nil
	case len(j.Preview) == 0 || string(j.Preview) == "null":
		return f, web.NewProblem("invalid_request", "The preview has ended without a result. Ask for it again.")
	}
	return foresight{raw: j.Preview, at: j.FinishedAt}, nil
}

// dryRun asks what an action would do. It never has the idempotency key of the form,
// which is for the action itself.
func (v *Visit) dryRun(id, action string, body map[string]any, header ...string) (Answer, error) {
	asked := map[string]any{"dryRun": true}
	for name, value := range body {
		asked[name] = value
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return Answer{}, err
	}
	c := Call{Method: http.MethodPost, Target: target(nil, "v1", "jobs", id, action), Body: text, Header: map[string]string{"Content-Type": web.TypeJSON}}
	for i := 0; i < len(header); i += 2 {
		c.Header[header[i]] = header[i+1]
	}
	return v.do(c, nil)
}

// startPreview makes a job that finds out what an action would do, and leads back to
// the question, which waits for it.
func (d *Dashboard) startPreview(v *Visit, id, action string, body map[string]any, query url.Values) error {
	key := v.Once
	if key == "" {
		key = rand.Text()
	}
	if _, err := v.foresee(id, action, key, body); err != nil {
		return d.acted(v, id, err)
	}
	query.Set("preview", key)
	return v.redirect(withQuery(jobPath(id)+"/"+action, query))
}

// previewTooOld is how old a preview may be that is confirmed.
const previewTooOld = 15 * time.Minute

// The sentences for a form that was not what it confirms any more.
const (
	numbersChanged = "The numbers have changed since you looked, so nothing was done. These are the new ones."
	wrongNumber    = "The number that you typed is not the one below, so nothing was done."
	tooOld         = "The preview is older than 15 minutes, so nothing was done. Make a new one."
)

// disagrees says why a form does not confirm what would be done, "" if it does. seen
// are the numbers that would be confirmed, n the one that is typed.
func (d *Dashboard) disagrees(v *Visit, f foresight, seen string, n int64) string {
	switch {
	case f.at != nil && d.now().Sub(*f.at) > previewTooOld:
		return tooOld
	case v.Form.Get("seen") != seen:
		return numbersChanged
	case !v.typed(n):
		return wrongNumber
	}
	return ""
}

// followed leads to the job that an action made, or shows the question again, with why
// there is none.
func (d *Dashboard) followed(v *Visit, a Answer, err error, ask func(wrong string) error) error {
	var p *web.Problem
	if errors.As(err, &p) && p.Status < http.StatusInternalServerError {
		return ask("Nothing was done. " + sentenceOfError(p))
	}
	if err != nil {
		return err
	}
	var j client.Job
	if err := json.Unmarshal(a.Body, &j); err != nil {
		return err
	}
	return v.redirect(jobPath(j.ID))
}
