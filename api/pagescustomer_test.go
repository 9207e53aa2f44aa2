package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bulkpatch/api"
	"bulkpatch/job"
	"bulkpatch/model"
)

// fillIn sends a form as a browser does, and returns the answer.
func (r *rig) fillIn(path string, form url.Values) answer {
	r.t.Helper()
	return r.as(r.admin, "POST", path, form.Encode(), "Content-Type", formType, "Accept", "text/html")
}

// form returns what a browser would send with the form of a page that is posted.
func (a answer) form() url.Values {
	a.t.Helper()
	root, err := html.Parse(strings.NewReader(a.text))
	if err != nil {
		a.t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data == "form" && attr(n, "method") == "post" && attr(n, "action") != "/admin/logout" {
			return sentBy(n)
		}
	}
	a.t.Fatalf("no form in %s", a.text)
	return nil
}

// sentBy returns what a form sends when nobody has touched it.
func sentBy(form *html.Node) url.Values {
	sent := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		switch {
		case n.Type != html.ElementNode || name == "":
		case n.Data == "input" && attr(n, "type") == "checkbox" && !has(n, "checked"):
		case n.Data == "input":
			sent.Add(name, attr(n, "value"))
		case n.Data == "textarea":
			sent.Add(name, strings.ReplaceAll(textIn(n), "\n", "\r\n"))
		case n.Data == "select":
			sent.Add(name, selected(n))
		}
	}
	return sent
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textIn(n *html.Node) (text string) {
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			text += c.Data
		}
	}
	return text
}

// selected is the value of a select, which is that of its first option unless another
// one is marked.
func selected(n *html.Node) string {
	value, found := "", false
	for o := range n.Descendants() {
		if o.Data != "option" || found && !has(o, "selected") {
			continue
		}
		value, found = attr(o, "value"), true
		if !has(o, "value") {
			value = textIn(o)
		}
	}
	return value
}

// applies lets the store apply each single to its record before it answers.
func (r *rig) applies() {
	r.store.onSubmit = func(j *job.Job) {
		j.State = job.Succeeded
		id := j.RecordID.String()
		d, faults := r.desk.CheckDraft([]byte(`{"id":`+id+`,`+string(j.Patch)[1:]), model.Import, model.PatchOptions{})
		if len(faults) > 0 {
			r.t.Fatal(faults)
		}
		r.store.put(r.main, r.desk, d)
		r.store.results[j.ID] = []job.Result{{ID: model.StringID(id), Outcome: job.Updated}}
	}
}

// fails lets each single fail with an outcome.
func (r *rig) fails(outcome job.Outcome, code, pointer string) {
	r.store.onSubmit = func(j *job.Job) {
		j.State = job.Failed
		r.store.results[j.ID] = []job.Result{{ID: model.StringID("1"), Outcome: outcome, Error: &job.RecordError{Code: code, Detail: "It is taken.", Pointer: pointer}}}
	}
}

func TestPagesOfCustomersFollowTheScopes(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Zoltan","state":"active"}`)
	writes := []string{"/admin/customers/desk/create", "/admin/customers/desk/update?take=all", "/admin/customers/desk/records/1/edit", "/admin/customers/desk/records/1/delete"}
	reads := []string{"/admin/customers", "/admin/customers/desk", "/admin/customers/desk/count", "/admin/customers/desk/export", "/admin/customers/desk/records/1"}
	for _, path := range reads {
		r.page(r.reader, path).want(200).lacks("/edit", "/delete", "/create", "Start an update", `name="id"`)
		r.page(r.writer, path).want(403).has("Not for this key")
		r.page("", path).want(303)
		r.page(r.other, strings.Replace(path, "/records/1", "", 1)).want(200).lacks("Zoltan")
	}
	r.page(r.other, "/admin/customers/desk/records/1").want(404).has("No customer has this id")
	for _, path := range writes {
		r.page(r.reader, path).want(403)
		r.page(r.writer, path).want(403)
	}
	for _, path := range []string{writes[0], writes[2], writes[3]} {
		r.as(r.reader, "POST", path, "version=1", "Content-Type", formType).want(403)
		r.as(r.admin, "POST", path, "version=1", "Content-Type", formType, "Origin", "http://elsewhere.example", "Sec-Fetch-Site", "cross-site").want(403)
	}
	if len(r.store.records["main/desk"]) != 1 || len(r.store.submitted) != 0 {
		t.Error("somebody changed something")
	}
	r.page(r.admin, "/admin/customers/nothing").want(404).has("No model of this name")
	r.page(r.admin, "/admin/customers/desk/records/77").want(404)
	r.page(r.admin, "/admin/customers/desk/records/x").want(404)
}

