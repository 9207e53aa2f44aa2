package api_test

import (
	"net/url"
	"strings"
	"testing"

	"bulkpatch/job"
)

func TestACustomerIsShownAsAWhole(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("漢", 5000)
	r.customer(`{"id":9007199254740993,"firstName":"","notes":"` + long + `","company":{"id":9007199254740995},"password":"hunter2hunter2","lastName":"<script>alert(1)</script>"}`)
	path := "/admin/customers/desk/records/9007199254740993"
	r.page(r.reader, path).want(200).has(`job <span class="mono">j1</span>`).lacks(`href="/admin/jobs/j1"`)
	r.store.jobs["j1"] = job.Job{ID: "j1", Workspace: "main", Kind: job.Single, Model: "desk", State: job.Succeeded, CreatedBy: "key:reader", Patch: []byte(leadPatch), CreatedAt: r.clock.now(), ExpiresAt: r.clock.now()}
	page := r.page(r.reader, path).want(200)
	page.has("Customer <bdi>9007199254740993</bdi>", "9007199254740995", "empty text", "no value", "***", "&lt;script&gt;",
		"Show all of it", "Where replies to tickets", "read only", `<del><span class="none">no value</span></del>`, "<bdi>Lead</bdi>", `<a href="/admin/jobs/j1">Set jobTitle to “<bdi>Lead</bdi>”`).
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
