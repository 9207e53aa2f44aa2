package api

import (
	"errors"
	"net/http"
	"path"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

var errNoJob = web.NewProblem("job_not_found", "No job has this id.")

// visibleJob reads the job of the path if the caller may see it. A key without
// jobs:read sees only the jobs that it made; other jobs do not exist for it.
func (s *server) visibleJob(c *call) (job.Job, error) {
	j, err := s.Store.Job(c.ctx(), c.workspace(), c.r.PathValue("job"))
	return s.checkVisible(c, j, err)
}

// checkVisible takes a job and the error with which it was read, and returns
// what the caller may see of it.
func (s *server) checkVisible(c *call, j job.Job, err error) (job.Job, error) {
	gone := errors.Is(err, job.ErrGone)
	switch {
	case errors.Is(err, job.ErrNotFound):
		return job.Job{}, errNoJob
	case err != nil && !gone:
		return job.Job{}, err
	case !c.sees(j):
		return job.Job{}, errNoJob
	case gone:
		return job.Job{}, goneProblem(j)
	}
	return j, nil
}

// goneProblem returns the answer for an expired job: its final state and counts,
// which its tombstone keeps.
func goneProblem(j job.Job) error {
	p := web.NewProblem("job_gone", "The job was kept for its time and has been removed.")
	if j.State == "" {
		return p
	}
	counts := countsOf(j)
	p.Extension = about{JobID: j.ID, State: j.State, Counts: &counts}
	return p
}

// answerJob sends a job.
func (s *server) answerJob(c *call, status int, j job.Job) error {
	if err := s.addToken(c, &j); err != nil {
		return err
	}
	c.w.Header().Set("ETag", jobTag(j.Revision))
	return c.answer(status, jobOf(j))
}

func (s *server) getJob(c *call) error {
	in := c.input()
	wait := time.Duration(in.number("wait", 0, int(MaxWait/time.Second), 0)) * time.Second
	if err := in.err(); err != nil {
		return err
	}
	tags := c.r.Header.Values("If-None-Match")
	news := func(j job.Job) bool { return j.State.Final() || !web.MatchesTag(tags, jobTag(j.Revision)) }
	read := s.visibleJob
	if wait > 0 && len(tags) > 0 { // without a tag any revision is news
		read = func(c *call) (job.Job, error) { return s.longPoll(c, wait, news) }
	}
	j, err := read(c)
	if err != nil {
		return err
	}
	if c.notModified(jobTag(j.Revision)) {
		return nil
	}
	return s.answerJob(c, http.StatusOK, j)
}

// act pauses, resumes or cancels: the action is the end of the path.
func (s *server) act(c *call) error {
	if err := s.noInput(c); err != nil {
		return err
	}
	action := job.Action(path.Base(c.r.URL.Path))
	j, err := s.Store.Act(c.ctx(), c.caller(), c.r.PathValue("job"), action)
	return s.acted(c, j, err)
}

// acted answers with the job after an action.
func (s *server) acted(c *call, j job.Job, err error) error {
	if err != nil {
		return actionError(j, err)
	}
	return s.answerJob(c, http.StatusOK, j)
}

// actionError returns the answer to an action on a job that failed.
func actionError(j job.Job, err error) error {
	switch {
	case errors.Is(err, job.ErrNotFound):
		return errNoJob
	case errors.Is(err, job.ErrGone):
		return goneProblem(j)
	}
	return err
}

// throttle changes the speed of a job while it runs.
func (s *server) throttle(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	var rate *float64
	if members, ok := in.members(raw, ""); ok {
		value, given := members["recordsPerSecond"]
		delete(members, "recordsPerSecond")
		in.unknownMembers(members, "")
		var o options
		switch {
		case !given:
			in.fail(web.InBody, "/recordsPerSecond", "required", "Give recordsPerSecond as a number, or null to lift the limit.")
		case strings.TrimSpace(string(value)) != "null":
			o.set(in, "recordsPerSecond", value, web.InBody, "/recordsPerSecond")
		}
		rate = o.RecordsPerSecond
	}
	if err := in.err(); err != nil {
		return err
	}
	j, err := s.Store.SetThrottle(c.ctx(), c.caller(), c.r.PathValue("job"), rate)
	return s.acted(c, j, err)
}
