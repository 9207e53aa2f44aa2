package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// PreviewFile answers with the page as it was filled in, and what will happen beside it.
func (d *Dashboard) PreviewFile(v *Visit) error {
	file, m, err := v.fileOf()
	if err != nil {
		return err
	}
	return d.fileAgain(v, http.StatusOK, file, m, fileFormOf(v.Form, file), "")
}

// SubmitFile submits the update whose preview the visitor has seen, and leads to its
// job. What keeps it from that is shown on the page.
func (d *Dashboard) SubmitFile(v *Visit) error {
	file, m, err := v.fileOf()
	if err != nil {
		return err
	}
	f := fileFormOf(v.Form, file)
	request, faults := f.request(file)
	again := func(why string) error {
		v.Once, f.Follow = "", "" // what follows is another call
		return d.fileAgain(v, http.StatusUnprocessableEntity, file, m, f, why)
	}
	switch {
	case faults.Any():
		return again("")
	case f.Token == "":
		return again("See first what will happen. Then run the update.")
	case !v.typed(f.Matched):
		return again("The number that was typed is not the number of rows. Nothing was changed.")
	}
	request.Options.ConfirmToken = f.Token
	var j client.Job
	_, err = v.Send(http.MethodPost, "/v1/jobs", request, &j)
	var problem *web.Problem
	switch {
	case err == nil:
		return v.redirect(jobPath(j.ID))
	case errors.As(err, &problem) && problem.Code == "confirm_token_invalid":
		return again("The preview is too old, or the form has changed since. Nothing was changed. This is what will happen now.")
	case errors.As(err, &problem):
		what := &composePreview{Model: m.Name, FilePath: file.Path()}
		if !what.Faults.take(problem, f.placing(file)) {
			what.Problem = problem.Detail
		}
		problem.SetHeaders(v.Header())
		return d.filed(v, problem.Status, file, m, f, what)
	}
	return err
}

// fileAgain answers with a new preview, and says why the update was not submitted, if
// somebody tried.
func (d *Dashboard) fileAgain(v *Visit, status int, file shownFile, m *fileModel, f *fileForm, why string) error {
	what, err := f.preview(v, file, m)
	if err != nil {
		return err
	}
	what.Stale = why
	return d.filed(v, status, file, m, f, what)
}

// preview says what the update would do.
func (f *fileForm) preview(v *Visit, file shownFile, m *fileModel) (*composePreview, error) {
	p := &composePreview{Model: m.Name, FilePath: file.Path(), Values: v.may(auth.CustomersRead)}
	request, faults := f.request(file)
	if p.Faults = faults; faults.Any() {
		return p, nil
	}
	var err error
	if f.Follow != "" {
		err = p.follow(v, f.Follow)
	} else {
		request.Options.DryRun = true
		err = p.dryRun(v, request)
	}
	var problem *web.Problem
	if errors.As(err, &problem) {
		if !p.Faults.take(problem, f.placing(file)) {
			p.Problem = problem.Detail
		}
		err = nil
	}
	if p.show(); p.Preview != nil {
		p.Sentence = f.sentence(file, m, request)
	}
	return p, err
}

// sentence says in words what the update is.
func (f *fileForm) sentence(file shownFile, m *fileModel, r fileRequest) words.Sentence {
	columns, _ := json.Marshal(r.Columns) // texts can always be encoded
	request := client.Request{File: &client.FileName{ID: file.ID, Name: file.Name}, Match: r.Match, Columns: columns}
	return words.Job(client.Job{Kind: "file", Model: m.Name, Request: request}, m.known, nil)
}
