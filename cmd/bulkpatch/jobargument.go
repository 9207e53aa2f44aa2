package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"bulkpatch/client"
	"bulkpatch/job"
)

// A jobArgument names a job.
type jobArgument struct {
	Job string `arg:"" name:"job" help:"ID of the job, or at least its first 8 characters."`
}

// jobFlags are what every command on one job takes.
type jobFlags struct {
	jobArgument
	outputFlag
	workspaceFlag
	targetFlags
}

// jobIDForm matches the beginning of a job's id.
var jobIDForm = regexp.MustCompile(`^[0-9a-f]{8}(-?[0-9a-f]*)*$`)

// wholeJobID is how many characters a whole id has.
const wholeJobID = 36

func (f *jobFlags) check(r *reader) {
	f.Job = strings.ToLower(f.Job)
	if f.Job != "" && (len(f.Job) > wholeJobID || !jobIDForm.MatchString(f.Job)) {
		r.faults = append(r.faults, fmt.Sprintf("<job> %q is not the id of a job, nor its first %d characters or more; bulkpatch jobs lists them", f.Job, job.MinIDPrefix))
	}
	r.output(f.outputFlag)
	r.target(f.targetFlags)
	r.customersOf(f.workspaceFlag)
}

// id returns the whole id of the job.
func (f jobArgument) id(ctx context.Context, t *target) (string, error) {
	if len(f.Job) == wholeJobID {
		return f.Job, nil
	}
	var found []string
	for j, err := range t.Jobs(ctx, client.JobQuery{ID: f.Job}) {
		if err != nil {
			return "", err
		}
		if found = append(found, j.ID); len(found) == maxNamed {
			break
		}
	}
	switch len(found) {
	case 0:
		return "", &refusedError{"no job has an id that begins with " + f.Job + "; a job that has expired is found by its whole id"}
	case 1:
		return found[0], nil
	}
	return "", &usageError{[]string{fmt.Sprintf("several jobs have ids that begin with %s: give more of it, as of %s", f.Job, strings.Join(found, ", "))}, "bulkpatch jobs"}
}

// maxNamed is how many jobs are named where one is meant.
const maxNamed = 5

// onJob opens the target, and calls do with the whole id of the job.
func (f jobFlags) onJob(a *app, s settings, do func(*target, string) error) error {
	t, err := connect(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	id, err := f.id(a.ctx, t)
	if err != nil {
		return err
	}
	return do(t, id)
}
