package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// send sends a form of the composer as a browser does.
func (r *rig) sendForm(key, path string, form url.Values) answer {
	r.t.Helper()
	return r.as(key, "POST", path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
}

// composed is a form that sets the job title of active customers.
func composed() url.Values {
	return url.Values{"model": {"desk"}, "of": {"desk"}, "filter": {`{"state": "active"}`}, "do:jobTitle": {"set"}, "to:jobTitle": {"Lead"}, "note": {"Q4"}}
}

// with returns the form with further inputs.
func with(form url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

func (r *rig) samplePreview(matched int64) job.Preview {
	item := job.PreviewItem{ID: r.desk.ID("7"), Changed: map[string]job.Change{"jobTitle": {From: json.RawMessage(`"<b>Guest"`), To: json.RawMessage(`"Lead"`)}}}
	return job.Preview{Matched: matched, WouldChange: matched - 2, WouldFail: 2, Digest: fmt.Sprintf("%d-00", matched), Sample: []job.PreviewItem{item},
		Reasons: []job.ErrorSummary{{Code: "permission_needs_company", Pointer: "/permission", Count: 2}}}
}

var hiddenInput = regexp.MustCompile(`name="(confirmToken|matched|once)" value="([^"]*)"`)

// confirmed returns the form with what the preview in an answer adds to it.
func (a answer) confirmed(form url.Values) url.Values {
	for _, found := range hiddenInput.FindAllStringSubmatch(a.text, -1) {
		form.Set(found[1], found[2])
	}
	return form
}

func TestAnUpdateIsComposedPreviewedAndRunOnce(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(38120)
	shown := r.sendForm(r.admin, "/admin/new/preview", composed()).want(200)
	for _, want := range []string{"38,120</p>", "<b>38,118</b> change", "<b>2</b> would fail", "&lt;b&gt;Guest", "Type 38,120 to run it", `name="kept" value="7" checked`} {
		if !strings.Contains(shown.text, want) {
			t.Errorf("the preview lacks %s", want)
		}
	}
	form := shown.confirmed(composed())
	if wrong := r.sendForm(r.admin, "/admin/new", with(form, "number", "38,121")).want(422); !strings.Contains(wrong.text, "The number that was typed is not the number") {
		t.Error("a wrong number is not named")
	}
	form.Set("number", "38 120")
	at := r.sendForm(r.admin, "/admin/new", form).want(303).Header.Get("Location")
	again := r.sendForm(r.admin, "/admin/new", form).want(303).Header.Get("Location")
	if at != again || !strings.HasPrefix(at, "/admin/jobs/") || len(r.store.jobs) != 1 {
		t.Errorf("sent twice, the form led to %s and %s and made %d jobs", at, again, len(r.store.jobs))
	}
	j := r.store.jobs[strings.TrimPrefix(at, "/admin/jobs/")]
	if j.Options.Note != "Q4" || string(j.Filter) != `{"state":"active"}` {
		t.Errorf("the job has the options %+v and the filter %s", j.Options, j.Filter)
	}
}

func TestAPreviewCanBeAskedForAlone(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	part := r.sendForm(r.admin, "/admin/new/preview", with(composed(), "part", "1")).want(200)
	if !strings.HasPrefix(strings.TrimSpace(part.text), `<section class="card what" id="what"`) || strings.Contains(part.text, "<html") {
		t.Errorf("the part is %s", part.text)
	}
	if strings.Contains(part.text, `id="number"`) {
		t.Error("five customers are to be typed")
	}
}

func TestUncheckedCustomersAreLeftOutOfTheFilter(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	part := r.sendForm(r.admin, "/admin/new/preview", with(composed(), "part", "1", "shown", "7", "shown", "8", "kept", "8")).want(200)
	if want := `data-filter="{&#34;$and&#34;: [{&#34;state&#34;: &#34;active&#34;}, {&#34;id&#34;: {&#34;$nin&#34;: [7]}}]}"`; !strings.Contains(part.text, want) {
		t.Errorf("no %s in %s", want, part.text)
	}
	if !strings.Contains(part.text, `name="without" value="7"`) {
		t.Error("who is left out is not shown")
	}
	form := with(part.confirmed(composed()), "shown", "7")
	if stale := r.sendForm(r.admin, "/admin/new", form).want(422); !strings.Contains(stale.text, "Which customers are left out has changed") || len(r.store.jobs) > 0 {
		t.Error("an update ran with a customer that was unchecked after the preview")
	}
}

func TestFaultsStandAtTheirInputsAndNothingTypedIsLost(t *testing.T) {
	r := newRig(t)
	form := with(composed(), "do:email", "set", "to:email", "<nobody>", "do:permission", "set", "to:permission", "own")
	form.Set("filter", `{"nothing": 1}`)
	form.Set("maxAffected", "-1")
	page := r.sendForm(r.admin, "/admin/new/preview", form).want(200)
	for _, want := range []string{
		"3 things need another look", `href="#to-email"`, `href="#filter"`, `href="#maxAffected"`, `value="-1"`,
		`data-pointer="/nothing"`, `id="why-filter">nothing: `, `id="why-to-email">This must be an email address.`,
		"&lt;nobody&gt;</textarea>", "{&#34;nothing&#34;: 1}</textarea>", `<option value="own" selected>`,
	} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	secret := r.sendForm(r.admin, "/admin/new/preview", with(form, "do:password", "set", "to:password", "hunter2")).want(200)
	if strings.Contains(secret.text, "hunter2") {
		t.Error("a secret reached the page")
	}
}

func TestAllCustomersAreChangedOnlyIfAllAreMeant(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	form := composed()
	form.Set("filter", " ")
	asks := r.sendForm(r.admin, "/admin/new/preview", form).want(200)
	if !strings.Contains(asks.text, "<b>every</b> customer") || strings.Contains(asks.text, `id="run"`) {
		t.Error("it does not ask whether all are meant")
	}
	meant := r.sendForm(r.admin, "/admin/new/preview", with(form, "allowAll", "on")).want(200)
	if !strings.Contains(meant.text, `name="allowAll" value="on" checked`) || !strings.Contains(meant.text, `id="run"`) {
		t.Error("it cannot be run although all are meant")
	}
	r.sendForm(r.admin, "/admin/new", meant.confirmed(form)).want(303)
	form.Set("filter", `{"state": "active"}`)
	if narrower := r.sendForm(r.admin, "/admin/new/preview", form).want(200); strings.Contains(narrower.text, "allowAll\" value") {
		t.Error("a filter with conditions still allows all")
	}
}

func TestAFieldIsEmptiedOnlyIfThatIsMeant(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	form := composed()
	form.Set("to:jobTitle", "")
	asks := r.sendForm(r.admin, "/admin/new/preview", form).want(200)
	if !strings.Contains(asks.text, "Yes, the empty text is meant") || !strings.Contains(asks.text, `5</p>`) || strings.Contains(asks.text, `id="run"`) {
		t.Error("it does not ask whether the empty text is meant, beside the counts")
	}
	unsaid := with(form, "confirmToken", confirmToken(t, r, form), "matched", "5")
	if refused := r.sendForm(r.admin, "/admin/new", unsaid).want(422); !strings.Contains(refused.text, "Say first that this is meant.") || len(r.store.jobs) > 0 {
		t.Error("a field was emptied that nobody meant")
	}
	meant := r.sendForm(r.admin, "/admin/new/preview", with(form, "emptyMeant", "jobTitle")).want(200)
	if !strings.Contains(meant.text, `name="emptyMeant" value="jobTitle" checked`) || !strings.Contains(meant.text, "when it runs, nothing is written") {
		t.Error("it cannot be run although the empty text is meant")
	}
	further := r.sendForm(r.admin, "/admin/new/preview", with(meant.confirmed(form), "do:phone", "set", "to:phone", "")).want(200)
	if strings.Contains(further.text, `id="run"`) {
		t.Error("what was said of one field holds for another")
	}
	form.Del("do:phone")
	r.sendForm(r.admin, "/admin/new", meant.confirmed(form)).want(303)
	form.Set("to:jobTitle", "Lead")
	if typed := r.sendForm(r.admin, "/admin/new/preview", form).want(200); strings.Contains(typed.text, `"emptyMeant"`) || !strings.Contains(typed.text, `id="run"`) {
		t.Error("it asks although a value is typed")
	}
}

// confirmToken is the token of the preview of a form whose empty field is meant.
func confirmToken(t *testing.T, r *rig, form url.Values) string {
	t.Helper()
	said := maps.Clone(form)
	said.Set("emptyMeant", "jobTitle")
	return r.sendForm(r.admin, "/admin/new/preview", said).want(200).confirmed(said).Get("confirmToken")
}

func TestALinkThatEmptiesAFieldAsksToo(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	page := r.sendForm(r.admin, "/admin/new/preview", url.Values{"model": {"desk"}, "filter": {`{"state":"active"}`}, "patch": {`{"jobTitle":""}`}}).want(200)
	if !strings.Contains(page.text, "Yes, the empty text is meant") || strings.Contains(page.text, `id="run"`) {
		t.Error("an update that a link began can empty a field at once")
	}
}

func TestAnOldPreviewIsShownAgainInsteadOfRun(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	form := r.sendForm(r.admin, "/admin/new/preview", composed()).want(200).confirmed(composed())
	form.Set("to:jobTitle", "Boss")
	stale := r.sendForm(r.admin, "/admin/new", form).want(422)
	if !strings.Contains(stale.text, "Nothing was changed. This is what will happen now.") || !strings.Contains(stale.text, `id="run"`) {
		t.Errorf("%s", stale.text)
	}
	r.sendForm(r.admin, "/admin/new", stale.confirmed(form)).want(303)
	if first := r.sendForm(r.admin, "/admin/new", composed()).want(422); !strings.Contains(first.text, "See first what will happen") {
		t.Error("an update ran without a preview")
	}
}

func TestALongPreviewIsFollowed(t *testing.T) {
	r := newRig(t)
	r.store.onPreview = func(context.Context) error { return job.ErrQueryTimeout }
	waiting := r.sendForm(r.admin, "/admin/new/preview", composed()).want(200)
	found := regexp.MustCompile(`data-follow="([^"]+)"`).FindStringSubmatch(waiting.text)
	if found == nil || !strings.Contains(waiting.text, "This takes longer than usual") {
		t.Fatalf("%s", waiting.text)
	}
	r.sendForm(r.admin, "/admin/new/preview", with(composed(), "follow", found[1])).want(200)
	p := r.samplePreview(5)
	j := r.store.jobs[found[1]]
	j.State, j.Preview = job.Succeeded, &p
	finished := r.clock.now()
	j.FinishedAt = &finished
	r.store.jobs[found[1]] = j
	done := r.sendForm(r.admin, "/admin/new/preview", with(composed(), "follow", found[1])).want(200)
	r.sendForm(r.admin, "/admin/new", done.confirmed(composed())).want(303)
}

func TestALinkBeginsAnUpdate(t *testing.T) {
	r := newRig(t)
	query := url.Values{"model": {"desk"}, "filter": {`{"state":"active"}`}, "patch": {`{"jobTitle":"Lead","phone":null,"company":{"id":9007199254740993},"password":"***","new":[1]}`}}
	page := r.as(r.admin, "GET", "/admin/new?"+query.Encode(), "", "Accept", "text/html").want(200)
	for _, want := range []string{"\nLead</textarea>", `name="to:company.id" value="9007199254740993"`, "{&#34;new&#34;: [1]}</textarea>"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	long := r.sendForm(r.admin, "/admin/new/preview", query).want(200)
	if !strings.Contains(long.text, "\nLead</textarea>") {
		t.Error("a form begins no update")
	}
	r.as(r.admin, "GET", "/admin/new?model=nothing", "", "Accept", "text/html").want(404)
}

// TestAnUpdateComputes follows a computation from the link of a job over a fault and an
// example to the next job and back.
func TestAnUpdateComputes(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	page := r.page(r.admin, "/admin/new?"+url.Values{"model": {"desk"}, "filter": {`{"state":"active"}`}, "compute": {`{"jobTitle":[{"$trim":true},{"$inc":1}]}`}}.Encode()).want(200)
	page.has(`<option value="compute" selected>`, `name="by:jobTitle"`, "\n[{&#34;$trim&#34;:true},{&#34;$inc&#34;:1}]</textarea>", "$trim (remove spaces at both ends)")
	page.lacks(`name="by:password"`, `name="by:id"`)

	form := url.Values{"model": {"desk"}, "of": {"desk"}, "filter": {`{"state": "active"}`}, "do:jobTitle": {"compute"}, "by:jobTitle": {`[{"$trim": true}, {"$inc": 1}]`}}
	r.sendForm(r.admin, "/admin/new/preview", form).want(200).
		has(`id="why-by-jobTitle">Step 2: This operator does not suit the field`, `href="#by-jobTitle"`, `data-step="2"`)
	form.Set("by:jobTitle", `[{"$trim": true}, {"$suffix": "!"}]`)
	const example = "Customer <bdi>7</bdi>: <del><bdi>&lt;b&gt;Guest</bdi></del> → <ins><bdi>Lead</bdi></ins>"
	shown := r.sendForm(r.admin, "/admin/new/preview", form).want(200).
		has("Trim jobTitle, then put “<bdi>!</bdi>” after it", `id="example-jobTitle">`+example, `<template data-example="example-jobTitle">`+example,
			`data-address="/admin/new?compute=%7B%22jobTitle%22`)
	r.sendForm(r.writer, "/admin/new/preview", form).want(200).lacks("Guest", "<template")

	at := r.sendForm(r.admin, "/admin/new", shown.confirmed(form)).want(303).Header.Get("Location")
	j := r.store.jobs[strings.TrimPrefix(at, "/admin/jobs/")]
	if string(j.Compute) != `{"jobTitle":[{"$trim":true},{"$suffix":"!"}]}` {
		t.Errorf("the job computes %s", j.Compute)
	}
	r.page(r.admin, at).want(200).lacks("&#34;patch&#34;").has("Trim jobTitle, then put", `<a class="button" href="/admin/new?compute=%7B%22jobTitle%22%3A%5B%7B%22%24trim%22%3Atrue%7D`)
}

// TestEveryOperatorHasWords has the composer offer all that the API takes.
func TestEveryOperatorHasWords(t *testing.T) {
	r := newRig(t)
	known := map[string]bool{}
	for _, o := range words.Operators() {
		known[o.Name] = true
	}
	for _, m := range model.Shipped().All() {
		var described struct{ Operators map[string][]string }
		if err := json.Unmarshal([]byte(r.call("GET", "/v1/models/"+m.Name, "").want(200).text), &described); err != nil || len(described.Operators) == 0 {
			t.Errorf("%s: %v", m.Name, err)
		}
		for field, operators := range described.Operators {
			for _, o := range operators {
				if !known[o] {
					t.Errorf("%s of %s has no words", o, field)
				}
			}
		}
	}
}

func TestANewUpdateBeginsWithTheModelThatIsInUse(t *testing.T) {
	r := newRig(t)
	id := r.job() // of desk, which is not the first model
	r.page(r.admin, "/admin/new").has(`<option value="accounts" selected>`)
	j := r.store.jobs[id]
	many := int64(70_000)
	j.Matched = &many
	r.store.jobs[id] = j
	r.page(r.admin, "/admin/new").has(`<option value="desk" selected>`)
	r.page(r.admin, "/admin/new?model=stores").want(404)
}

func TestWhoMayNotReadCustomersSeesNoValues(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	page := r.sendForm(r.writer, "/admin/new/preview", composed()).want(200)
	if strings.Contains(page.text, "Guest") || !strings.Contains(page.text, "This key may not see values.") {
		t.Error("values are shown")
	}
	r.sendForm(r.reader, "/admin/new/preview", composed()).want(403)
	r.sendForm(r.key("operator", "main", auth.JobsRead, auth.JobsWrite), "/admin/new", composed()).want(403)
}
