package api_test

import (
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// hookedJob makes a job with a webhook that has ended, whose delivery is as d says.
func (r *rig) hookedJob(d job.Delivery) (path string) {
	r.t.Helper()
	id := r.ended()
	r.store.changeUnseen(id, func(j *job.Job) { j.Options.Webhook = job.MaskWebhook(hookURL) })
	d.URL = job.MaskWebhook(hookURL)
	defer r.store.lock()()
	r.store.deliveries[id] = d
	return "/admin/jobs/" + id
}

const (
	hookShown = "https://***@Example.com:8443/in/a?***"
	again     = `<button>Send again</button>`
	againLink = ">Send again…</a>"
)

func TestAJobsPageShowsItsWebhook(t *testing.T) {
	now := newRig(t).clock.now()
	soon, far := now.Add(30*time.Second), now.Add(6*time.Hour)
	told := job.DeliveryAttempt{At: now, Took: 12 * time.Millisecond, Status: 204}
	refused := job.DeliveryAttempt{At: now, Took: 3 * time.Second, Status: 500, Error: "The receiver answered 500, and not 2xx."}
	for name, test := range map[string]struct {
		job.Delivery
		has, lacks []string
	}{
		"end not noted yet": {job.Delivery{State: job.DeliveryWaiting}, []string{"waiting</span>", "called when the job ends", `data-every="3"`}, []string{again, againLink}},
		"first attempt":     {job.Delivery{State: job.DeliveryPending}, []string{"being sent</span>", `data-every="3"`}, []string{again, againLink}},
		"about to begin":    {job.Delivery{State: job.DeliveryPending, NextAttempt: &now}, []string{"due</span>", `data-every="3"`}, []string{again, againLink}},
		"failed":            {job.Delivery{State: job.DeliveryPending, NextAttempt: &soon, Attempts: []job.DeliveryAttempt{refused}}, []string{"failed, tries again</span>", "answered 500, and not 2xx", ">3 s</td>", again, `data-every="3"`}, []string{againLink}},
		"next is far":       {job.Delivery{State: job.DeliveryPending, NextAttempt: &far, Attempts: []job.DeliveryAttempt{refused}}, []string{again, `data-every="30"`}, nil},
		"asked for again":   {job.Delivery{State: job.DeliveryPending, NextAttempt: &soon, Attempts: []job.DeliveryAttempt{told}}, []string{"sent again</span>", again}, []string{"failed, tries"}},
		"delivered":         {job.Delivery{State: job.Delivered, Attempts: []job.DeliveryAttempt{told, refused}}, []string{"delivered</span>", "204", ">12 ms</td>", againLink}, []string{again, "data-every"}},
		"gave up":           {job.Delivery{State: job.DeliveryGaveUp, Attempts: []job.DeliveryAttempt{refused}}, []string{"gave up</span>", "within 3 days", again}, []string{againLink, "data-every"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, withWebhooks(true))
			at := r.hookedJob(test.Delivery)
			r.page(r.admin, at).want(200).has(append(test.has, hookShown)...).lacks(append(test.lacks, "token=t", "ana:pw")...)
			looks := r.key("looks", "main", auth.JobsRead)
			r.page(looks, at).want(200).has(hookShown).lacks(again, againLink)
			r.send(looks, at+"/deliveries", "once", "1").want(403)
			r.page(looks, at+"/deliveries").want(403)
		})
	}
	r := newRig(t)
	r.page(r.admin, "/admin/jobs/"+r.ended()).want(200).has(`id="job-webhook" data-live></div>`)
}

func TestAWebhookIsSentAgainFromItsJobsPage(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	at := r.hookedJob(job.Delivery{State: job.Delivered, Attempts: []job.DeliveryAttempt{{At: r.clock.now(), Status: 200}}})
	id := strings.TrimPrefix(at, "/admin/jobs/")
	acts := r.key("acts", "main", auth.JobsRead, auth.JobsWrite)
	asked := r.page(acts, at+"/deliveries").want(200).has("Send the webhook again?", hookShown, "It was delivered already.")
	fields := asked.fields()
	for range 2 {
		r.send(acts, at+"/deliveries", fields...).want(303).header("Location", at)
	}
	if r.store.sentAgain[id] != 1 {
		t.Errorf("the form was sent twice, and the webhook again %d times", r.store.sentAgain[id])
	}
	r.page(acts, at+"/deliveries").want(303).header("Location", at) // it is on its way
	other := "/admin/jobs/" + r.job()
	r.page(r.admin, other+"/deliveries").want(409).has("calls nobody")
	r.send(r.admin, other+"/deliveries", "once", "3").want(409).has("Nothing was done", "webhook")
	r.send(r.admin, "/admin/jobs/nope/deliveries", "once", "4").want(404)
}

