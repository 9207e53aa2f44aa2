package storetest

import (
	"errors"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// grown lists the choices that a workspace added to the drop-downs of people,
// by field.
func (k *Kit) grown(ws auth.Workspace) string {
	k.tb.Helper()
	added, err := k.Choices(k.tb.Context(), ws, k.People)
	check(k.tb, err)
	var words []string
	for _, f := range k.People.Extensible() {
		words = append(words, f.Name+"="+strings.Join(added(f), "|"))
	}
	return strings.Join(words, " ")
}

// withChoices returns a patch that may add choices to drop-downs.
func (k *Kit) withChoices(text string, o model.PatchOptions) model.Patch {
	k.tb.Helper()
	o.AllowNewChoices = true
	p, faults := k.People.CheckPatch([]byte(text), o)
	if len(faults) > 0 {
		k.tb.Fatal(faults)
	}
	return p
}

func choicesGrow(t *testing.T, k *Kit) {
	k.Add(3, person)
	equal(t, "at first", k.grown(k.WS), "custom.channel= plan=")
	sub := k.Bulk(`{}`, `{"visits": 1}`, job.Options{AllowAll: true, AllowNewOptions: true})
	sub.Patch = k.withChoices(`{"plan": "iron", "custom": {"channel": "fax"}}`, model.PatchOptions{})
	_, err := k.Preview(t.Context(), sub)
	check(t, err)
	asJob := sub
	asJob.Kind = job.PreviewKind
	k.Accept(asJob)
	equal(t, "after previews", k.grown(k.WS), "custom.channel= plan=")

	gone := k.Single(99, `{"visits": 1}`)
	gone.Patch = k.withChoices(`{"plan": "tin"}`, model.PatchOptions{Single: true})
	_, _, err = k.Submit(t.Context(), gone)
	equal(t, "a job for nobody", errors.Is(err, job.ErrNotFound), true)
	equal(t, "after a job that was not accepted", k.grown(k.WS), "custom.channel= plan=")

	j := k.Accept(sub)
	equal(t, "as soon as the job is accepted", k.grown(k.WS), "custom.channel=fax plan=iron")
	k.Run(10)
	equal(t, "updated", k.Read(j.ID).Updated, 3)
	k.Pass(1)
	sub.Patch = k.withChoices(`{"plan": "basic", "custom": {"channel": "fax"}}`, model.PatchOptions{})
	k.Accept(sub)
	equal(t, "choices that exist", k.grown(k.WS), "custom.channel=fax plan=iron")

	k.Pass(1e9)
	d, faults := k.People.CheckDraft([]byte(`{"name": "n", "plan": "copper"}`), model.Create, model.PatchOptions{AllowNewChoices: true})
	check(t, faultsErr(faults))
	_, _, err = k.CreateRecord(t.Context(), k.WS, k.People, d)
	check(t, err)
	equal(t, "after a new record", k.grown(k.WS), "custom.channel=fax plan=iron|copper")
	d, faults = k.People.CheckDraft([]byte(`{"name": "n", "plan": "lead"}`), model.Create, model.PatchOptions{AllowNewChoices: true})
	check(t, faultsErr(faults))
	_, existed, err := k.CreateRecord(t.Context(), k.WS, k.People, d, k.Filter(`{"name": "n"}`))
	check(t, err)
	equal(t, "a record that is there", existed, true)
	equal(t, "after no new record", k.grown(k.WS), "custom.channel=fax plan=iron|copper")

	line, faults := k.People.CheckDraft([]byte(`{"id": 1, "custom": {"channel": "telex"}}`), model.Import, model.PatchOptions{AllowNewChoices: true})
	check(t, faultsErr(faults))
	k.Pass(1e9)
	_, err = k.Import(t.Context(), k.WS, k.People, []model.Draft{line, line}, []int64{1, 2})
	check(t, err)
	equal(t, "after an import", k.grown(k.WS), "custom.channel=fax|telex plan=iron|copper")

	equal(t, "elsewhere", k.grown(auth.Workspace{ID: k.WS.ID + 1}), "custom.channel= plan=")
}

// faultsErr returns nil if there are no faults.
func faultsErr(faults model.Faults) error {
	if len(faults) == 0 {
		return nil
	}
	return faults
}
