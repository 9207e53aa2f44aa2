package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"

	"bulkpatch/model"
)

// A Problem is an error on its way to the caller: a problem document by RFC
// 9457. It is an error, so that handlers can return it.
type Problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Code   string  `json:"code"`
	Errors []Fault `json:"errors,omitempty"`
	// MoreErrors is how many faults there are beyond those listed.
	MoreErrors int `json:"moreErrors,omitempty"`
	// Extension is a struct whose members follow those above, nil for none.
	Extension any `json:"-"`

	header http.Header
}

// Error returns the code and the detail.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Set sets a header of the answer, and returns the problem.
func (p *Problem) Set(name, value string) *Problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(name, value)
	return p
}

// Line returns the problem as one line of JSON.
func (p *Problem) Line() ([]byte, error) {
	line, err := JSONLine(p)
	if err != nil || p.Extension == nil {
		return line, err
	}
	extension, err := JSONLine(p.Extension)
	if err != nil {
		return nil, err
	}
	members := bytes.TrimPrefix(extension, []byte("{"))
	if bytes.HasPrefix(members, []byte("}")) {
		return line, nil
	}
	return slices.Concat(bytes.TrimSuffix(line, []byte("}\n")), []byte(","), members), nil
}

// NewProblem returns a problem of the type that code names; see
// [ProblemTypeOf]. detail is a sentence for the caller.
func NewProblem(code, detail string) *Problem {
	t, ok := ProblemTypeOf(code)
	if !ok {
		t, _ = ProblemTypeOf("internal")
	}
	return &Problem{
		Type:   "urn:bulkpatch:problem:" + code,
		Title:  t.Title,
		Status: t.Status,
		Detail: detail,
		Code:   code,
	}
}

// Invalid returns the problem that names some faults, at least one.
func Invalid(faults ...Fault) *Problem {
	var list Faults
	for _, f := range faults {
		list.Add(f)
	}
	return InvalidFor(list)
}

// InvalidFor returns the problem that names all faults of a list, which is not
// empty. Where all of them have the same code, and that is the code of a
// problem with status 400, it becomes the problem's own code: a caller with one
// mistake need not look further.
func InvalidFor(list Faults) *Problem {
	code := list.Kept[0].Code
	for _, f := range list.Kept {
		if f.Code != code {
			code = "invalid_request"
		}
	}
	if t, _ := ProblemTypeOf(code); t.Status != http.StatusBadRequest {
		code = "invalid_request"
	}
	detail := list.Kept[0].Detail
	switch n := list.Found(); {
	case list.Further > 0:
		detail = strconv.Itoa(n) + " things are wrong with the request; errors lists the first " + strconv.Itoa(len(list.Kept)) + "."
	case n > 1:
		detail = strconv.Itoa(n) + " things are wrong with the request; errors lists them."
	}
	p := NewProblem(code, detail)
	p.Errors, p.MoreErrors = list.Kept, list.Further
	return p
}

// maxProblem bounds the body of a problem in bytes.
const maxProblem = 256 << 10

// Render renders the problem in at most [maxProblem] bytes. Where it is larger
// with all its faults, fewer are listed and the others counted; where even
// that does not help, the detail is shortened. It returns nil if nothing of
// it can be rendered.
func (p *Problem) Render(render func(*Problem) ([]byte, error)) []byte {
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
			less = *NewProblem(p.Code, model.Shown(p.Detail))
			less.header = p.header
			if body, err = render(&less); err != nil || len(body) > maxProblem {
				return nil
			}
		}
		p = &less
	}
}

// Write sends the problem as application/problem+json.
func (p *Problem) Write(w http.ResponseWriter) {
	p.Send(w, TypeProblem, p.Status, p.Render((*Problem).Line))
}

// Send sends the problem in another form, with its headers.
func (p *Problem) Send(w http.ResponseWriter, contentType string, status int, body []byte) {
	p.Note(w)
	h := w.Header()
	p.SetHeaders(h)
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller who has left needs no answer
}

// Note notes for metrics that the problem is the answer. Send does so itself.
func (p *Problem) Note(w http.ResponseWriter) {
	if rec, ok := w.(*Recorder); ok {
		rec.Problem = p.Code
	}
}

// SetHeaders sets the headers of the problem, and removes those that describe the
// answer that is not sent. It is for an answer that is neither [Problem.Write] nor
// [Problem.Send].
func (p *Problem) SetHeaders(h http.Header) {
	for _, name := range []string{"ETag", "Content-Disposition", "Last-Modified"} {
		h.Del(name)
	}
	for name, values := range p.header {
		h[name] = values
	}
}
