package dashboard

import (
	"net/url"

	"bulkpatch/client"
)

// JobRows answers with the rows of a file job as a file: as they came, with what became
// of each.
func (d *Dashboard) JobRows(v *Visit) error {
	id := v.Request.PathValue("job")
	if _, err := v.job(id); err != nil {
		return d.noJob(v, err)
	}
	v.Forward(Call{Method: v.Request.Method, Target: target(url.Values{"outcome": {v.query("outcome")}}, "v1", "jobs", id, "rows")})
	return nil
}

// wrongRows are the outcomes of rows that somebody may want to correct.
const wrongRows = client.OutcomeFailed + "," + client.OutcomeConflicted

// FailedRows is the path of the download of the rows that failed, "" if there are none,
// or the visitor may not see them, or they have been removed with the former values.
func (v jobView) FailedRows() string {
	kept := v.Undo.Until == nil || v.Now.Before(*v.Undo.Until)
	if v.Request.File == nil || v.Kind == "preview" || !v.May.Values || !v.Done || !kept || v.Counts.Failed+v.Counts.Conflicted == 0 {
		return ""
	}
	return withQuery(v.Path+"/rows", url.Values{"outcome": {wrongRows}})
}

// SendAgain is the page that takes those rows once they are corrected, "" for who may
// send none.
func (v jobView) SendAgain() string {
	if v.FailedRows() == "" || !v.May.Submit {
		return ""
	}
	return withQuery(FilesPath, url.Values{"like": {v.ID}})
}
