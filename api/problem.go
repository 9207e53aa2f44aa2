package api

import (
	"errors"
	"net/http"
	"strconv"

	"bulkpatch/api/compat"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A fault is one thing wrong with a request, for the native answers and the
// vendors' alike.
type fault = compat.Fault

// Where a fault was found.
const (
	inBody   = compat.InBody
	inFilter = compat.InFilter
	inQuery  = compat.InQuery
	inHeader = compat.InHeader
)

// bodyFault is a fault of the body.
func bodyFault(pointer, code, detail string) fault {
	return fault{Pointer: pointer, Code: code, Detail: detail, In: inBody}
}

// A problem is an error on its way to the caller, as RFC 9457 has it. It is
// an error, so that handlers can return it.
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Code   string  `json:"code"`
	Errors []fault `json:"errors,omitempty"`
	// MoreErrors is how many faults there are beyond those listed.
	MoreErrors int `json:"moreErrors,omitempty"`

	JobID          string       `json:"jobId,omitempty"`
	State          job.State    `json:"state,omitempty"`
	AllowedActions []job.Action `json:"allowedActions,omitzero"`
	Counts         *countsJSON  `json:"counts,omitempty"`

	header http.Header
	holder string // the id of the record that has a unique value; for vendors' answers
	named  bool   // the pointers have the vendor's names already
}

func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// set adds a header to the answer.
func (p *problem) set(name, value string) *problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(name, value)
	return p
}

// newProblem makes an error of the kind that code names.
func newProblem(code, detail string) *problem {
	k, ok := kinds[code]
	if !ok {
		k = kinds["internal"]
	}
	return &problem{
		Type:   "urn:bulkpatch:problem:" + code,
		Title:  k.title,
		Status: k.status,
		Detail: detail,
		Code:   code,
	}
}

// invalid makes the answer that names faults, of which there is at least one.
func invalid(faults ...fault) *problem {
	var list compat.Faults
	for _, f := range faults {
		list.Add(f)
	}
	return invalidFor(list)
}

// invalidFor makes the answer that names all faults. Its own code is that of
// the faults where they agree on one that the list of kinds has, so that a
// caller with one mistake need not look further.
func invalidFor(list compat.Faults) *problem {
	code := list.Kept[0].Code
	for _, f := range list.Kept {
		if f.Code != code {
			code = "invalid_request"
		}
	}
	if kinds[code].status != http.StatusBadRequest {
		code = "invalid_request"
	}
	detail := list.Kept[0].Detail
	switch n := list.Found(); {
	case list.Further > 0:
		detail = strconv.Itoa(n) + " things are wrong with the request; errors lists the first " + strconv.Itoa(len(list.Kept)) + "."
	case n > 1:
		detail = strconv.Itoa(n) + " things are wrong with the request; errors lists them."
	}
	p := newProblem(code, detail)
	p.Errors, p.MoreErrors = list.Kept, list.Further
	return p
}

// problemOf is the one place where an error becomes an answer. known is false
// for an error that nobody foresaw.
func problemOf(err error) (p *problem, known bool) {
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
		var list compat.Faults
		addAll(&list, inBody, faults, func(pointer string) string { return pointer })
		return invalidFor(list), true
	}
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return c.make(), true
		}
	}
	return newProblem("internal", "The request could not be completed. The request id helps us to find out why."), false
}

// maxProblem bounds an error answer in bytes, whatever it is made of.
const maxProblem = 256 << 10

// fitted renders a problem in at most [maxProblem] bytes: with all its faults,
// or as many of them as have room. nil: it cannot be rendered.
func (p *problem) fitted(render func(*problem) ([]byte, error)) []byte {
	for {
		body, err := render(p)
		if err != nil {
			return nil
		}
		if len(body) <= maxProblem {
			return body
		}
		less := *p
		if n := len(p.Errors); n > 0 {
			less.Errors, less.MoreErrors = p.Errors[:n/2], p.MoreErrors+n-n/2
		} else {
			less = *newProblem(p.Code, model.Shown(p.Detail))
			less.header = p.header
			if body, err = render(&less); err != nil || len(body) > maxProblem {
				return nil
			}
		}
		p = &less
	}
}

// write sends the problem.
func (p *problem) write(w http.ResponseWriter) {
	p.send(w, "application/problem+json", p.Status, p.fitted(func(p *problem) ([]byte, error) { return jsonLine(p) }))
}

// send sends the problem in some form.
func (p *problem) send(w http.ResponseWriter, contentType string, status int, body []byte) {
	h := w.Header()
	for _, name := range []string{"ETag", "Content-Disposition", "Last-Modified"} {
		h.Del(name) // they spoke of the answer that is not sent
	}
	for name, values := range p.header {
		h[name] = values
	}
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who left needs no answer
}
