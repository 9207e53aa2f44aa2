package dashboard

import "net/url"

// The paths of the pages. Further ones lie below them.
const (
	HomePath      = "/admin"
	AccessPath    = "/admin/access"
	JobsPath      = "/admin/jobs"
	NewPath       = "/admin/new" // a new update
	CustomersPath = "/admin/customers"
	QueuesPath    = "/admin/queues"
	BrakePath     = "/admin/brake"
	KeysPath      = "/admin/keys"
	AuditPath     = "/admin/audit"
	WebhookPath   = "/admin/webhook-secret"
	LimitsPath    = "/admin/limits"
	GoPath        = "/admin/go" // to what has an id
	HelpPath      = "/admin/help"
)

// jobPath is the page of a job.
func jobPath(id string) string { return JobsPath + "/" + url.PathEscape(id) }

// modelPath is the list of a model's customers.
func modelPath(model string) string { return CustomersPath + "/" + url.PathEscape(model) }

// recordPath is the page of a customer.
func recordPath(model, id string) string { return modelPath(model) + "/records/" + url.PathEscape(id) }

// newUpdatePath is the page of a new update that begins with a filter, as JSON, and with
// changes; "" is none. A longer one than an address may be is to be sent as a form: see
// [Dashboard.PreviewUpdate].
func newUpdatePath(model, filter string, changes shareable) string {
	return withQuery(NewPath, url.Values{"model": {model}, "filter": {filter}, "patch": {changes.Patch}, "compute": {changes.Compute}})
}

// withQuery adds the parameters that have a value to a path.
func withQuery(path string, query url.Values) string {
	for name, values := range query {
		if len(values) == 0 || values[0] == "" {
			query.Del(name)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
