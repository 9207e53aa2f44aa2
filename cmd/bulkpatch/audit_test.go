package main

import (
	"encoding/json"
	"fmt"
	"html"
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

// An auditedServer is the program with a client that reads the audit entries.
type auditedServer struct {
	*vendorServer
	client *client.Client
	seen   int // entries so far
}

// auditedBodies are a new customer and a change as the native API and as the vendor take
// them. {n} is another number in each call.
type auditedBodies struct{ native, change, vendor, vendorChange string }

// auditBodies has those of each model.
var auditBodies = map[string]auditedBodies{
	"desk":          {`{"firstName": "Ana"}`, `{"firstName": "Bo"}`, `{"customer": {"firstName": "Ana"}}`, `{"customer": {"firstName": "Bo"}}`},
	"plane":         {`{"name": "Ana {n}", "external_source": "crm", "external_id": "{n}"}`, `{"stage": "lead"}`, `{"name": "Di {n}"}`, `{"stage": "lead"}`},
	"clientsuccess": {`{"name": "Ana", "status": "ACTIVE", "active": true}`, `{"name": "Bo"}`, `{"name": "Ana", "status": "ACTIVE", "active": true}`, `{"name": "Bo"}`},
	"accounts":      {`{"title": "Ana", "address": ["{n}"]}`, `{"title": "Bo"}`, `{"title": "Di {n}", "address": "{n}"}`, `{"title": "Bo"}`},
	"mythic":        {`{"name": "Ana"}`, `{"name": "Bo"}`, `{"id": "m{n}", "name": "Ana", "domain": "m{n}.example", "global_name": "m{n}"}`, `{"name": "Bo"}`},
}

// TestEveryCallThatChangesSomethingIsAudited makes every call that may change what
// is stored, so that no new one can be forgotten, and reads the entries that it has
// left.
func TestEveryCallThatChangesSomethingIsAudited(t *testing.T) {
	t.Parallel()
	s := &auditedServer{vendorServer: startVendor(t, bearer)}
	s.client = s.process.client(t, s.key)
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range api.Calls(model.Shipped(), surfaces) {
		if c.Effect != api.Changes || strings.HasSuffix(c.Path, "{$}") || strings.HasPrefix(c.Path, "/compat/") { // the same calls once more
			continue
		}
		if isForm(c) { // see TestEveryFormOfTheDashboardIsAuditedOnce
			continue
		}
		t.Run(c.Method+" "+c.Path, func(t *testing.T) {
			want := entriesOf(c)
			if want == "" {
				t.Fatal("nothing says which entry this call leaves")
			}
			header := http.Header{"X-Request-Id": {"audited"}, "Content-Type": {typeOf(c.Request)}}
			if c.Path == dashboard.SignOutPath {
				header["Cookie"], header["No-Key"] = []string{s.session(t)}, []string{"session"}
			}
			call, body := s.prepared(t, c)
			s.entries(t)
			if resp, text := s.send(t, call, header, body); resp.StatusCode >= 400 {
				t.Fatalf("%s is answered %s: %s", call, resp.Status, text)
			}
			got := ""
			for _, e := range s.entries(t) {
				got = e.Action + " " + got
				if e.Key == nil || e.Key.Name != "admin" || *e.Key.ID != 1 || e.Address == nil || *e.Address != "127.0.0.1" || *e.RequestID != "audited" {
					t.Errorf("it does not say who did it and from where: %+v", e)
				}
			}
			if strings.TrimSpace(got) != strings.TrimPrefix(want, noEntry) {
				t.Errorf("it leaves %q and not %q", got, want)
			}
		})
	}
}

// noEntry stands for a call that may change something, and leaves no entry as it is made
// here.
const noEntry = "none"

// pageEntries names the actions that the forms of pages leave.
var pageEntries = map[string]string{
	"login": "session.signed_in", "logout": "session.signed_out", "brake": "brake.off",
	"customers/{name}/create": "record.created", "customers/{name}/records/{id}/edit": "job.submitted",
	"customers/{name}/records/{id}/delete": "record.deleted", "jobs/{job}/throttle": "job.throttled",
	"keys": "key.created", "keys/{key}/rotate": "key.rotated", "keys/{key}/revoke": "key.revoked",
	"new": "job.submitted", "new/preview": noEntry, "webhook-secret": "webhook_secret.rotated",
}

// entriesOf names the actions that a call leaves, "" for a call that is not known.
func entriesOf(c api.Call) string {
	_, last, _ := strings.Cut(c.Path, "{job}/")
	if entry := pageEntries[strings.TrimPrefix(c.Path, "/admin/")]; entry != "" && strings.HasPrefix(c.Path, "/admin/") {
		return entry
	}
	switch {
	case last != "":
		return map[string]string{"pause": "job.paused", "resume": "job.resumed", "cancel": "job.cancelled", "retry": "job.retried", "undo": "job.undone", "deliveries": "job.redelivered"}[last]
	case strings.HasSuffix(c.Path, "/{job}"):
		return "job.throttled"
	case c.Path == "/v1/brake":
		return "brake.off"
	case c.Path == "/v1/webhook-secret":
		return "webhook_secret.rotated"
	case strings.HasSuffix(c.Path, "/rotate"):
		return "key.rotated"
	case strings.HasPrefix(c.Path, "/v1/keys"):
		return map[string]string{"POST": "key.created", "DELETE": "key.revoked"}[c.Method]
	case strings.HasSuffix(c.Path, "/import"):
		return "import.started import.ended"
	case strings.Contains(c.Path, "/files"):
		return map[string]string{"POST": "file.uploaded", "DELETE": "file.deleted"}[c.Method]
	case c.Path == "/v1/jobs":
		return "job.submitted"
	case c.Vendor != "" || strings.Contains(c.Path, "/customers"):
		return map[string]string{"POST": "record.created", "DELETE": "record.deleted", "PATCH": "job.submitted", "PUT": "job.submitted"}[c.Method]
	}
	return ""
}

// entries returns the entries that are new since the last call, newest first.
func (s *auditedServer) entries(t *testing.T) (fresh []client.AuditEntry) {
	t.Helper()
	for e, err := range s.client.Audit(t.Context(), client.AuditQuery{Limit: 1000}) {
		if err != nil {
			t.Fatal(err)
		}
		fresh = append(fresh, e)
	}
	fresh = fresh[:len(fresh)-s.seen]
	s.seen += len(fresh)
	return fresh
}

// prepared makes what a call acts on, and returns the call with its body.
func (s *auditedServer) prepared(t *testing.T, c api.Call) (call, body string) {
	t.Helper()
	name := c.Vendor
	if name == "" {
		name = strings.Split(c.Path, "/")[2]
	}
	bodies, ofModel := auditBodies[name]
	if !ofModel {
		name, bodies = "desk", auditBodies["desk"]
	}
	number := fmt.Sprint(s.seen)
	path := strings.NewReplacer("{workspace}", "main", "{id}", "{customer}", "{name}", "desk").Replace(c.Path)
	customer := s.made(t, "POST /v1/"+name+"/customers", strings.ReplaceAll(bodies.native, "{n}", number), idOf(c))
	path = strings.ReplaceAll(path, "{customer}", customer)
	change := ""
	if strings.Contains(path, "{file}") {
		f, err := s.client.UploadFile(t.Context(), name, strings.NewReader("id\n1\n"), client.FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		path = strings.ReplaceAll(path, "{file}", f.ID)
	}
	if strings.Contains(path, "{job}") {
		var job string
		job, change = s.jobFor(t, c.Path)
		path = strings.ReplaceAll(path, "{job}", job)
	}
	if strings.Contains(path, "{key}") {
		path = strings.ReplaceAll(path, "{key}", s.made(t, "POST /v1/keys", `{"name": "k`+number+`", "scopes": ["jobs:read"]}`, "id"))
	}
	switch {
	case c.Path == dashboard.SignOutPath:
	case c.Path == dashboard.SignInPath:
		body = url.Values{"key": {s.key}}.Encode()
	case strings.HasPrefix(path, "/admin/"):
		body = s.formOf(t, path)
	case strings.Contains(c.Path, "{job}"):
		body = change
	default:
		body = s.bodyOf(t, c, bodies, number)
	}
	if query := queryOf(c, number); query != "" {
		path += "?" + query
	}
	return c.Method + " " + path, body
}

// bodyOf returns the body of a call that is neither a form nor about a job.
func (s *auditedServer) bodyOf(t *testing.T, c api.Call, bodies auditedBodies, number string) string {
	t.Helper()
	another := strings.ReplaceAll(bodies.native, "{n}", "another "+number)
	switch {
	case c.Method == "DELETE", strings.Contains(c.Path, "{key}"):
		return ""
	case c.Path == "/v1/brake":
		s.made(t, "PUT /v1/brake", `{"on": true, "reason": "a test"}`, "on")
		return `{"on": false}`
	case c.Path == "/v1/webhook-secret":
		return `{}`
	case c.Path == "/v1/keys":
		return `{"name": "new", "scopes": ["jobs:read"]}`
	case c.Path == "/v1/jobs":
		return `{"model": "desk", "filter": {"firstName": "Ana"}, "patch": {"firstName": "Bo"}}`
	case strings.HasSuffix(c.Path, "/import"):
		return another + "\n"
	case c.Method == "POST" && c.Vendor == "":
		return another
	case c.Method == "POST":
		return strings.ReplaceAll(bodies.vendor, "{n}", number)
	case c.Vendor == "":
		return bodies.change
	}
	return bodies.vendorChange
}

// queryOf returns the query that a call needs: which customers it is about where its path
// does not name one.
func queryOf(c api.Call, number string) string {
	switch {
	case c.Method == "DELETE" && c.Vendor != "" && !strings.Contains(c.Path, "{id}"):
		return "external_source=crm&external_id=" + number
	case c.Method == "PATCH" && (strings.HasSuffix(c.Path, "/update.json") || c.Vendor == "" && strings.HasSuffix(c.Path, "/customers")):
		return "filter=%7B%7D&allowAll=true"
	}
	return ""
}

// formOf fills in the form of a page.
func (s *auditedServer) formOf(t *testing.T, path string) string {
	t.Helper()
	compose := url.Values{"model": {"desk"}, "filter": {`{"firstName": "Ana"}`}, "do:firstName": {"set"}, "to:firstName": {"Bo"}}
	switch last := path[strings.LastIndex(path, "/")+1:]; last {
	case "brake":
		s.made(t, "PUT /v1/brake", `{"on": true, "reason": "a test"}`, "on")
		return "on=false"
	case "create":
		return "f.firstName=Ana"
	case "edit":
		return "version=1&f.firstName=Bo&w.firstName=another"
	case "delete":
		return "version=1"
	case "throttle":
		return "rate=7"
	case "keys":
		return "name=formed&workspace=main&rights=reader&ends=never"
	case "rotate", "webhook-secret":
		return "overlap=0"
	case "retry", "undo":
		return s.shown(t, "GET "+path, "", "seen").Encode()
	case "preview":
		return compose.Encode()
	case "new":
		for name, values := range s.shown(t, "POST "+path+"/preview", compose.Encode(), "confirmToken", "matched") {
			compose[name] = values
		}
		return compose.Encode()
	}
	return ""
}

// shown reads hidden fields of a page.
func (s *auditedServer) shown(t *testing.T, call, form string, names ...string) url.Values {
	t.Helper()
	header := http.Header{"Accept": {"text/html"}}
	if form != "" {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, page := s.send(t, call, header, form)
	values := url.Values{}
	for _, name := range names {
		found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindSubmatch(page)
		if found == nil {
			t.Fatalf("%s is answered %s without %s: %s", call, resp.Status, name, page)
		}
		values.Set(name, html.UnescapeString(string(found[1])))
	}
	return values
}

// idOf is the field by which a call names a customer.
func idOf(c api.Call) string {
	if c.Vendor == "clientsuccess" {
		return "uuid"
	}
	return "id"
}

// session signs in, and returns the session as the header Cookie has it.
func (s *auditedServer) session(t *testing.T) string {
	t.Helper()
	b := newBrowser(t)
	b.signIn(s.base, s.key)
	return sessionIn(t, b.Client, s.base).String()
}

// made creates something and returns a member of the answer.
func (s *auditedServer) made(t *testing.T, call, body, member string) string {
	t.Helper()
	resp, text := s.send(t, call, nil, body)
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(text, &answer); err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s is answered %s: %s", call, resp.Status, text)
	}
	return strings.Trim(string(answer[member]), `"`)
}

// jobFor returns a job that allows the call, and the body of the call.
func (s *auditedServer) jobFor(t *testing.T, path string) (id, body string) {
	t.Helper()
	options := `{"recordsPerSecond": 0.001}` // it does not end by itself
	if strings.HasSuffix(path, "/undo") {
		options = `{}`
	}
	if strings.HasSuffix(path, "/deliveries") {
		s.made(t, "PUT /v1/webhook-secret", `{}`, "secret")
		options = `{"webhook": "https://hooks.invalid/"}`
	}
	s.made(t, "POST /v1/desk/customers", `{"firstName": "Another"}`, "id")
	id = s.made(t, "POST /v1/jobs", `{"model": "desk", "filter": {"id": {"$gt": 0}}, "patch": {"notes": "`+path+`"}, "options": `+options+`}`, "jobId")
	switch path[strings.LastIndex(path, "/"):] {
	case "/{job}":
		return id, `{"recordsPerSecond": 7}`
	case "/resume":
		s.made(t, "POST /v1/jobs/"+id+"/pause", "", "jobId")
	case "/retry":
		s.await(t, id, func(j client.Job) bool { return j.State == client.StateRunning })
		s.made(t, "POST /v1/jobs/"+id+"/cancel", "", "jobId")
		fallthrough
	case "/undo", "/deliveries":
		s.await(t, id, func(j client.Job) bool { return j.Done })
	}
	return id, ""
}

// await waits until a job is as it shall be.
func (s *auditedServer) await(t *testing.T, id string, is func(client.Job) bool) {
	t.Helper()
	j, err := s.client.Job(t.Context(), id)
	for err == nil && !is(j) {
		j, err = s.client.Next(t.Context(), j)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheCommandLineListsTheAudit prints the entries of what other commands did on a
// database, and of a server's calls.
func TestTheCommandLineListsTheAudit(t *testing.T) {
	db := migrated(t)
	must(t, "key", "create", "sync", "--workspace", "north", "--scopes", "admin", "--db", db)
	must(t, "import", "desk", sampleFile(t, 3), "--db", db, "--workspace", "north")
	all := must(t, "audit", "--db", db)
	for _, line := range []string{
		`TIME +ACTION +WORKSPACE +KEY +FROM +ON +REQUEST`,
		`import\.ended +north +local \(\S+\) +local +import \S+ of desk with 3 lines: 3 inserted, 0 updated, 0 unchanged, 0 failed +\S+`,
		`import\.started +north +local \(\S+\) +local +import \S+ of desk +\S+`,
		`key\.created +north +local \(\S+\) +local +key sync +\S+`,
		`key\.created +main +- +- +key admin +-`,
	} {
		at := regexp.MustCompile(line).FindStringIndex(all)
		if at == nil {
			t.Fatalf("no line is as %q in the rest of the list\n%s", line, all)
		}
		all = all[at[1]:]
	}
	for flags, lines := range map[string]int{
		"--workspace north": 3, "--action key.created,key.revoked": 2, "--action key.created --workspace main": 1, "--by sync": 0,
		"--since 1h": 4, "--until 1h": 0, "--since 2026-01-01T00:00:00Z --until 9999-01-01T00:00:00Z": 4, "--job none": 0,
	} {
		if got := must(t, append([]string{"audit", "--db", db}, strings.Fields(flags)...)...); strings.Count(got, "\n") != lines+1 {
			t.Errorf("audit %s prints\n%s", flags, got)
		}
	}
	if status, out, said := call(t, "audit", "--db", db, "--action", "key.stolen"); status != exitRefused || out != "" || !strings.Contains(said, "key.revoked") {
		t.Errorf("an unknown action ended with %d, printed %q and said %q", status, out, said)
	}
	if status, _, said := call(t, "audit", "--db", db, "--since", "soon"); status != exitUsage || !strings.Contains(said, "--since") {
		t.Errorf("no time ended with %d and said %q", status, said)
	}
}

// TestFailedSignInsAreAuditedWhenAServerStops reads what a server wrote before its
// minute was over.
func TestFailedSignInsAreAuditedWhenAServerStops(t *testing.T) {
	t.Parallel()
	db := database(t)
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db)
	for range 7 { // the last two are refused unheard
		newBrowser(t).send("POST", p.base+"/admin/login", url.Values{"key": {"bp_wrong"}})
	}
	p.stop(t)
	list := must(t, "audit", "--action", "session.failed", "--db", db)
	found := 0
	for _, row := range regexp.MustCompile(`session\.failed +main +- +127\.0\.0\.1 +with (\d) attempts +-`).FindAllStringSubmatch(list, -1) {
		found += int(row[1][0] - '0') // of one minute, or of two
	}
	if found != 7 {
		t.Errorf("%d attempts are in the list\n%s", found, list)
	}
}

func TestATableShowsWhatATerminalWouldObey(t *testing.T) {
	var b strings.Builder
	printRow(&b, "Ana Ruíz", "a\x1b[2J", "b\u202ec", "line\nbreak")
	if got, want := b.String(), "Ana Ruíz\t"+`"a\x1b[2J"`+"\t"+`"b\u202ec"`+"\t"+`"line\nbreak"`+"\n"; got != want {
		t.Errorf("%q and not %q", got, want)
	}
}

// typeOf is the media type of a call's body.
func typeOf(body api.Content) string {
	if len(body.Types) == 0 {
		return ""
	}
	return body.Types[0]
}
