package api

import (
	"net/http"
	"slices"
	"time"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// vendorFormat is the format of a vendor's surface.
type vendorFormat struct {
	*server
	surface *compat.Surface
}

func (f vendorFormat) keyForm() keyForm {
	if f.surface.BareKey {
		return bareAllowed
	}
	return schemeRequired
}

func (f vendorFormat) pointer(native string) string { return f.surface.Pointer(native) }

func (vendorFormat) noSuchID() error { return errInvalidID }

// vendorWait is how long a vendor's single-record call waits for its job.
const vendorWait = 10 * time.Second

// prefer makes the call wait for the job of a single record. A vendor's caller
// expects the record in the answer, and knows nothing of jobs unless the Prefer
// header says so.
func (vendorFormat) prefer(u *update) {
	p := &u.prefer
	if p.Async {
		p.Wait = 0
	} else if p.Wait == 0 && u.single {
		p.Wait = vendorWait
	}
}

func (vendorFormat) nameJob(h http.Header, j job.Job) { h.Set("Job-Id", j.ID) }

// pending answers a bulk update at once with the id of its job, and a single
// one only where the caller asked for that.
func (f vendorFormat) pending(c *call, u *update, j job.Job) error {
	if u.bulk() || u.prefer.Async {
		return f.ended(c, u, j)
	}
	return f.answerPending(c, j)
}

// ended answers with the id of the job.
func (vendorFormat) ended(c *call, u *update, j job.Job) error {
	status := http.StatusOK
	if u.prefer.Async {
		status = http.StatusAccepted
	}
	return c.answer(status, vendorJobJSON{j.ID})
}

// A vendorJobJSON is the answer to a vendor's call that is done by a job.
type vendorJobJSON struct {
	JobID string `json:"jobId"`
}

func (f vendorFormat) record(c *call, status int, rec model.Record) error {
	return c.answer(status, f.surface.One(c.request, f.surface.Shown(rec, c.secrets(), nil)))
}

// fail answers with the vendor's own document for errors, or with a problem
// document where that cannot be rendered.
func (f vendorFormat) fail(c *call, p *web.Problem) {
	if id := aboutOf(p).JobID; id != "" {
		c.w.Header().Set("Job-Id", id)
	}
	status := p.Status
	line := p.Render(func(p *web.Problem) ([]byte, error) {
		var body any
		status, body = f.surface.Fail(f.problem(c, p))
		return web.JSONLine(body)
	})
	if line == nil {
		p.Write(c.w)
		return
	}
	p.Send(c.w, web.TypeJSON, status, line)
}

// problem returns a problem under the vendor's names.
func (f vendorFormat) problem(c *call, p *web.Problem) compat.Problem {
	out := compat.Problem{
		Status: p.Status, Code: p.Code, Title: p.Title, Detail: p.Detail, Holder: aboutOf(p).holder,
		Faults: p.Errors, Further: p.MoreErrors, Model: f.surface.Model, ID: requestID(c.ctx()),
	}
	if aboutOf(p).translated {
		return out
	}
	out.Faults = slices.Clone(p.Errors)
	for i, fault := range out.Faults {
		if fault.In == web.InBody {
			out.Faults[i].Pointer = f.pointer(fault.Pointer)
		}
	}
	return out
}
