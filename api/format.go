package api

import (
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A format is how the calls of a surface are answered: the native API, or that
// of one vendor. It is chosen once per call, with the route; see [resource].
// Everything else that depends on the surface is in handlers of that surface.
type format interface {
	// keyForm says how the caller may send the API key.
	keyForm() keyForm
	// pointer returns where the caller sent what a JSON pointer into the body
	// of a native call points to.
	pointer(native string) string
	// noSuchID returns the answer to an id that no record can have.
	noSuchID() error
	// prefer completes what the caller of an update prefers, where the Prefer
	// header does not say it.
	prefer(u *update)
	// nameJob names an accepted job in the headers of the answer, beside
	// Location.
	nameJob(h http.Header, j job.Job)
	// pending answers an update whose job has not ended.
	pending(c *call, u *update, j job.Job) error
	// ended answers a bulk update whose job has ended.
	ended(c *call, u *update, j job.Job) error
	// record answers with a record.
	record(c *call, status int, rec model.Record) error
	// fail answers with a problem.
	fail(c *call, p *web.Problem)
}

// nativeFormat is the format of the native API.
type nativeFormat struct{ *server }

func (nativeFormat) keyForm() keyForm             { return schemeRequired }
func (nativeFormat) pointer(native string) string { return native }
func (nativeFormat) noSuchID() error              { return errNoRecord }
func (nativeFormat) prefer(*update)               {}
func (nativeFormat) nameJob(http.Header, job.Job) {}

func (f nativeFormat) pending(c *call, _ *update, j job.Job) error { return f.answerPending(c, j) }

func (f nativeFormat) ended(c *call, _ *update, j job.Job) error {
	return f.answerJob(c, http.StatusOK, j)
}

func (nativeFormat) record(c *call, status int, rec model.Record) error {
	c.send(status, append(c.shownRecord(nil, rec), '\n'))
	return nil
}

func (nativeFormat) fail(c *call, p *web.Problem) { p.Write(c.w) }
