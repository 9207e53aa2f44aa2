package dashboard

import (
	"net/http"
	"net/url"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A historyEntry is one job that changed the customer.
type historyEntry struct {
	historyJob
	At      time.Time
	Changes []changedField
	Gone    bool // the former values are no longer kept
}

// A historyJob is a job as the page of a customer names it.
type historyJob struct {
	ID    string
	Path  string         // "" where the visitor may not see the job, or it is not kept any more
	By    string         // who made it, "" where that is not known
	Words words.Sentence // what it did, nil where that is not known
}

// A recordHistory is a page of the API's answer about the jobs that changed a customer,
// newest first.
type recordHistory struct {
	Items []struct {
		JobID   string                   `json:"jobId"`
		At      time.Time                `json:"at"`
		Changed map[string]client.Change `json:"changed"`
	} `json:"items"`
	NextCursor string `json:"nextCursor"`
}

// readHistory reads which jobs changed the customer.
func (p *recordPage) readHistory(v *Visit) error {
	cursor := v.query("cursor")
	var some recordHistory
	q := url.Values{"limit": {historyAPage}, "cursor": {cursor}}
	if err := v.Get(target(q, "v1", p.Model.Name, "customers", p.ID, "history"), &some); err != nil {
		return err
	}
	known := map[string]historyJob{}
	for _, item := range some.Items {
		e := historyEntry{historyJob: v.historyJob(p.Model, known, item.JobID), At: item.At, Changes: changesOf(item.Changed), Gone: item.Changed == nil}
		for i := range e.Changes {
			c := &e.Changes[i]
			c.From.Text, _ = beginningOf(c.From.Text, cellLength)
			c.To.Text, _ = beginningOf(c.To.Text, cellLength)
		}
		p.History = append(p.History, e)
	}
	if some.NextCursor != "" {
		p.Older = withQuery(p.Path(), url.Values{"cursor": {some.NextCursor}}) + "#history"
	}
	if cursor != "" {
		p.Newest = p.Path() + "#history"
	}
	if id := p.lastJob(); id != "" {
		last := v.historyJob(p.Model, known, id)
		p.LastJob = &last
	}
	return nil
}

// historyJob names a job, with what the visitor may know of it.
func (v *Visit) historyJob(m *customerModel, known map[string]historyJob, id string) historyJob {
	if h, ok := known[id]; ok {
		return h
	}
	h := historyJob{ID: id}
	j, status := v.pastJob(id)
	switch status {
	case http.StatusOK:
		h.By, h.Words, h.Path = j.CreatedBy, v.sentenceWith(j, m.choices), jobPath(id)
	case http.StatusGone:
		h.Path = jobPath(id) // it says what is left of the job
	}
	known[id] = h
	return h
}

// pastJob reads a job, which may have expired, or be one that the visitor may not see;
// the status says so.
func (v *Visit) pastJob(id string) (j client.Job, status int) {
	a, err := v.do(Call{Method: http.MethodGet, Target: target(nil, "v1", "jobs", id)}, &j)
	if err != nil {
		return client.Job{}, a.Status
	}
	return j, http.StatusOK
}
