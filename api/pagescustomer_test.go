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