func TestTheListOfCustomersIsAnAddress(t *testing.T) {
	r := newRig(t)
	for range 52 {
		r.customer(`{"firstName":"<b>Ana</b>","organization":"Acme","state":"active"}`)
	}
	list := r.page(r.admin, "/admin/customers/desk").want(200)
	list.has("&lt;b&gt;Ana", `rel="next"`, "Count them", `data-path="/admin/customers/desk/count"`, "Start an update with all customers").lacks("<b>Ana")
	if rows := strings.Count(list.text, "<tr data-row>"); rows != 50 {
		t.Errorf("%d rows", rows)
	}
	r.page(r.admin, "/admin/customers/desk?cursor=50").want(200).has("First page").lacks(`rel="next"`)
	r.page(r.admin, "/admin/customers/desk?count=true").want(200).has("<b>52</b> customers", "Start an update with all 52")
	r.page(r.admin, "/admin/customers/desk/count").want(200).has("<b>52</b>", `id="takeall"`).lacks("<html")
	r.page(r.admin, "/admin/customers/desk?fields=lastName,id,nothing&sort=-lastName").want(200).
		has(`aria-sort="descending"`, `data-label="lastName"`).lacks(`data-label="organization"`)
	r.page(r.admin, "/admin/customers?model=desk").want(303).header("Location", "/admin/customers/desk")
	r.page(r.admin, "/admin/customers").want(200).has("Plane customer", `href="/admin/customers/plane"`)
	r.page(r.admin, "/admin/customers/plane").want(200).has("no customers of this sort yet", "/admin/customers/plane/create")
}

// TestAListOfLongValuesIsShown lists more than the API sends at once.
func TestAListOfLongValuesIsShown(t *testing.T) {
	r := newRig(t)
	for range 5 {
		r.customer(`{"firstName":"` + strings.Repeat("x", 100_000) + `"}`)
	}
	list := r.page(r.admin, "/admin/customers/desk").want(200)
	if rows := strings.Count(list.text, "<tr data-row>"); rows != 5 || len(list.text) > 50_000 {
		t.Errorf("%d rows in %d bytes", rows, len(list.text))
	}
}

// TestFormsOfTheListBecomeAddresses fills in the forms above the list.
func TestFormsOfTheListBecomeAddresses(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana","state":"active"}`)
	at := "/admin/customers/desk?"
	active := url.QueryEscape(`{"state": "active"}`)
	for form, want := range map[string]string{
		"op=%24eq&field=state&value=active":                              `{"state": "active"}`,
		"op=%24startsWith&field=firstName&value=A&filter=" + active:      `{"state": "active", "firstName": {"$startsWith": "A"}}`,
		"op=%24ne&field=state&value=deleted&filter=" + active:            `{"$and": [{"state": "active"}, {"state": {"$ne": "deleted"}}]}`,
		"op=has-not&field=organization&value=ignored":                    `{"organization": {"$exists": false}}`,
		"op=%24gt&field=id&value=9007199254740993":                       `{"id": {"$gt": 9007199254740993}}`,
		"op=%24eq&field=trusted&value=true&filter=&sort=id&fields=state": `{"trusted": true}`,
	} {
		to, err := url.Parse(r.page(r.admin, at+form).want(303).Header.Get("Location"))
		if err != nil || to.Path != "/admin/customers/desk" || to.Query().Get("filter") != want || to.Query().Has("op") {
			t.Errorf("%s leads to %s, %v", form, to, err)
		}
		r.page(r.admin, to.String()).want(200).has("Remove this condition", "Clear the filter")
	}
	r.page(r.admin, at+"op=%24gt&field=id&value=1%2C200").want(422).has("must be a number", `value="1,200"`)
	r.page(r.admin, at+"op=%24eq&field=state&value=").want(422).has("Type a value")
	r.page(r.admin, at+"op=%24eq&field=nothing&value=x").want(422).has("Choose a field")
	r.page(r.admin, at+"filter=%7B%22nope%22%3A1%7D").want(422).has("<code>/nope</code>", "open><summary>Filter as JSON", "{&#34;nope&#34;:1}").lacks("No customer matches")
	r.page(r.admin, at+"filter=%7B").want(422).has("Filter as JSON")
	r.page(r.admin, at+"sort=nothing").want(422).has("a fault in sort")
	r.page(r.admin, at+"choose=true&column=email&column=phone&filter="+active).want(303).
		header("Location", at+"fields=email%2Cphone&filter="+active)
	r.page(r.admin, at+"filter=%7B%22state%22%3A%22deleted%22%7D").want(200).has("No customer matches this filter")
}

