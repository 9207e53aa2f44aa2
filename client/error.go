package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// An Error is an answer of 400 or above: a problem document (RFC 9457) where
// the server sent one. Ask for it with [errors.As], or for its code with
// [HasCode].
type Error struct {
	Status int    // of the answer
	Code   string // stable, for programs; "" when the answer was no problem document
	Title  string
	Detail string  // a sentence for people
	Faults []Fault // the first 100 faults of a bad input
	More   int     // faults beyond those

	RetryAfter time.Duration   // what the server asked for, or 0
	Body       json.RawMessage // the whole document, with what else it says; nil when it was none

	hasRetryAfter bool
}

// ErrForeign says that what answered a call, with a status below 400, is not
// bulkpatch: another server, or a proxy that sends a page of its own.
var ErrForeign = errors.New("the answer is not bulkpatch's")

// A Fault is one thing wrong with an input.
type Fault struct {
	Pointer string `json:"pointer"` // RFC 6901 into the input, "" for the whole
	Code    string `json:"code"`
	Detail  string `json:"detail"`
}

// Error is the detail and every fault, in one line.
func (e *Error) Error() string {
	text := e.Detail
	if text == "" {
		text = e.Title
	}
	if text == "" {
		text = fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
	}
	parts := make([]string, 0, len(e.Faults))
	for _, f := range e.Faults {
		if f.Pointer == "" {
			parts = append(parts, f.Detail)
			continue
		}
		parts = append(parts, f.Pointer+": "+f.Detail)
	}
	if len(parts) == 0 {
		return text
	}
	if e.More > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", e.More))
	}
	return text + " (" + strings.Join(parts, "; ") + ")"
}

// HasCode reports whether err is or wraps an [*Error] with the code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// HasStatus reports whether err is or wraps an [*Error] with the status.
func HasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// readError turns an answer into an [*Error] and closes its body. What a
// proxy in between says in another form is kept out: only the status counts.
func readError(resp *http.Response) *Error {
	defer resp.Body.Close()
	e := &Error{Status: resp.StatusCode}
	e.RetryAfter, e.hasRetryAfter = retryAfter(resp.Header, time.Now())
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil || !strings.Contains(resp.Header.Get("Content-Type"), "json") || !json.Valid(body) {
		return e
	}
	var problem struct {
		Code   string  `json:"code"`
		Title  string  `json:"title"`
		Detail string  `json:"detail"`
		Errors []Fault `json:"errors"`
		More   int     `json:"moreErrors"`
	}
	e.Body = body
	if json.Unmarshal(body, &problem) == nil {
		e.Code, e.Title, e.Detail, e.Faults = problem.Code, problem.Title, problem.Detail, problem.Errors
		e.More = problem.More
	}
	return e
}
