package main

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/dashboard"
	"bulkpatch/client"
	"bulkpatch/model"
)

// An auditedForm is a form of the dashboard: the page that has it, what somebody fills
// in, and the entries that it leaves. {customer}, {job} and {key} are made for it.
type auditedForm struct {
	page   string
	fields url.Values
	want   string
}

const composed = "/admin/new?model=desk&filter=%7B%22firstName%22%3A%22Ana%22%7D&patch=%7B%22firstName%22%3A%22Bo%22%7D"

var composedFields = url.Values{"model": {"desk"}, "filter": {`{"firstName":"Ana"}`}, "do:firstName": {"set"}, "to:firstName": {"Bo"}}

// mappedFields say what the columns of a file are.
var mappedFields = url.Values{"column": {"id", "firstName"}, "match": {"0"}}

// auditedForms has each form by the path that it is sent to.
var auditedForms = map[string]auditedForm{
	"/admin/new":                                  {composed, composedFields, "job.submitted"},
	"/admin/new/preview":                          {composed, composedFields, ""},
	"/admin/jobs/{job}/pause":                     {"/admin/jobs/{job}", nil, "job.paused"},
	"/admin/jobs/{job}/resume":                    {"/admin/jobs/{job}", nil, "job.resumed"},
	"/admin/jobs/{job}/throttle":                  {"/admin/jobs/{job}", url.Values{"rate": {"7"}}, "job.throttled"},
	"/admin/jobs/{job}/cancel":                    {"/admin/jobs/{job}/cancel", nil, "job.cancelled"},
	"/admin/jobs/{job}/deliveries":                {"/admin/jobs/{job}", nil, "job.redelivered"},
	"/admin/jobs/{job}/retry":                     {"/admin/jobs/{job}/retry", nil, "job.retried"},
	"/admin/jobs/{job}/undo":                      {"/admin/jobs/{job}/undo", nil, "job.undone"},
	"/admin/customers/{name}/create":              {"/admin/customers/desk/create", url.Values{"f.firstName": {"Cy"}}, "record.created"},
	"/admin/customers/{name}/records/{id}/edit":   {"/admin/customers/desk/records/{customer}/edit", url.Values{"f.firstName": {"Cy"}}, "job.submitted"},
	"/admin/customers/{name}/records/{id}/delete": {"/admin/customers/desk/records/{customer}/delete", nil, "record.deleted"},
	"/admin/keys":                                 {"/admin/keys", url.Values{"name": {"new"}, "workspace": {"main"}, "rights": {"reader"}, "ends": {"30"}}, "key.created"},
	"/admin/keys/{key}/rotate":                    {"/admin/keys/{key}/rotate", url.Values{"overlap": {"0"}}, "key.rotated"},
	"/admin/keys/{key}/revoke":                    {"/admin/keys/{key}/revoke", nil, "key.revoked"},
	"/admin/webhook-secret":                       {"/admin/webhook-secret", url.Values{"overlap": {"0"}}, "webhook_secret.rotated"},
	"/admin/files":                                {"/admin/files", url.Values{"model": {"desk"}}, "file.uploaded file.uploaded"}, // each time it is another file
	"/admin/files/{name}/{file}":                  {"/admin/files/desk/{file}", mappedFields, "job.submitted"},
	"/admin/files/{name}/{file}/preview":          {"/admin/files/desk/{file}", mappedFields, ""},
	"/admin/files/{name}/{file}/delete":           {"/admin/files", nil, "file.deleted"},
	"/admin/brake":                                {"/admin/brake/switch?on=false&all=false", nil, "brake.off"},
}

// isForm reports whether a call is a form of a page that somebody has signed in to.
func isForm(c api.Call) bool {
	return strings.HasPrefix(c.Path, "/admin/") && c.Path != dashboard.SignInPath && c.Path != dashboard.SignOutPath
}

// TestEveryFormOfTheDashboardIsAuditedOnce opens each page with a form, sends the form as
// a browser does, sends it once more, and reads the entries that this has left.
func TestEveryFormOfTheDashboardIsAuditedOnce(t *testing.T) {
	t.Parallel()
	s := &auditedServer{vendorServer: startVendor(t, bearer)}
	s.client = s.process.client(t, s.key)
	b := newBrowser(t)
	b.signIn(s.base, s.key)
	known := maps.Clone(auditedForms)
	for _, c := range api.Calls(model.Shipped(), nil) {
		if c.Effect != api.Changes || !isForm(c) || strings.HasSuffix(c.Path, "{$}") {
			continue
		}
		f, ok := known[c.Path]
		if delete(known, c.Path); !ok {
			t.Errorf("%s: nothing says which entry this form leaves", c.Path)
			continue
		}
		t.Run(c.Path, func(t *testing.T) { s.sendsForm(t, b, c.Path, f) })
	}
	if len(known) > 0 {
		t.Errorf("these are not forms: %v", known)
	}
}