// TestAListThatTakesTooLongSaysSo asks a database that gives up.
func TestAListThatTakesTooLongSaysSo(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana"}`)
	r.store.recordsErr = job.ErrQueryTimeout
	r.page(r.admin, "/admin/customers/desk?wait=1").want(422).has("took longer than a list may take", `role="alert"`)
	r.page(r.admin, "/admin/customers/desk/count").want(200).has("Counting takes longer")
}

func TestTickedCustomersLeadToANewUpdate(t *testing.T) {
	r := newRig(t)
	at := "/admin/customers/desk/update?"
	for form, want := range map[string]string{
		"take=ticked&id=1&id=9007199254740993&filter=x": `{"id": {"$in": [1, 9007199254740993]}}`,
		"take=ticked&id=7": `{"id": 7}`,
		"take=all":         `{}`,
		"take=all&id=7&filter=%7B%22state%22%3A%22a%22%7D": `{"state":"a"}`,
		"id=abc%22": `{"id": "abc\""}`,
	} {
		to, err := url.Parse(r.page(r.admin, at+form).want(303).Header.Get("Location"))
		if err != nil || to.Path != "/admin/new" || to.Query().Get("model") != "desk" || to.Query().Get("filter") != want {
			t.Errorf("%s leads to %s, %v", form, to, err)
		}
	}
	r.page(r.admin, at+"take=ticked&filter=%7B%7D").want(303).header("Location", "/admin/customers/desk?filter=%7B%7D&note=tick")
	r.page(r.admin, "/admin/customers/desk?note=tick").want(200).has("No customer is ticked")
	many := at + strings.Repeat("id=%22%22%22%22&", 3000)
	r.page(r.admin, many).want(303).header("Location", "/admin/customers/desk?note=many")
}

func TestCustomersAreExportedFromTheirPage(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana","state":"active"}`)
	r.customer(`{"firstName":"Bo","state":"deleted"}`)
	csv := r.page(r.reader, "/admin/customers/desk/export?format=csv&fields=firstName&filter=%7B%22state%22%3A%22active%22%7D").want(200)
	csv.header("Content-Disposition", `attachment; filename="desk.csv"`)
	if csv.text != "id,firstName,version\r\n1,Ana,1\r\n" {
		t.Errorf("%q", csv.text)
	}
	lines := r.page(r.reader, "/admin/customers/desk/export?format=ndjson").want(200).header("Content-Disposition", `attachment; filename="desk.ndjson"`)
	if strings.Count(lines.text, "\n") != 2 {
		t.Errorf("%q", lines.text)
	}
}

func TestACustomerIsShownAsAWhole(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("漢", 5000)
	r.customer(`{"id":9007199254740993,"firstName":"","notes":"` + long + `","company":{"id":9007199254740995},"password":"hunter2hunter2","lastName":"<script>alert(1)</script>"}`)
	path := "/admin/customers/desk/records/9007199254740993"
	r.page(r.reader, path).want(200).has(`job <span class="mono">j1</span>`).lacks(`href="/admin/jobs/j1"`)
	r.store.jobs["j1"] = job.Job{ID: "j1", Workspace: "main", Kind: job.Single, Model: "desk", State: job.Succeeded, CreatedBy: "key:reader", Patch: []byte(leadPatch), CreatedAt: r.clock.now(), ExpiresAt: r.clock.now()}
	page := r.page(r.reader, path).want(200)
	page.has("Customer <bdi>9007199254740993</bdi>", "9007199254740995", "empty text", "no value", "***", "&lt;script&gt;",
		"Show all of it", "Where replies to tickets", "read only", `<del><span class="none">no value</span></del>`, "<bdi>Lead</bdi>", `<a href="/admin/jobs/j1">Set jobTitle to <bdi>“Lead”</bdi>`).
		lacks("<script>alert", "hunter2", long)
	r.page(r.admin, path).want(200).lacks("hunter2")
	r.page(r.reader, path+"?all=notes").want(200).has(long)
	r.page(r.reader, path+"?created=true").want(200).has("The customer was created.")
	r.page(r.reader, path+"?saved=7").want(200).lacks("The change was saved.")
	if list := r.page(r.reader, "/admin/customers/desk?fields=notes").want(200); strings.Count(list.text, "漢") != 200 {
		t.Errorf("%d characters of a long value are in the list", strings.Count(list.text, "漢"))
	}
}

