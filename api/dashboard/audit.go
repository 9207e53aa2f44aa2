package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// entriesShown is how many audit entries a page has.
const entriesShown = 50

// An auditPage lists audit entries, with the form that narrows the list.
type auditPage struct {
	Everywhere bool // the visitor may look at all workspaces
	Form       auditForm
	Entries    []entryRow
	Next       string // path of the next page, "" for none
	First      string // path of the first page, "" on it
	Faults     []string
}

// Narrowed reports whether the list leaves entries out.
func (p auditPage) Narrowed() bool { return len(p.Form.query()) > 0 }

// An auditForm has the conditions of the list as the visitor has given them.
type auditForm struct {
	Job, Key, Action, Workspace, Since, Until string
}

func auditFormOf(v *Visit) auditForm {
	return auditForm{v.query("job"), v.query("key"), v.query("action"), v.query("workspace"), v.query("since"), v.query("until")}
}

// query is the form as a query of the page, without what is empty.
func (f auditForm) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"job": f.Job, "key": f.Key, "action": f.Action, "workspace": f.Workspace, "since": f.Since, "until": f.Until,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// call is the query of the API that the form stands for. Days are those of UTC, and
// the last one counts as a whole.
func (f auditForm) call(cursor string) url.Values {
	q := f.query()
	q.Set("limit", strconv.Itoa(entriesShown))
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if day, err := time.Parse(time.DateOnly, f.Since); err == nil {
		q.Set("since", day.Format(time.RFC3339))
	}
	if day, err := time.Parse(time.DateOnly, f.Until); err == nil {
		q.Set("until", day.AddDate(0, 0, 1).Format(time.RFC3339))
	}
	return q
}

// Audit answers with the page that says who did what.
func (d *Dashboard) Audit(v *Visit) error {
	page, status := auditPage{Everywhere: managesAll(v), Form: auditFormOf(v)}, http.StatusOK
	var list struct {
		Items      []client.AuditEntry `json:"items"`
		NextCursor string              `json:"nextCursor"`
	}
	err := v.Get(target(page.Form.call(v.query("cursor")), "v1", "audit"), &list)
	var p *web.Problem
	switch {
	case errors.As(err, &p) && (p.Status == http.StatusBadRequest || p.Code == "not_found"):
		page.Faults, status = auditFaults(p), p.Status
	case err != nil:
		return err
	}
	for _, e := range list.Items {
		page.Entries = append(page.Entries, entryRowOf(v, e))
	}
	if list.NextCursor != "" {
		page.Next = withCursor(page.Form.query(), list.NextCursor)
	}
	if v.query("cursor") != "" {
		page.First = withQuery(AuditPath, page.Form.query())
	}
	f := d.visited(v, "Audit", AuditPath, page)
	f.Styles = []string{adminStyle}
	return show(v, status, "audit", f)
}

func withCursor(query url.Values, cursor string) string {
	query.Set("cursor", cursor)
	return withQuery(AuditPath, query)
}

// auditFaults says what is wrong with a query, each with the parameter that it is about.
func auditFaults(p *web.Problem) (list []string) {
	if len(p.Errors) == 0 {
		return []string{p.Detail}
	}
	for _, f := range p.Errors {
		list = append(list, strings.TrimPrefix(f.Pointer, "?")+": "+f.Detail)
	}
	return list
}

// An entryRow is an audit entry as the page shows it.
type entryRow struct {
	client.AuditEntry
	What deed
	// KeyPath is the path of what else was done with the key, "" for none.
	KeyPath string
}

func entryRowOf(v *Visit, e client.AuditEntry) entryRow {
	row := entryRow{AuditEntry: e, What: deedOf(v, e)}
	if e.Key != nil {
		key := e.Key.Name
		if e.Key.ID != nil {
			key = strconv.FormatInt(*e.Key.ID, 10)
		}
		row.KeyPath = withQuery(AuditPath, url.Values{"key": {key}})
	}
	return row
}

// An actionGroup is a group of actions to choose from.
type actionGroup struct {
	Name    string
	Actions []actionChoice // the first stands for all of them
}

// An actionChoice is one or more actions to choose.
type actionChoice struct{ Value, Words string }

// actionGroups lists the actions of the audit by what they are about.
var actionGroups = []actionGroup{
	{"Jobs", []actionChoice{
		{"job.submitted", "submitted"}, {"job.paused", "paused"}, {"job.resumed", "resumed"}, {"job.cancelled", "cancelled"},
		{"job.throttled", "throttled"}, {"job.retried", "retried"}, {"job.undone", "undone"}, {"job.redelivered", "webhook sent again"},
	}},
	{"Customers", []actionChoice{
		{"record.created", "created"}, {"record.deleted", "deleted"}, {"import.started", "import started"}, {"import.ended", "import ended"},
	}},
	{"Files", []actionChoice{{"file.uploaded", "uploaded"}, {"file.deleted", "deleted"}}},
	{"Keys", []actionChoice{{"key.created", "created"}, {"key.rotated", "rotated"}, {"key.revoked", "revoked"}}},
	{"Sign-ins", []actionChoice{{"session.signed_in", "signed in"}, {"session.signed_out", "signed out"}, {"session.failed", "failed"}}},
	{"Brake", []actionChoice{{"brake.on", "switched on"}, {"brake.off", "switched off"}}},
	{"Webhooks", []actionChoice{{"webhook_secret.rotated", "secret rotated"}}},
}

// All is the value that stands for all actions of the group.
func (g actionGroup) All() string {
	var names []string
	for _, a := range g.Actions {
		names = append(names, a.Value)
	}
	return strings.Join(names, ",")
}

// Groups lists the actions to choose from.
func (auditForm) Groups() []actionGroup { return actionGroups }

// Other is the action of the address where it is none of those to choose from.
func (f auditForm) Other() string {
	for _, g := range actionGroups {
		if f.Action == g.All() {
			return ""
		}
		for _, a := range g.Actions {
			if f.Action == a.Value {
				return ""
			}
		}
	}
	return f.Action
}
