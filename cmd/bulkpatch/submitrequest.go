package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"bulkpatch/client"
)

// fromStandardInput reports whether the value of a flag is read from there.
func fromStandardInput(text string) bool { return text == "-" || text == "@-" }

// maxSource is how long a filter or a patch may be. The server has a limit of its own,
// of at most as much.
const maxSource = 16 << 20

// source returns the JSON of a flag, which may name a file or standard input.
func (a *app) source(flag, text string) (json.RawMessage, error) {
	raw, err := a.text(flag, text)
	if err == nil && !json.Valid(raw) {
		err = &usageError{[]string{flag + " is not valid JSON" + syntaxError(raw)}, submitHelp}
	}
	return raw, err
}

// text returns the value of a flag, or the file that it names with @, or standard
// input for -.
func (a *app) text(flag, value string) ([]byte, error) {
	name, isFile := strings.CutPrefix(value, "@")
	if !isFile && value != "-" {
		return []byte(value), nil
	}
	raw, err := a.read(name)
	switch {
	case err != nil:
		return nil, &flagError{flag, err}
	case len(raw) > maxSource:
		return nil, &usageError{[]string{flag + " is longer than 16 MiB"}, submitHelp}
	}
	return raw, nil
}

// read reads a file, or standard input if its name is -, up to one byte more than is
// allowed.
func (a *app) read(name string) ([]byte, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, maxSource+1))
}

// Run submits the job, or shows what it would do.
func (c *submitCommand) Run(a *app, s settings) error {
	t, err := connect(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	if c.File != "" {
		return c.sendFile(a, s, t, client.Submission{Model: c.Model, Options: c.options})
	}
	submission, from, err := c.submission(a, t)
	if err != nil {
		return err
	}
	_, err = c.send(a, s, t, submission)
	return from.of(err)
}

// submission makes the request of the flags, and says where its parts came from.
func (c *submitCommand) submission(a *app, t *target) (s client.Submission, from places, err error) {
	chosen := "--filter"
	if len(c.conditions) > 0 {
		chosen = "--where"
	}
	s = client.Submission{Model: c.Model, Options: c.options, IdempotencyKey: c.IdempotencyKey}
	from = places{
		{client.InBody, "/model", "MODEL"}, {client.InBody, "/id", "--id"}, {client.InHeader, "Idempotency-Key", "--idempotency-key"},
		{client.InBody, "/patch", "--patch"}, {client.InBody, "/compute", "--compute"}, {client.InFilter, "", chosen}, {client.InBody, "/filter", chosen},
	}
	var types fieldTypes
	if len(c.conditions)+len(c.changes) > 0 {
		if types, err = modelTypes(a, t, c.Model); err != nil {
			return s, nil, err
		}
	}
	switch {
	case c.ID != "":
		s.ID = c.ID
	case len(c.conditions) > 0:
		filter, more := filterOf(c.conditions, types)
		s.Filter, from = filter, append(from, more...)
	default:
		s.Filter, err = a.source("--filter", c.Filter)
	}
	more, wrong := c.takeChange(a, types, &s)
	return s, append(from, more...), errors.Join(err, wrong)
}

// takeChange adds the patch and the operators of the flags to a submission, and returns
// where the parts of the patch came from.
func (c *submitCommand) takeChange(a *app, types fieldTypes, s *client.Submission) (from places, err error) {
	var wrong error
	if c.Compute != "" {
		s.Compute, wrong = a.source("--compute", c.Compute)
	}
	switch {
	case len(c.changes) > 0:
		s.Patch, from, err = patchOf(c.changes, types)
	case c.Patch != "" || c.Compute == "":
		s.Patch, err = a.source("--patch", c.Patch)
	}
	return from, errors.Join(err, wrong)
}

// modelTypes reads the types of a model's fields.
func modelTypes(a *app, t *target, name string) (fieldTypes, error) {
	m, err := t.Model(a.ctx, name)
	if client.HasCode(err, client.CodeModelNotFound) {
		return nil, noModel(a, t, name)
	}
	if err != nil {
		return nil, err
	}
	return typesOf(m)
}

// noModel says which models there are.
func noModel(a *app, t *target, name string) error {
	var names []string
	for m, err := range t.Models(a.ctx) {
		if err != nil {
			return err
		}
		names = append(names, m.Name)
	}
	return &refusedError{fmt.Sprintf("there is no model %s; there are: %s", visible(name), strings.Join(names, ", "))}
}

// send submits the job, once it is confirmed where it has to be. done: there is a job, or
// the preview that was asked for.
func (c *submitCommand) send(a *app, s settings, t *target, submission client.Submission) (done bool, err error) {
	if c.DryRun || c.ID == "" && !c.Yes {
		p, err := t.PreviewSubmission(a.ctx, submission)
		switch {
		case err != nil:
			return false, c.refused(a, t, err)
		case c.DryRun:
			return true, a.tellPreview(s, p)
		}
		if err := c.confirm(a, p, &submission.Options); err != nil {
			return false, err
		}
	}
	j, err := t.Submit(a.ctx, submission)
	if err != nil {
		return false, c.refused(a, t, err)
	}
	return true, a.accepted(s, t, j, c.Wait)
}

// refused says which models there are, if the server refused the model alone.
func (c *submitCommand) refused(a *app, t *target, err error) error {
	var answer *client.Error
	if errors.As(err, &answer) && len(answer.Faults) == 1 && answer.Faults[0].Code == client.CodeUnknownModel {
		return noModel(a, t, c.Model)
	}
	return err
}

// confirm asks whether to change as many customers as a preview shows, and makes sure
// that the job changes what was confirmed: those customers, or no more than need no
// confirmation.
func (c *submitCommand) confirm(a *app, p client.Preview, o *client.Options) error {
	switch {
	case p.Guard != "":
		previewWords(a.err, p)
		return errSaid
	case p.Matched > confirmAbove:
		o.ConfirmToken = cmp.Or(o.ConfirmToken, p.ConfirmToken)
		return a.ask(submitHelp, p.Matched, "Change", func() { previewWords(a.err, p) })
	case o.ExpectedCount == nil && (o.MaxAffected == nil || *o.MaxAffected > confirmAbove):
		o.MaxAffected = new(int64(confirmAbove))
	}
	return nil
}