// allValues is a customer with a value of each type.
const allValues = `{"firstName":"Ana","lastName":"","notes":" two\nlines ","jobTitle":"  <b>&amp;\"quoted\"  ","trusted":true,
	"extraData":"a\rb","company":{"id":12345678901234567,"meta":{"a":[1,2],"b":null}},"contacts":[{"value":"x"}],"state":"active","organization":"Acme"}`

func TestAFormThatNobodyTouchedChangesNothing(t *testing.T) {
	r := newRig(t)
	r.customer(allValues)
	path := "/admin/customers/desk/records/1/edit"
	r.fillIn(path, r.page(r.admin, path).want(200).form()).want(422).has("There is nothing to store")
	if len(r.store.submitted) != 0 {
		t.Errorf("%s was submitted", r.store.submitted[0].Patch.Display())
	}
}

func TestTheFormSendsWhatWasChanged(t *testing.T) {
	for name, test := range map[string]struct {
		change func(url.Values)
		want   string
	}{
		"a text":              {func(f url.Values) { f.Set("f.firstName", "Bo") }, `{"firstName":"Bo"}`},
		"no value":            {func(f url.Values) { f.Set("n.firstName", "true") }, `{"firstName":null}`},
		"the empty text":      {func(f url.Values) { f.Set("f.firstName", "") }, `{"firstName":""}`},
		"empty for no value":  {func(f url.Values) { f.Del("n.phone") }, `{"phone":""}`},
		"typed over the tick": {func(f url.Values) { f.Set("f.phone", "1") }, `{"phone":"1"}`},
		"lines":               {func(f url.Values) { f.Set("f.notes", "a\r\nb") }, `{"notes":"a\nb"}`},
		"a choice":            {func(f url.Values) { f.Set("f.permission", "") }, ``},
		"a boolean":           {func(f url.Values) { f.Set("f.trusted", "false") }, `{"trusted":false}`},
		"into an object":      {func(f url.Values) { f.Set("f.company", `{"id": 12345678901234568}`) }, `{"company":{"id":12345678901234568,"meta":null}}`},
		"an object away":      {func(f url.Values) { f.Set("f.company", " ") }, `{"company":null}`},
		"a text as JSON":      {func(f url.Values) { f.Set("f.extraData", `"c"`) }, `{"extraData":"c"}`},
		"a secret":            {func(f url.Values) { f.Set("f.password", "hunter2hunter2") }, `{"password":"***"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.customer(allValues)
			r.applies()
			path := "/admin/customers/desk/records/1/edit"
			form := r.page(r.admin, path).want(200).form()
			test.change(form)
			if test.want == "" {
				r.fillIn(path, form).want(422)
				return
			}
			a := r.fillIn(path, form).want(303).header("Location", "/admin/customers/desk/records/1?saved=2")
			r.fillIn(path, form).want(303) // pressed twice
			if len(r.store.submitted) != 1 || string(r.store.submitted[0].Patch.Display()) != test.want || *r.store.submitted[0].IfMatch != 1 {
				t.Errorf("submitted %d, first %s", len(r.store.submitted), r.store.submitted[0].Patch.Display())
			}
			r.page(r.admin, a.Header.Get("Location")).want(200).has("The change was saved. This is version 2.")
		})
	}
}

// TestALongValueStaysOutOfTheForm edits a customer whose notes are longer than a form
// may be.
func TestALongValueStaysOutOfTheForm(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana","notes":"` + strings.Repeat("漢", 200_000) + `"}`)
	r.applies()
	path := "/admin/customers/desk/records/1/edit"
	page := r.page(r.admin, path).want(200).has("too long for this form")
	if len(page.text) > 200_000 {
		t.Errorf("the form has %d bytes", len(page.text))
	}
	form := page.form()
	form.Set("f.firstName", "Bo")
	r.fillIn(path, form).want(303)
	if got := string(r.store.submitted[0].Patch.Display()); got != `{"firstName":"Bo"}` {
		t.Errorf("submitted %s", got)
	}
}

// TestTwoWhoEditTheSameCustomerAreToldOfEachOther has somebody else change two fields
// while a form is open in which one of them is changed, too.
func TestTwoWhoEditTheSameCustomerAreToldOfEachOther(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana","lastName":"Ito","jobTitle":"Lead"}`)
	r.applies()
	path := "/admin/customers/desk/records/1/edit"
	form := r.page(r.admin, path).want(200).form()
	r.call("PATCH", "/v1/desk/customers/1", `{"firstName":"Bea","lastName":"Ono"}`).want(202)
	form.Set("f.firstName", "Cleo")
	form.Set("f.jobTitle", "Head")
	moved := r.fillIn(path, form).want(412)
	moved.has("was changed meanwhile", "Stored meanwhile: <ins><bdi>Bea</bdi></ins>", `value="Cleo"`, `value="Head"`, `value="Ono"`, "this is the new value")
	if len(r.store.submitted) != 1 {
		t.Fatal("it was stored although the customer had changed")
	}
	again := moved.form()
	again.Set("k.firstName", "true")
	r.fillIn(path, again).want(303)
	if got := string(r.store.submitted[1].Patch.Display()); got != `{"jobTitle":"Head"}` || *r.store.submitted[1].IfMatch != 2 {
		t.Errorf("submitted %s", got)
	}
	r.fillIn(path, moved.form()).want(412) // that form is of version 2
}

// TestWhatTheJobRefusesStandsInTheForm lets jobs fail as only they can.
func TestWhatTheJobRefusesStandsInTheForm(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana"}`)
	path := "/admin/customers/desk/records/1/edit"
	form := r.page(r.admin, path).want(200).form()
	form.Set("f.email", "taken@example.com")
	form.Set("f.lastName", "kept")
	r.fails(job.RecordFail, "unique", "/email")
	r.fillIn(path, form).want(409).has("Nothing was stored", `href="#f.email"`, `id="f.email-fault"`, "It is taken.", `value="kept"`)
	r.fails(job.Conflicted, "precondition_failed", "")
	form.Set("once", "another")
	r.fillIn(path, form).want(412).has("was changed meanwhile", `value="kept"`)
	form.Set("f.email", "no address")
	form.Set("f.company", "{")
	form.Set("once", "third")
	r.fillIn(path, form).want(422).has("some values cannot be read", `id="f.company-fault"`, `value="no address"`)
	form.Set("f.company", "")
	r.fillIn(path, form).want(400).has("an email address", `id="f.email-fault"`)
}

func TestAJobThatTakesLongIsShownInsteadOfTheCustomer(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana"}`)
	close(r.stop) // nothing is waited for
	path := "/admin/customers/desk/records/1/edit"
	form := r.page(r.admin, path).want(200).form()
	form.Set("f.firstName", "Bo")
	r.fillIn(path, form).want(303).header("Location", "/admin/jobs/job1")
}

func TestACustomerIsMadeByAForm(t *testing.T) {
	r := newRig(t)
	path := "/admin/customers/desk/create"
	form := r.page(r.admin, path).want(200).form()
	form.Set("id", "9007199254740993")
	form.Set("f.firstName", "Ana")
	form.Del("n.lastName")
	form.Set("f.email", "no address")
	bad := r.fillIn(path, form).want(400).has(`id="f.email-fault"`, `value="Ana"`, `value="9007199254740993"`)
	form = bad.form()
	form.Set("f.email", "a@example.com")
	r.fillIn(path, form).want(303).header("Location", "/admin/customers/desk/records/9007199254740993?created=true")
	r.fillIn(path, form).want(303) // pressed twice
	rec := r.call("GET", "/v1/desk/customers/9007199254740993", "").want(200).json()
	if rec["firstName"] != "Ana" || rec["lastName"] != "" || rec["phone"] != nil || len(r.store.records["main/desk"]) != 1 {
		t.Errorf("%v", rec)
	}
	form.Set("once", "another")
	r.fillIn(path, form).want(409).has(`id="id-fault"`, "exists already")
	form.Set("id", "x")
	r.fillIn(path, form).want(400).has(`id="id-fault"`)
}

func TestDeletingACustomerAsksAndHoldsToWhatWasShown(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana"}`)
	r.applies()
	path := "/admin/customers/desk/records/1/delete"
	form := r.page(r.admin, path).want(200).has("cannot be undone", "Ana").form()
	r.call("PATCH", "/v1/desk/customers/1", `{"firstName":"Bea"}`).want(202)
	again := r.fillIn(path, form).want(422).has("was changed meanwhile", "Bea")
	if len(r.store.records["main/desk"]) != 1 {
		t.Fatal("it was deleted although it had changed")
	}
	r.fillIn(path, again.form()).want(303).header("Location", "/admin/customers/desk?deleted=1")
	r.fillIn(path, again.form()).want(303) // pressed twice
	if len(r.store.records["main/desk"]) != 0 {
		t.Error("it was not deleted")
	}
	r.page(r.admin, "/admin/customers/desk?deleted=1").want(200).has("was deleted")
	r.customer(`{"firstName":"Ana"}`)
	r.page(r.admin, "/admin/customers/desk?deleted=1").want(200).lacks("was deleted")
}

const freeModel = `
$schema: https://json-schema.org/draft/2020-12/schema
x-model: free
x-filterable: true
type: object
properties:
  id: {type: string, x-role: id}
  token: {type: [string, "null"], x-secret: masked}
`

// freeRig is a rig with a model whose ids are any texts.
func freeRig(t *testing.T) *rig {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "free.yaml"), []byte(freeModel), 0o600); err != nil {
		t.Fatal(err)
	}
	models, err := model.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, func(c *api.Config) { c.Models = models })
}

