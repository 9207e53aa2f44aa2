package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// listJobs lists jobs. A key without jobs:read is given those that it made.
func (s *server) listJobs(c *call) error {
	in := c.input()
	q := s.jobQuery(in)
	if err := in.err(); err != nil {
		return err
	}
	var page job.Page
	if s.ownJobs(c, &q) {
		var err error
		if page, err = s.Store.Jobs(c.ctx(), c.workspace(), q); err != nil {
			return err
		}
	}
	items := make([]jobJSON, len(page.Items))
	for i, j := range page.Items {
		if err := s.addToken(c, &j); err != nil {
			return err
		}
		items[i] = jobOf(j.Short())
	}
	return c.answer(http.StatusOK, listOf(items, page.NextCursor))
}

// countJobs counts the jobs that listJobs lists for the caller with a query, on all
// pages. It stops at most where that is not 0.
func (s *server) countJobs(ctx context.Context, c *call, query url.Values, most int64) (int64, error) {
	in := &input{query: query, takes: func(string) bool { return true }} // the list says which there are not
	q := s.jobQuery(in)
	if err := in.err(); err != nil || !s.ownJobs(c, &q) {
		return 0, err
	}
	return s.Store.CountJobs(ctx, c.workspace(), q, most)
}

// ownJobs narrows a list to the jobs that the caller may see. ok is false where
// these are none.
func (s *server) ownJobs(c *call, q *job.Query) (ok bool) {
	if c.key.Has(auth.JobsRead) {
		return true
	}
	own := c.key.Actor()
	if q.CreatedBy != "" && q.CreatedBy != own {
		return false
	}
	q.CreatedBy = own
	if q.Since.Before(c.key.CreatedAt) {
		q.Since = c.key.CreatedAt // an older key may have had the same name
	}
	return true
}

// jobQuery reads the conditions of a list of jobs.
func (s *server) jobQuery(in *input) (q job.Query) {
	q.States = oneOrMore(in, "state", job.States)
	q.Kinds = oneOrMore(in, "kind", job.Kinds)
	if text, ok := in.param("model"); ok {
		if _, known := s.Models.Model(text); !known {
			in.failParam("model", "unknown_model", "No model of this name is loaded.")
		}
		q.Model = text
	}
	var given bool
	if q.CreatedBy, given = in.param("createdBy"); given && q.CreatedBy == "" {
		in.failParam("createdBy", "type", "Name who made the jobs as createdBy has it, such as key:ops.")
	}
	q.Since, q.Until = in.instant("since"), in.instant("until")
	q.Words = in.words("note")
	q.IDPrefix = in.idPrefix("id")
	q.Limit, q.Cursor = in.page()
	return q
}

// idPrefix reads the id of a job, or its beginning.
func (in *input) idPrefix(name string) string {
	text, ok := in.param(name)
	if !ok {
		return ""
	}
	prefix := strings.ToLower(text)
	if len(prefix) < job.MinIDPrefix || !beginsUUID(prefix) {
		in.failParam(name, "format", "Give the id of a job, or at least its first 8 characters.")
	}
	return prefix
}

// beginsUUID reports whether a text is a UUID in lower case, or the beginning of one.
func beginsUUID(text string) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(text) > len(form) {
		return false
	}
	for i := range len(text) {
		isDash := text[i] == '-'
		if isDash != (form[i] == '-') || !isDash && !strings.ContainsRune("0123456789abcdef", rune(text[i])) {
			return false
		}
	}
	return true
}

// oneOrMore reads one or more of the allowed words, separated by commas. It returns
// nil, which means all, if the parameter is not given.
func oneOrMore[T ~string](in *input, name string, allowed []T) []T {
	text, ok := in.param(name)
	if !ok {
		return nil
	}
	var some []T
	for word := range strings.SplitSeq(text, ",") {
		w := T(strings.TrimSpace(word))
		switch {
		case !slices.Contains(allowed, w):
			in.failParam(name, "enum", oneOf(allowed))
			return nil
		case !slices.Contains(some, w):
			some = append(some, w)
		}
	}
	slices.Sort(some)
	return some
}

// instant reads a time, zero where there is none.
func (in *input) instant(name string) time.Time {
	text, ok := in.param(name)
	if !ok {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		in.failParam(name, "format", "This must be a time as RFC 3339 has it, such as 2026-01-31T12:00:00Z. Write the + of an offset as %2B.")
	}
	return t.UTC()
}

// words reads the beginnings of words for which notes are searched.
func (in *input) words(name string) []string {
	text, ok := in.param(name)
	if !ok {
		return nil
	}
	words := job.Words(text)
	if len(words) == 0 || utf8.RuneCountInString(text) > job.MaxNote {
		in.failParam(name, "type", "Give the beginnings of one or more words, in at most 500 characters.")
	}
	return words
}
