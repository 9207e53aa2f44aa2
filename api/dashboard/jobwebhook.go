package dashboard

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A jobWebhook is the call that a job makes when it ends, as pages show it.
type jobWebhook struct {
	client.Delivery
	Path  string // of the form that sends it again
	Wrong string // why it could not be read, a sentence; "" if it was

	may  bool // the visitor may send it again
	done bool // the job has ended
	now  time.Time
}

// webhookURL returns the URL that a job calls when it ends, as it may be shown, "" for
// none.
func webhookURL(j client.Job) string {
	var o client.Options
	_ = json.Unmarshal(j.Request.Options, &o) // options that cannot be read are none
	return o.Webhook
}

// webhookOf reads what became of the call that a job makes when it ends, nil for a job
// that calls nobody.
func (d *Dashboard) webhookOf(v *Visit, j client.Job) *jobWebhook {
	url := webhookURL(j)
	if url == "" {
		return nil
	}
	w := &jobWebhook{Path: jobPath(j.ID) + "/deliveries", may: JobRightsOf(v.Key).Act, done: j.Done, now: d.now()}
	if err := v.Get(target(nil, "v1", "jobs", j.ID, "deliveries"), &w.Delivery); err != nil {
		w.Delivery, w.Wrong = client.Delivery{URL: url}, sentenceOfError(err)
	}
	return w
}

// The states of a delivery as pages show them, and those of an attempt.
var (
	hookWaits     = shownState{"waiting", "clock", "s-still"}
	hookDue       = shownState{"due", "clock", "s-still"}
	hookSending   = shownState{"being sent", "arc", "s-run"}
	hookAgain     = shownState{"sent again", "clock", "s-still"}
	hookRetried   = shownState{"failed, tries again", "warning", "s-part"}
	hookGaveUp    = shownState{"gave up", "cross", "s-fail"}
	hookDelivered = shownState{"delivered", "check", "s-ok"}
	hookFailed    = shownState{"failed", "cross", "s-fail"}
)

// Shown is the state.
func (w *jobWebhook) Shown() shownState {
	switch {
	case w.State == client.DeliveryWaiting:
		return hookWaits
	case w.State == client.DeliveryDelivered:
		return hookDelivered
	case w.State == client.DeliveryGaveUp:
		return hookGaveUp
	case w.NextAttemptAt == nil:
		return hookSending
	case len(w.Attempts) == 0:
		return hookDue
	case w.Attempts[0].State == client.DeliveryDelivered:
		return hookAgain
	}
	return hookRetried
}

// Advice says what follows, a sentence; "" where the state says it all.
func (w *jobWebhook) Advice() string {
	switch w.State {
	case client.DeliveryWaiting:
		return "The address is called when the job ends."
	case client.DeliveryGaveUp:
		return "No attempt within 3 days was answered with a status of 2xx. Nothing more is sent by itself."
	}
	return ""
}

// SendsAgain reports whether the visitor can send it again. An attempt that goes on, or
// that is about to be the first, is not repeated.
func (w *jobWebhook) SendsAgain() bool {
	pending := w.State == client.DeliveryPending && w.NextAttemptAt != nil && len(w.Attempts) > 0
	return w.may && (pending || w.Delivered() || w.State == client.DeliveryGaveUp)
}

// Delivered reports whether the receiver was told, so that sending it again is asked
// about first.
func (w *jobWebhook) Delivered() bool { return w.State == client.DeliveryDelivered }

// A hookAttempt is one attempt as pages show it.
type hookAttempt struct {
	At      time.Time
	Took    string
	Shown   shownState
	Answer  string // the status that the receiver answered with, "" for no answer
	Because string // why it failed, a sentence; "" if it did not
}

// Tries are the attempts, newest first.
func (w *jobWebhook) Tries() []hookAttempt {
	list := make([]hookAttempt, len(w.Attempts))
	for i, a := range w.Attempts {
		list[i] = hookAttempt{At: a.At, Took: words.Brief(time.Duration(a.DurationMs) * time.Millisecond), Shown: hookDelivered, Because: a.Error}
		if a.State == client.DeliveryFailed {
			list[i].Shown = hookFailed
		}
		if a.Status != nil && a.Error == "" {
			list[i].Answer = strconv.Itoa(*a.Status)
		}
	}
	return list
}

// After how many seconds the page of a job that has ended is read again: while an attempt
// goes on or is near, and while the next one is far.
const (
	hookNear  = time.Minute
	nearEvery = 3
	farEvery  = 30
)

// every is after how many seconds the page is read again, 0 for never.
func (w *jobWebhook) every() int {
	switch {
	case w == nil || !w.done || w.Delivered() || w.State == client.DeliveryGaveUp:
		return 0
	case w.NextAttemptAt != nil && w.NextAttemptAt.Sub(w.now) > hookNear, w.Wrong != "":
		return farEvery
	}
	return nearEvery
}

// AskSendAgain asks before the end of a job is sent again to who was told already.
func (d *Dashboard) AskSendAgain(v *Visit) error {
	j, err := v.job(v.Request.PathValue("job"))
	if err != nil {
		return d.noJob(v, err)
	}
	w := d.webhookOf(v, j.Job)
	switch {
	case w == nil:
		return d.showJob(v, web.NewProblem("no_webhook", "Nothing was done: the job calls nobody when it ends."))
	case !w.Delivered():
		return v.redirect(jobPath(j.ID)) // which says what goes on, and asks nothing
	}
	c := confirmation{
		Title: "Send the webhook again?", Action: w.Path, Button: "Send again", Back: jobPath(j.ID),
		Lines: []string{
			"It was delivered already. This calls " + words.Isolated(w.URL) + " once more and tells how the job ended, with the same webhook-id as before.",
			"A receiver that knows this id should ignore the call.",
		},
	}
	return d.askJob(v, jobQuestion{confirmation: c, Title: v.sentenceOf(j.Job), View: viewOf(j.Job, JobRightsOf(v.Key), d.now())})
}

// SendAgain sends the end of a job again, and returns to its page.
func (d *Dashboard) SendAgain(v *Visit) error {
	id := v.Request.PathValue("job")
	_, err := v.Send(http.MethodPost, target(nil, "v1", "jobs", id, "deliveries"), nil, nil)
	return d.acted(v, id, err)
}
