package dashboard

import (
	"fmt"
	"net/http"
	"net/url"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// AskUndo asks before a job is undone. It says how many customers get their former
// values, and which are left alone and why.
func (d *Dashboard) AskUndo(v *Visit) error { return d.askUndo(v, v.query("preview"), "") }

// UndoJob undoes the job of the path, if what was confirmed is still so.
func (d *Dashboard) UndoJob(v *Visit) error {
	id, preview := v.Request.PathValue("job"), v.Form.Get("preview")
	if v.Form.Get("compute") != "" {
		return d.startPreview(v, id, "undo", nil, url.Values{})
	}
	f, err := v.foresee(id, "undo", preview, nil)
	if err != nil {
		return d.acted(v, id, err)
	}
	ask := func(wrong string) error { return d.askUndo(v, preview, wrong) }
	if f.raw == nil {
		return ask("What would happen could not be found out at once, so nothing was done.")
	}
	p := previewOf(f.raw, "", JobRights{}).Undo
	if wrong := d.disagrees(v, f, undoSeen(p), p.WouldRestore); wrong != "" {
		return ask(wrong)
	}
	a, err := v.Send(http.MethodPost, target(nil, "v1", "jobs", id, "undo"), nil, nil)
	return d.followed(v, a, err, ask)
}

// undoSeen are the numbers that a form confirms.
func undoSeen(p *client.UndoPreview) string {
	return fmt.Sprint(p.Matched, " ", p.WouldRestore, " ", p.Conflicted, " ", p.Skipped)
}

func (d *Dashboard) askUndo(v *Visit, preview, wrong string) error {
	j, err := v.job(v.Request.PathValue("job"))
	if err != nil {
		return d.noJob(v, err)
	}
	view := viewOf(j.Job, JobRightsOf(v.Key), d.now())
	if !view.Allows("undo") {
		return d.showJob(v, notAllowed(view, "undone"))
	}
	q := jobQuestion{Title: v.sentenceOf(j.Job), View: view, Filter: v.filterOf(j.Job)}
	q.confirmation = confirmation{Title: "Undo this job?", Action: view.Path + "/undo", Back: view.Path, Wrong: wrong}
	f, err := v.foreseeFirst(j.ID, "undo", preview, nil)
	if err != nil {
		return d.acted(v, j.ID, err)
	}
	q.foresee(f, nil)
	q.Preview = previewOf(f.raw, j.Model, view.May)
	if q.Preview != nil {
		q.undo(j.Job, preview)
		v.nameConflicts(q.Preview, j.ID)
	}
	return d.askJob(v, q)
}

// undo asks about an undo whose preview is known.
func (q *jobQuestion) undo(j client.Job, preview string) {
	p := q.Preview.Undo
	line := "This undoes " + words.Number(p.WouldRestore) + " of " + words.Plural(deref64(j.Counts.Matched), "customer")
	switch {
	case p.Conflicted == 1:
		line += "; 1 was edited since and will be left alone"
	case p.Conflicted > 1:
		line += "; " + words.Number(p.Conflicted) + " were edited since and will be left alone"
	}
	if p.Skipped > 0 {
		line += "; " + words.Number(p.Skipped) + " no longer exist"
	}
	q.Lines = []string{line + ".", "Each customer gets back the values that it had before the job. Fields that the job did not change stay as they are."}
	q.Hidden = []hidden{{"seen", undoSeen(p)}, {"preview", preview}}
	q.Number, q.Button = p.WouldRestore, "Undo "+words.Plural(p.WouldRestore, "customer")
	q.Nothing = p.WouldRestore == 0
}

// nameConflicts says of the first conflicts of an undo whose change each was.
func (v *Visit) nameConflicts(p *jobPreview, undone string) {
	r := v.conflictReader(p.Model, undone)
	for i, c := range p.Undo.Conflicts {
		met := &p.Conflicts[i]
		met.laterChange = r.change(met.ID, met.Fields, c.By, nil)
	}
}
