package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An Error is an answer with a status of 400 or above. Where the server sent a
// problem document (RFC 9457), the fields hold its content. Use [errors.As] to get
// it from an error, or [HasCode] and [HasStatus] to check it.
type Error struct {
	Status int     // HTTP status of the answer
	Code   string  // stable code for programs, such as [CodeInvalidRequest]; "" if the answer was no problem document
	Title  string  // the problem in a few words, the same for each problem with the code
	Detail string  // the problem in a sentence for people
	Faults []Fault // the first 100 faults of an invalid input
	More   int     // number of faults beyond those

	// What a refused action says of the job: with the code [CodeActionNotAllowed] its
	// state and what that allows, with [CodeRetryOpen] the open retry, with [CodeJobGone]
	// the final state and counts of the expired job. Otherwise they are zero.
	JobID          string
	State          string
	AllowedActions []string
	Counts         *Counts

	RequestID  string          // names the call in the server's logs and audit entries; "" if the answer was not bulkpatch's
	RetryAfter time.Duration   // the value of the Retry-After header, or 0
	Body       json.RawMessage // the whole problem document; nil if there was none

	hasRetryAfter bool
}

// ErrForeign is returned for an answer with a status below 400 that is not from
// bulkpatch but from another server, or from a proxy that sends a page of its own.
var ErrForeign = errors.New("the answer is not bulkpatch's")

// Where a [Fault] is.
const (
	InBody   = "body"
	InFilter = "filter" // its pointer leads into the filter, wherever that was given
	InQuery  = "query"  // its pointer is ? and the name of the parameter
	InHeader = "header" // its pointer is the name of the header
)

// A Fault is one error in an input.
type Fault struct {
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) to the value, "" for the whole input
	Code    string `json:"code"`    // stable code for programs, such as [FaultType]
	Detail  string `json:"detail"`  // the error in a sentence for people
	In      string `json:"in"`      // where the value is, such as [InBody]
}

// Error returns the detail and all faults in one line.
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

// HasCode reports whether err is or wraps an [*Error] with this code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// HasFault reports whether err is or wraps an [*Error] that names a fault with this
// code.
func HasFault(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && slices.ContainsFunc(e.Faults, func(f Fault) bool { return f.Code == code })
}

// HasStatus reports whether err is or wraps an [*Error] with this HTTP status.
func HasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// readError turns an answer into an [*Error] and closes its body. Of an answer that
// is not JSON, such as the page of a proxy, it keeps only the status.
func readError(resp *http.Response) *Error {
	defer resp.Body.Close()
	e := &Error{Status: resp.StatusCode, RequestID: resp.Header.Get("X-Request-Id")}
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

		JobID          string   `json:"jobId"`
		State          string   `json:"state"`
		AllowedActions []string `json:"allowedActions"`
		Counts         *Counts  `json:"counts"`
	}
	e.Body = body
	if json.Unmarshal(body, &problem) == nil {
		e.Code, e.Title, e.Detail, e.Faults = problem.Code, problem.Title, problem.Detail, problem.Errors
		e.More = problem.More
		e.JobID, e.State, e.AllowedActions, e.Counts = problem.JobID, problem.State, problem.AllowedActions, problem.Counts
	}
	return e
}
