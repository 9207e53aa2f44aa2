package api

import (
	"cmp"
	"errors"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// An about is what a problem says of a job, as members of the document, and
// what vendors' answers need to know of a problem.
type about struct {
	JobID          string       `json:"jobId,omitempty"`
	State          job.State    `json:"state,omitempty"`
	AllowedActions []job.Action `json:"allowedActions,omitzero"`
	Counts         *countsJSON  `json:"counts,omitempty"`

	holder string // id of the record that has the unique value already
	// translated: the pointers of the faults are where the caller sent them;
	// see [format.pointer].
	translated bool
}

// aboutOf returns what a problem says of a job; the zero about for nothing.
func aboutOf(p *web.Problem) about {
	a, _ := p.Extension.(about)
	return a
}

// problemOf returns the answer to an error; no other place makes one. known is
// false for an unexpected error, whose text is not for callers.
func problemOf(err error) (p *web.Problem, known bool) {
	var state *job.StateError
	var unique *job.UniqueError
	var open *job.RetryOpenError
	var faults model.Faults
	switch {
	case errors.As(err, &p):
		return p, true
	case errors.As(err, &state):
		return stateProblem(state), true
	case errors.As(err, &open):
		return openRetryProblem(open), true
	case errors.As(err, &unique):
		return uniqueProblem(unique.Field), true
	case errors.As(err, &faults) && len(faults) > 0:
		var list web.Faults
		addAll(&list, web.InBody, faults, func(pointer string) string { return pointer })
		return web.InvalidFor(list), true
	}
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return c.make(), true
		}
	}
	return web.NewProblem("internal", "The request could not be completed. The request id helps us to find out why."), false
}

// causes lists the answers to the sentinel errors of package job.
var causes = []struct {
	err  error
	make func() *web.Problem
}{
	{job.ErrNotFound, func() *web.Problem { return web.NewProblem("not_found", "There is nothing with this id.") }},
	{job.ErrGone, func() *web.Problem {
		return web.NewProblem("job_gone", "The job was kept for its time and has been removed.")
	}},
	{job.ErrOtherVersion, func() *web.Problem {
		return web.NewProblem("precondition_failed", "The record has another version than If-Match says. Read it again.")
	}},
	{job.ErrExists, func() *web.Problem { return web.NewProblem("exists", "Something with this name exists already.") }},
	{job.ErrKeyReused, func() *web.Problem {
		return web.NewProblem("idempotency_key_reused", "This Idempotency-Key has been used for another request.")
	}},
	{job.ErrUnavailable, func() *web.Problem {
		return web.NewProblem("unavailable", "The database cannot answer at the moment. Please try again.").Set("Retry-After", "1")
	}},
	{job.ErrQueryTimeout, func() *web.Problem {
		return web.NewProblem("query_timeout", "The query took longer than it may. Narrow the filter, leave out count, or try again later.").
			Set("Retry-After", "5")
	}},
	{job.ErrTooManyJobs, func() *web.Problem {
		return web.NewProblem("too_many_jobs", "The workspace has as many open jobs as it may have. Wait for some to end, or cancel some.").
			Set("Retry-After", "5")
	}},
	{job.ErrTooManyFiles, func() *web.Problem {
		return web.NewProblem("too_many_files", "The files of the workspace take as much space as they may (10 GiB). Delete some that no job needs; the others go by themselves.").
			Set("Retry-After", "60")
	}},
	{job.ErrFileInUse, func() *web.Problem {
		return web.NewProblem("file_in_use", "A job needs the file. It is deleted by itself once the job's former values are.")
	}},
	{job.ErrTooManyChoices, func() *web.Problem {
		return web.NewProblem("too_many_options", "A drop-down of the workspace may have at most 1,000 added options, each of at most 200 characters. Choose one that there is.")
	}},
	{job.ErrBraked, func() *web.Problem {
		return web.NewProblem("brake", "No import runs while the brake is on. GET /v1/brake says why, and since when.").Set("Retry-After", "60")
	}},
	{job.ErrStorageFull, func() *web.Problem {
		return web.NewProblem("storage_full", "The database is out of disk space, so nothing can be stored.")
	}},
	{job.ErrOtherModel, func() *web.Problem {
		return web.NewProblem("model_gone", "The job's model is not loaded here any more, so its records cannot be read.")
	}},
	{job.ErrNoWebhook, func() *web.Problem {
		return web.NewProblem("no_webhook", "The job was made without the option webhook, so there is nothing to deliver.")
	}},
	{job.ErrBadCursor, func() *web.Problem {
		return web.Invalid(web.Fault{Pointer: "?cursor", Code: "invalid_cursor", Detail: "The cursor is not one that this list gave.", In: web.InQuery})
	}},
}

// stateProblem returns the answer to an action that a job's state does not
// allow.
func stateProblem(e *job.StateError) *web.Problem {
	allowed := "no action"
	if len(e.Allowed) > 0 {
		names := make([]string, len(e.Allowed))
		for i, a := range e.Allowed {
			names[i] = string(a)
		}
		allowed = strings.Join(names, ", ")
	}
	p := web.NewProblem(cmp.Or(e.Code, "action_not_allowed"), strings.TrimSpace(e.Reason+" The job is "+string(e.State)+", which allows: "+allowed+"."))
	p.Extension = about{State: e.State, AllowedActions: append([]job.Action{}, e.Allowed...)}
	return p
}

// openRetryProblem returns the answer to a retry while another retry of the
// same job has not ended.
func openRetryProblem(e *job.RetryOpenError) *web.Problem {
	p := web.NewProblem("retry_open", "The job "+e.JobID+" retries the same records and has not ended. Wait for its end or cancel it, and retry what remains then.")
	p.Extension = about{JobID: e.JobID}
	return p
}

// uniqueProblem returns the answer to a unique value that another record has.
func uniqueProblem(field string) *web.Problem {
	p := web.NewProblem("unique", "Another record has this value of "+field+" already.")
	p.Errors = []web.Fault{web.BodyFault(model.PointerTo("", field), "unique", "The value is already taken.")}
	return p
}