// TestNoPageShowsASecret looks as somebody who may see secrets by the API.
func TestNoPageShowsASecret(t *testing.T) {
	r := freeRig(t)
	r.call("POST", "/v1/free/customers", `{"id":"a","token":"hunter2"}`).want(201)
	r.call("GET", "/v1/free/customers/a", "").want(200).has("hunter2")
	for _, path := range []string{"?fields=token", "/records/a", "/records/a/edit", "/records/a/delete", "/records/a?all=token"} {
		r.page(r.admin, "/admin/customers/free"+path).want(200).lacks("hunter2")
	}
	r.page(r.admin, "/admin/customers/free/records/a").want(200).has("***")
}

// TestAnyIdLeadsToItsCustomer opens customers whose ids are not made for addresses.
func TestAnyIdLeadsToItsCustomer(t *testing.T) {
	r := freeRig(t)
	for _, id := range []string{"a/b", "create", "50%", "a b", "x.y", "?q=1#f", "records/1/edit", "é漢", `"quoted"`, "..x", "%2e"} {
		body, _ := json.Marshal(map[string]string{"id": id})
		r.call("POST", "/v1/free/customers", string(body)).want(201)
		list := r.page(r.admin, "/admin/customers/free").want(200)
		path := "/admin/customers/free/records/" + url.PathEscape(id)
		list.has(`href="` + html.EscapeString(path) + `"`)
		page := r.page(r.admin, path).want(200)
		page.has("Customer <bdi>" + html.EscapeString(id) + "</bdi>")
		form := r.page(r.admin, path+"/delete").want(200).form()
		r.fillIn(path+"/delete", form).want(303)
	}
}

// TestDownloadsOfCustomersEndWithTheVisitor reads the beginning of an export.
func TestDownloadsOfCustomersEndWithTheVisitor(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.customer(`{"firstName":"Ana"}`)
	}
	r.store.scanFails = true
	resp, err := r.start(t.Context(), r.admin, http.MethodGet, "/admin/customers/desk/export?format=csv", nil)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if resp != nil && resp.StatusCode == http.StatusOK && err == nil {
		t.Error("an export that broke off looks complete")
	}
}