func TestASecretForWebhooksIsShownOnce(t *testing.T) {
	const path = "/admin/webhook-secret"
	r := newRig(t)
	v := r.visitor(r.admin)
	v.open("/admin/keys").want(200).has("Nobody has set a secret", `href="`+path+`"`)
	v.open(path).want(200).has("Set a secret for webhooks?").lacks("How much longer", "secret of the server")
	r.page(r.writer, path).want(403)
	r.send(r.writer, path, "once", "a", "overlap", "0").want(403)

	v.send(path, "once", "a", "overlap", "0").want(200).header("Cache-Control", "no-store").has("whsec_once", "cannot be shown again", "it alone signs")
	v.open("/admin/keys").want(200).has("with a secret of its own").lacks("whsec_")
	v.open(path).want(200).has("Make a new secret for webhooks?", "How much longer", "24 hours").lacks("whsec_")
	first := v.send(path, "once", "b", "overlap", "86400").want(200).has("signs as well for another 24 h 0 min")
	r.store.webhookSecrets[1] = 1
	if again := v.send(path, "once", "b", "overlap", "86400").want(200); again.text != first.text || r.store.webhookSecrets[1] != 1 {
		t.Error("sent twice, the form made two secrets")
	}
	v.send(path, "once", "c", "overlap", "604801").want(400)
	v.send(path, "once", "d").want(400).has("Choose how long")
	if r.store.webhookSecrets[1] != 1 {
		t.Error("a form that was refused made a secret")
	}
	if strings.Contains(r.log.String(), "whsec_") {
		t.Error("the log has the secret")
	}

	served := newRig(t, withWebhooks(true))
	served.page(served.admin, path).want(200).has("Now the secret of the server signs them.").lacks("How much longer")
}

func TestAnUpdateWithAWebhookIsComposed(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	r.store.preview = r.samplePreview(5)
	const input = `id="webhook" name="webhook" value="`
	r.page(r.writer, "/admin/new?model=desk").want(200).has(input+`"`, "called when the job ends").lacks("/admin/webhook-secret")
	wrong := r.sendForm(r.admin, "/admin/new/preview", with(composed(), "webhook", "ftp://h")).want(200)
	wrong.has(`href="#webhook"`, `id="why-webhook">This must be a URL with a host`, input+"ftp://h")
	r.sendForm(r.admin, "/admin/new/preview", with(composed(), "webhook", "https://in.example/")).want(200).has(`id="why-webhook">This host is inside.`)

	form := with(composed(), "webhook", " "+hookURL+" ")
	form = r.sendForm(r.admin, "/admin/new/preview", form).want(200).confirmed(form)
	at := r.sendForm(r.admin, "/admin/new", form).want(303).Header.Get("Location")
	if sub := r.store.submitted[0]; sub.Webhook != hookURL {
		t.Errorf("the job calls %q", sub.Webhook)
	}
	r.page(r.admin, at).want(200).has(hookShown, "put them in place of <code>***</code>").lacks("token=t")
	r.page(r.admin, at+"?request=curl").want(200).has("&#34;webhook&#34;:&#34;" + hookShown)
	r.page(r.admin, at+"?request=go").want(200).has("Webhook: &#34;" + hookShown)
}

func TestAnUpdateCanHaveNoWebhookWithoutASecret(t *testing.T) {
	r := newRig(t)
	r.store.preview = r.samplePreview(5)
	r.page(r.admin, "/admin/new?model=desk").want(200).has(" disabled>", "nobody has set one", `href="/admin/webhook-secret"`)
	r.page(r.writer, "/admin/new?model=desk").want(200).has(" disabled>", "Ask an administrator").lacks("/admin/webhook-secret")
	r.sendForm(r.writer, "/admin/new/preview", with(composed(), "webhook", hookURL)).want(200).
		has(`id="why-webhook">No secret signs webhooks. Ask an administrator to set the workspace`, "token=t").lacks(" disabled>", "PUT /v1")
}

func TestARetrySaysThatItInheritsTheWebhook(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	at := r.hookedJob(job.Delivery{State: job.Delivered})
	r.page(r.admin, at+"/retry").want(200).has("When the retry ends, it calls the webhook of this job: " + hookShown)
	r.page(r.admin, at+"/undo").want(200).lacks(hookShown)
	r.page(r.admin, "/admin/jobs/"+r.ended()+"/retry").want(200).lacks("webhook")
}
