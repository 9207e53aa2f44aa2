package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A goneJob is what is known of a job that has expired or that there never was.
type goneJob struct {
	Title  string
	ID     string
	Detail string
	Known  bool // the state and the counts are known
	jobView
}

// noJob answers with why there is no page about a job: none has the id, or the job has
// expired. Of an expired one it shows how it ended. Other errors are returned.
func (d *Dashboard) noJob(v *Visit, err error) error {
	var p *web.Problem
	if !errors.As(err, &p) || p.Code != "job_not_found" && p.Code != "job_gone" {
		return err
	}
	id := v.Request.PathValue("job")
	page := goneJob{Title: "There is no such job", ID: id, Detail: "No job of your workspace has this id, or it is one that your key may not see. Look for it in the list of jobs."}
	if p.Code == "job_gone" {
		page.Title, page.Detail = "This job has expired", "A job and its results are kept for a time and then removed. This is how it ended."
		page.jobView, page.Known = v.remains(id, d)
	}
	f := d.visited(v, page.Title, JobsPath, page)
	f.Styles = []string{"job.css"}
	return show(v, p.Status, "jobgone", f)
}

// remains reads what is kept of an expired job.
func (v *Visit) remains(id string, d *Dashboard) (jobView, bool) {
	a := v.API(Call{Method: http.MethodGet, Target: target(nil, "v1", "jobs", id)})
	var kept struct {
		JobID  string        `json:"jobId"`
		State  string        `json:"state"`
		Counts client.Counts `json:"counts"`
	}
	if json.Unmarshal(a.Body, &kept) != nil || kept.State == "" {
		return jobView{}, false
	}
	j := client.Job{ID: kept.JobID, State: kept.State, Done: true, Counts: kept.Counts}
	return viewOf(j, JobRights{}, d.now()), true
}

// Counted counts the outcomes without paths, because there are no results any more.
func (g goneJob) Counted() []outcomeCount {
	list := g.Legend()
	for i := range list {
		list[i].Path = ""
	}
	return list
}
