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

// An Error is an answer with a status of 400 or above. Where the server sent a
// problem document (RFC 9457), the fields hold its content. Use [errors.As] to get
// it from an error, or [HasCode] and [HasStatus] to check it.
type Error struct {
	Status int     // HTTP status of the answer
	Code   string  // stable code for programs; "" if the answer was no problem document
	Title  string  // the problem in a few words, the same for each problem with the code
	Detail string  // the problem in a sentence for people
	Faults []Fault // the first 100 faults of an invalid input
	More   int     // number of faults beyond those

	RetryAfter time.Duration   // the value of the Retry-After header, or 0
	Body       json.RawMessage // the whole problem document; nil if there was none

	hasRetryAfter bool
}

// ErrForeign is returned for an answer with a status below 400 that is not from
// bulkpatch but from another server, or from a proxy that sends a page of its own.
var ErrForeign = errors.New("the answer is not bulkpatch's")

// A Fault is one error in an input.
type Fault struct {
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) to the value, "" for the whole input
	Code    string `json:"code"`    // stable code for programs
	Detail  string `json:"detail"`  // the error in a sentence for people
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

// HasStatus reports whether err is or wraps an [*Error] with this HTTP status.
func HasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// readError turns an answer into an [*Error] and closes its body. Of an answer that
// is not JSON, such as the page of a proxy, it keeps only the status.
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