// sendsForm sends a form twice, and compares the entries that it leaves.
func (s *auditedServer) sendsForm(t *testing.T, b *browser, path string, f auditedForm) {
	t.Helper()
	page, to := s.formPage(t, path, f.page)
	status, text := b.send("GET", s.base+page, nil)
	if status != http.StatusOK {
		t.Fatalf("%s is answered %d", page, status)
	}
	filled := hiddenIn(text, to)
	maps.Copy(filled, f.fields)
	if to == dashboard.NewPath || strings.HasSuffix(path, "{file}") { // its preview has what it is bound to
		maps.Copy(filled, f.fields)
		_, text = b.send("POST", s.base+to+"/preview", filled)
		filled = hiddenIn(text, to)
		filled.Del("shown") // with the boxes beside them, customers that are unchecked
		maps.Copy(filled, f.fields)
	}
	s.entries(t)
	for range 2 {
		send := b.send
		if to == dashboard.FilesPath {
			send = b.upload
		}
		if status, text := send("POST", s.base+to, filled); status >= 400 {
			_, shown, _ := strings.Cut(text, "<main")
			t.Fatalf("the form with %v is answered %d: %s", filled, status, shown)
		}
	}
	var got []string
	for _, e := range s.entries(t) {
		got = append(got, e.Action)
		if e.Key == nil || e.Key.Name != "admin" || e.Address == nil || *e.Address != "127.0.0.1" || e.RequestID == nil {
			t.Errorf("it does not say who did it and from where: %+v", e)
		}
	}
	if strings.Join(got, " ") != f.want {
		t.Errorf("it leaves %q and not %q", got, f.want)
	}
}

// formPage makes what a form acts on, and returns its page and the path that it is sent to.
func (s *auditedServer) formPage(t *testing.T, path, page string) (at, to string) {
	t.Helper()
	found := []string{"{name}", "desk"}
	switch {
	case strings.Contains(path, "{job}"):
		job, _ := s.jobFor(t, strings.TrimPrefix(path, "/admin"))
		s.await(t, job, func(j client.Job) bool { return j.State != client.StateQueued && j.State != client.StateResolving })
		if strings.HasSuffix(path, "/deliveries") {
			s.attempted(t, job)
		}
		found = append(found, "{job}", job)
	case strings.Contains(path, "{key}"):
		found = append(found, "{key}", s.made(t, "POST /v1/keys", `{"name": "for`+strings.ReplaceAll(path[len("/admin/keys/{key}"):], "/", "-")+`", "scopes": ["jobs:read"]}`, "id"))
	case strings.Contains(path, "{file}"):
		f, err := s.client.UploadFile(t.Context(), "desk", strings.NewReader("id,firstName\n1,Bo\n"), client.FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, "{file}", f.ID)
	case path == dashboard.BrakePath:
		s.made(t, "PUT /v1/brake", `{"on": true, "reason": "a test"}`, "on")
	default:
		id := s.made(t, "POST /v1/desk/customers", `{"firstName": "Ana"}`, "id")
		found = append(found, "{customer}", id, "{id}", id)
	}
	made := strings.NewReplacer(found...)
	return made.Replace(page), made.Replace(path)
}

// attempted waits until the webhook of a job has failed once and waits for the next
// attempt.
func (s *auditedServer) attempted(t *testing.T, job string) {
	t.Helper()
	for {
		d, err := s.client.Deliveries(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Attempts) > 0 && d.NextAttemptAt != nil {
			return
		}
	}
}

var (
	formInput = regexp.MustCompile(`<(?:input type="hidden"|button)[^>]* name="([^"]+)" value="([^"]*)"`)
	hidden    = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// hiddenIn returns what the page has filled in of its form with this address. The form
// that composes an update has it in the button that runs the update.
func hiddenIn(page, to string) url.Values {
	inputs := hidden
	switch {
	case strings.HasPrefix(to, dashboard.NewPath):
		inputs, to = formInput, dashboard.NewPath
	case strings.HasPrefix(to, dashboard.FilesPath):
		inputs = formInput
	}
	_, form, _ := strings.Cut(page, `method="post" action="`+html.EscapeString(to)+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	filled := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(form, -1) {
		filled.Set(m[1], html.UnescapeString(m[2]))
	}
	return filled
}
