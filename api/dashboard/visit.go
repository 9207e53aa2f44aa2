package dashboard

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/auth"
)

// A Visit is one request for a page, by somebody who may open it.
type Visit struct {
	http.ResponseWriter
	Request *http.Request
	Key     auth.Key    // zero for a page that needs none
	Caller  auth.Caller // who visits
	// CanSignOut says that the visitor has a session, and did not send the key itself.
	CanSignOut bool
	// Form is what the visitor sent with a form, nil if the request is none.
	Form url.Values
	// Upload is the file that a form brings, nil for none.
	Upload *Upload
	// Once identifies the form and what it says, as an idempotency key; "" where the
	// same form may be sent again.
	Once string
	// API makes a call of the API as the visitor. It panics if the visitor has left. It
	// is safe for concurrent use.
	API func(Call) Answer
	// CountJobs counts the jobs that the API would list for the visitor with these
	// parameters, on all pages. It stops at most where that is not 0.
	CountJobs func(ctx context.Context, query url.Values, most int64) (int64, error)
	// Within is how long each call of the API may take, 0 for as long as the API lets
	// it. What takes longer is answered with the problem query_timeout.
	Within time.Duration
	// Forward makes such a call, and answers the visitor with its answer as it comes.
	Forward func(Call)
}

// A Call is a call of the API that a page makes.
type Call struct {
	Method string
	Target string // path and query; see [target]
	Header map[string]string
	Body   []byte        // nil for none
	Stream io.Reader     // the body of an upload, in place of Body; nil for none
	Within time.Duration // how long it may take, 0 for as long as the API lets it
}

// An Upload is a file on its way from a form.
type Upload struct {
	Name string // as the visitor's computer has it
	Body io.Reader
}

// An Answer is the whole answer to a [Call].
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// target joins the parts of a path of the API, which it escapes, and the parameters
// that have a value.
func target(query url.Values, parts ...string) string {
	var path string
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return withQuery(path, query)
}

// Get makes a call that reads, and decodes its answer into the value that into points
// to. The error of an answer that is not 2xx is a [*web.Problem].
func (v *Visit) Get(target string, into any) error {
	_, err := v.do(Call{Method: http.MethodGet, Target: target}, into)
	return err
}

// Send makes a call with a JSON body, any value that [json.Marshal] encodes, or nil
// for none. It decodes the answer into the value that into points to, unless into is
// nil. A call that makes a job is given the idempotency key of the form. The header is
// names and values in turn.
func (v *Visit) Send(method, target string, body, into any, header ...string) (Answer, error) {
	c := Call{Method: method, Target: target, Header: map[string]string{}}
	for i := 0; i < len(header); i += 2 {
		c.Header[header[i]] = header[i+1]
	}
	if v.Once != "" && method != http.MethodDelete {
		c.Header["Idempotency-Key"] = v.Once
	}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		c.Body, c.Header["Content-Type"] = text, web.TypeJSON
	}
	return v.do(c, into)
}

func (v *Visit) do(c Call, into any) (Answer, error) {
	c.Within = v.Within
	a := v.API(c)
	if a.Status >= http.StatusBadRequest {
		return a, a.problem()
	}
	if into == nil || len(a.Body) == 0 {
		return a, nil
	}
	return a, json.Unmarshal(a.Body, into)
}

// problem returns the problem that an answer is.
func (a Answer) problem() *web.Problem {
	p := web.NewProblem("internal", "")
	if json.Unmarshal(a.Body, p) != nil {
		p = web.NewProblem("internal", "The call failed.")
	}
	for _, name := range []string{"Retry-After", "WWW-Authenticate"} {
		if value := a.Header.Get(name); value != "" {
			p.Set(name, value)
		}
	}
	return p
}

// may reports whether the visitor's key has all of some scopes.
func (v *Visit) may(scopes ...auth.Scope) bool {
	for _, s := range scopes {
		if !v.Key.Has(s) {
			return false
		}
	}
	return true
}

// query returns a parameter of the page's address, without spaces around it.
func (v *Visit) query(name string) string {
	return strings.TrimSpace(v.Request.URL.Query().Get(name))
}

// redirect leads to another page after a form has done what it says.
func (v *Visit) redirect(to string) error {
	http.Redirect(v, v.Request, to, http.StatusSeeOther)
	return nil
}

// base is the address of the server as the visitor has it.
func (v *Visit) base() string {
	if web.IsHTTPS(v.Request) {
		return "https://" + v.Request.Host
	}
	return "http://" + v.Request.Host
}
