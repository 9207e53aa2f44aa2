package api

import (
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
)

// causes are the answers to the sentinels of package job.
var causes = []struct {
	err  error
	make func() *problem
}{
	{job.ErrNotFound, func() *problem { return newProblem("not_found", "There is nothing with this id.") }},
	{job.ErrGone, func() *problem { return newProblem("job_gone", "The job was kept for its time and has been removed.") }},
	{job.ErrExists, func() *problem { return newProblem("exists", "Something with this name exists already.") }},
	{job.ErrKeyReused, func() *problem {
		return newProblem("idempotency_key_reused", "This Idempotency-Key has been used for another request.")
	}},
	{job.ErrUnavailable, func() *problem {
		return newProblem("unavailable", "The database cannot answer at the moment. Please try again.").set("Retry-After", "1")
	}},
	{job.ErrQueryTimeout, func() *problem {
		return newProblem("query_timeout", "The query took longer than it may. Narrow the filter, leave out count, or try again later.").
			set("Retry-After", "5")
	}},
	{job.ErrTooManyJobs, func() *problem {
		return newProblem("too_many_jobs", "The workspace has as many open jobs as it may have. Wait for some to end, or cancel some.").
			set("Retry-After", "5")
	}},
	{job.ErrTooManyOptions, func() *problem {
		return newProblem("too_many_options", "A drop-down of the workspace may have at most 1,000 added options, each of at most 200 characters. Choose one that there is.")
	}},
	{job.ErrStorageFull, func() *problem {
		return newProblem("storage_full", "The database is out of disk space, so nothing can be stored.")
	}},
	{job.ErrOtherModel, func() *problem {
		return newProblem("model_gone", "The job's model is not loaded here any more, so its records cannot be read.")
	}},
	{job.ErrBadCursor, func() *problem {
		return invalid(fault{Pointer: "?cursor", Code: "invalid_cursor", Detail: "The cursor is not one that this list gave.", In: inQuery})
	}},
}

// stateProblem answers an action that a job's state does not allow.
func stateProblem(e *job.StateError) *problem {
	allowed := "no action"
	if len(e.Allowed) > 0 {
		names := make([]string, len(e.Allowed))
		for i, a := range e.Allowed {
			names[i] = string(a)
		}
		allowed = strings.Join(names, ", ")
	}
	p := newProblem("action_not_allowed", strings.TrimSpace(e.Reason+" The job is "+string(e.State)+", which allows: "+allowed+"."))
	p.State = e.State
	p.AllowedActions = append([]job.Action{}, e.Allowed...)
	return p
}

// openRetryProblem answers a retry that comes while another one is at work on
// what is left.
func openRetryProblem(e *job.RetryOpenError) *problem {
	p := newProblem("retry_open", "The job "+e.JobID+" retries the same records and has not ended. Wait for its end or cancel it, and retry what is left then.")
	p.JobID = e.JobID
	return p
}

// uniqueProblem answers a value that another record holds.
func uniqueProblem(field string) *problem {
	p := newProblem("unique", "Another record has this value of "+field+" already.")
	p.Errors = []fault{bodyFault(model.PointerTo("", field), "unique", "The value is already taken.")}
	return p
}
