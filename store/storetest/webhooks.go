package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

const hook = "https://user:pass@Hooks.example/in?token=t"

// calling returns a submission with a webhook.
func calling(sub job.Submission, url string) job.Submission {
	sub.Webhook, sub.Options.Webhook = url, job.MaskWebhook(url)
	return sub
}

// dueWebhooks lists what is due, for a process with a secret of its own.
func (k *Kit) dueWebhooks(t *testing.T, full ...job.Share) []job.WebhookRef {
	t.Helper()
	due, err := k.DueWebhooks(t.Context(), full, true, 100)
	check(t, err)
	return due
}

// oneDue returns the delivery that is due, which must be that of a job.
func (k *Kit) oneDue(t *testing.T, j job.Job) job.WebhookRef {
	t.Helper()
	due := k.dueWebhooks(t)
	if len(due) != 1 || due[0].JobID != j.ID {
		t.Fatalf("%v is due, not the webhook of %s", due, j.ID)
	}
	return due[0]
}

// dispatch begins an attempt.
func (k *Kit) dispatch(t *testing.T, w job.WebhookRef, body string) job.Dispatch {
	t.Helper()
	d, begun, err := k.BeginWebhook(t.Context(), w, []byte(body))
	check(t, err)
	equal(t, "that the attempt is begun", begun, true)
	return d
}

func (k *Kit) endAttempt(t *testing.T, d job.Dispatch, status int, state job.DeliveryState, after time.Duration) {
	t.Helper()
	_, err := k.EndWebhook(t.Context(), d, job.DispatchEnd{Took: time.Millisecond, Status: status, State: state, After: after})
	check(t, err)
}

// delivery reads the delivery of a job, in words.
func (k *Kit) delivery(t *testing.T, id string) string {
	t.Helper()
	d, err := k.Delivery(t.Context(), k.WS, id)
	check(t, err)
	said := []string{string(d.State)}
	for _, a := range d.Attempts {
		said = append(said, map[int]string{0: "cut off", 200: "ok", 500: "failed"}[a.Status])
	}
	if d.NextAttempt != nil {
		said = append(said, "then again")
	}
	return strings.Join(said, " ")
}

// endsAreDelivered takes jobs of each kind that ends in a way of its own through the
// delivery of their end.
func endsAreDelivered(t *testing.T, k *Kit) {
	k.Add(6, person)
	k.done(k.Bulk(`{"id": 1}`, `{"visits": 1}`, job.Options{}))
	equal(t, "due without the option", len(k.dueWebhooks(t)), 0)
	for name, end := range map[string]func() job.Job{
		"bulk":   func() job.Job { return k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook)) },
		"single": func() job.Job { return k.done(calling(k.Single(2, `{"visits": 3}`), hook)) },
		"empty":  func() job.Job { return k.done(calling(k.Bulk(`{"id": 99}`, `{"visits": 2}`, job.Options{}), hook)) },
		"cancelled": func() job.Job {
			j := k.Accept(calling(k.Bulk(`{"id": 1}`, `{"visits": 4}`, job.Options{}), hook))
			equal(t, "a delivery before the end", k.delivery(t, j.ID), "waiting")
			equal(t, "due before the end", len(k.dueWebhooks(t)), 0)
			_, err := k.Act(t.Context(), k.WS, j.ID, job.Cancel, "key:test")
			check(t, err)
			return k.Read(j.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := end()
			equal(t, "the URL that is shown", j.Options.Webhook, "https://***@Hooks.example/in?***")
			<-k.WebhooksDue()
			w := k.oneDue(t, j)
			equal(t, "the receiver", w.Receiver, "hooks.example:443")
			equal(t, "before the first attempt", k.delivery(t, j.ID), "pending then again")
			d := k.dispatch(t, w, "the end")
			equal(t, "the URL that is called", d.URL, hook)
			equal(t, "what is sent", string(d.Body), "the end")
			equal(t, "due while it is sent", len(k.dueWebhooks(t)), 0)
			_, again, err := k.BeginWebhook(t.Context(), w, nil)
			check(t, err)
			equal(t, "that another sender may begin", again, false)
			k.endAttempt(t, d, 200, job.Delivered, 0)
			equal(t, "at the end", k.delivery(t, j.ID), "delivered ok")
			k.Pass(5 * 24 * time.Hour)
			equal(t, "due after that", len(k.dueWebhooks(t)), 0)
		})
	}
}

// attemptsAreRepeated lets an attempt fail, another be cut off by a crash, and a third
// record its end too late.
func attemptsAreRepeated(t *testing.T, k *Kit) {
	k.Add(3, person)
	j := k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook))
	k.endAttempt(t, k.dispatch(t, k.oneDue(t, j), "first"), 500, job.DeliveryPending, time.Hour)
	equal(t, "after a failure", k.delivery(t, j.ID), "pending failed then again")
	equal(t, "due before its time", len(k.dueWebhooks(t)), 0)
	k.Pass(time.Hour)
	cut := k.dispatch(t, k.oneDue(t, j), "second")
	equal(t, "what is sent again", string(cut.Body), "first")
	equal(t, "attempts before", cut.Tries, 1)
	equal(t, "that the time is since the first attempt", cut.Since >= time.Hour, true)
	k.Pass(21 * time.Second)
	next := k.dispatch(t, k.oneDue(t, j), "third")
	equal(t, "attempts before", next.Tries, 2)
	k.endAttempt(t, cut, 200, job.Delivered, 0)
	equal(t, "an end that comes too late", k.delivery(t, j.ID), "pending cut off failed")
	k.endAttempt(t, next, 500, job.DeliveryGaveUp, 0)
	equal(t, "given up", k.delivery(t, j.ID), "gave_up failed cut off failed")
	k.Pass(24 * time.Hour)
	equal(t, "due after that", len(k.dueWebhooks(t)), 0)

	for range job.MaxWebhookTries + 3 {
		_, err := k.SendAgain(t.Context(), k.by(), j.ID)
		check(t, err)
		k.Pass(job.WebhookPause)
		k.endAttempt(t, k.dispatch(t, k.oneDue(t, j), ""), 200, job.Delivered, 0)
		k.Pass(job.WebhookPause)
	}
	d, err := k.Delivery(t.Context(), k.WS, j.ID)
	check(t, err)
	equal(t, "attempts that are kept", len(d.Attempts), job.MaxWebhookTries)
	equal(t, "that the last one was begun by the clock of the database", d.Attempts[0].At.After(time.Now().Add(24*time.Hour)), true)
}

// attemptsEnd lets the time pass in which a delivery is attempted: with a failed attempt,
// with one that was cut off, and with none that could be begun.
func attemptsEnd(t *testing.T, k *Kit) {
	k.Add(3, person)
	begin := func() (job.Job, job.WebhookRef) {
		j := k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook))
		return j, k.oneDue(t, j)
	}
	isOver := func(j job.Job, err error, want string) {
		t.Helper()
		equal(t, "that its time is over", errors.Is(err, job.ErrWebhookOver), true)
		equal(t, "at the end", k.delivery(t, j.ID), want)
		equal(t, "due after that", len(k.dueWebhooks(t)), 0)
	}

	j, w := begin()
	k.endAttempt(t, k.dispatch(t, w, "end"), 500, job.DeliveryPending, time.Hour)
	k.Pass(job.WebhookPeriod + time.Hour)
	_, begun, err := k.BeginWebhook(t.Context(), k.oneDue(t, j), nil)
	equal(t, "that another attempt is begun", begun, false)
	isOver(j, err, "gave_up failed")
	_, err = k.SendAgain(t.Context(), k.by(), j.ID)
	check(t, err)
	cut := k.dispatch(t, k.oneDue(t, j), "")
	k.Pass(job.WebhookPeriod + time.Hour)
	_, _, err = k.BeginWebhook(t.Context(), k.oneDue(t, j), nil)
	isOver(j, err, "gave_up cut off failed")
	k.endAttempt(t, cut, 200, job.Delivered, 0)
	equal(t, "an end that comes too late", k.delivery(t, j.ID), "gave_up cut off failed")

	j, w = begin()
	check(t, k.PutOffWebhook(t.Context(), w))
	equal(t, "what was put off", k.delivery(t, j.ID), "pending then again")
	equal(t, "due when it was put off", len(k.dueWebhooks(t)), 0)
	check(t, k.PutOffWebhook(t.Context(), w)) // it is not due: nothing happens
	k.Pass(30 * time.Second)
	check(t, k.PutOffWebhook(t.Context(), k.oneDue(t, j)))
	k.Pass(job.WebhookPeriod)
	isOver(j, k.PutOffWebhook(t.Context(), k.oneDue(t, j)), "gave_up")
}

// deliveriesAreAskedFor sends again what was delivered or given up.
func deliveriesAreAskedFor(t *testing.T, k *Kit) {
	k.Add(3, person)
	plain := k.done(k.Bulk(`{"id": 1}`, `{"visits": 1}`, job.Options{}))
	_, err := k.SendAgain(t.Context(), k.by(), plain.ID)
	equal(t, "that a job without the option has nothing to send", errors.Is(err, job.ErrNoWebhook), true)
	j := k.Accept(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook))
	_, err = k.SendAgain(t.Context(), k.by(), j.ID)
	var refused *job.StateError
	equal(t, "that there is nothing to send before the end", errors.As(err, &refused), true)
	k.Run(10)

	first := k.dispatch(t, k.oneDue(t, j), "end")
	again, err := k.SendAgain(t.Context(), k.by(), j.ID)
	check(t, err)
	equal(t, "that it is sent already", again.NextAttempt == nil && len(k.dueWebhooks(t)) == 0, true)
	state, err := k.EndWebhook(t.Context(), first, job.DispatchEnd{Status: 500, State: job.DeliveryGaveUp})
	check(t, err)
	equal(t, "the state after the last failure of before", state, job.DeliveryPending)
	equal(t, "what was asked for meanwhile", k.delivery(t, j.ID), "pending failed then again")
	k.Pass(job.WebhookPause)
	last := k.dispatch(t, k.oneDue(t, j), "")
	equal(t, "that its period begins anew", last.Tries == 0 && last.Since == 0, true)
	k.endAttempt(t, last, 500, job.DeliveryGaveUp, 0)
	equal(t, "after an attempt for which nobody asked", k.delivery(t, j.ID), "gave_up failed failed")

	again, err = k.SendAgain(t.Context(), k.by(), j.ID)
	check(t, err)
	equal(t, "its state", again.State, job.DeliveryPending)
	equal(t, "due before the pause is over", len(k.dueWebhooks(t)), 0)
	k.Pass(job.WebhookPause)
	d := k.dispatch(t, k.oneDue(t, j), "other")
	equal(t, "what is sent", string(d.Body), "end")
	equal(t, "that the period begins anew", d.Tries == 0 && d.Since == 0, true)
	k.endAttempt(t, d, 200, job.Delivered, 0)
	entries := k.Entries(auth.EntryQuery{Workspace: auth.MainWorkspace, Actions: []auth.Action{auth.JobRedelivered}}, 10)
	equal(t, "audit entries", len(entries), 2)
	equal(t, "the job that they name", entries[0].Target.JobID, j.ID)
}

// retriesCallToo follows the option from a job to its retry, and not to its undo or a
// preview.
func retriesCallToo(t *testing.T, k *Kit) {
	k.Add(6, person)
	j := k.done(calling(k.Bulk(`{"id": {"$lte": 2}}`, `{"domain": "one.example"}`, job.Options{}), hook))
	k.endAttempt(t, k.dispatch(t, k.oneDue(t, j), "end"), 200, job.Delivered, 0)
	follow := k.Follow(j.ID)
	follow.Preview = true
	_, _, err := k.Retry(t.Context(), follow)
	check(t, err)
	k.Run(10)
	equal(t, "due for a preview", len(k.dueWebhooks(t)), 0)
	retry, err := k.RetryJob(j.ID, "")
	check(t, err)
	k.Run(10)
	w := k.oneDue(t, retry)
	equal(t, "the URL of the retry", k.dispatch(t, w, "x").URL, hook)
	equal(t, "the URL that it shows", k.Read(retry.ID).Options.Webhook, job.MaskWebhook(hook))
	undo, err := k.UndoJob(j.ID)
	check(t, err)
	k.Run(10)
	equal(t, "due for an undo", len(k.dueWebhooks(t)), 0)
	equal(t, "the URL of the undo", k.Read(undo.ID).Options.Webhook, "")
}

// lostEndsAreFound brings deliveries into the state in which a process of an earlier
// version leaves them when it ends their jobs.
func lostEndsAreFound(t *testing.T, k *Kit) {
	k.Add(3, person)
	open := k.Accept(calling(k.Bulk(`{"id": 2}`, `{"visits": 2}`, job.Options{}), hook))
	_, err := k.Act(t.Context(), k.WS, open.ID, job.Pause, "key:test")
	check(t, err)
	j := k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook))
	k.endAttempt(t, k.dispatch(t, k.oneDue(t, j), "end"), 500, job.DeliveryWaiting, 0)
	equal(t, "due before the search", len(k.dueWebhooks(t)), 0)
	for range 2 {
		next, err := k.LostWebhooks(t.Context(), job.Ref{})
		check(t, err)
		equal(t, "where the next search begins", next, job.Ref{})
		k.oneDue(t, j)
	}
	equal(t, "that of an open job", k.delivery(t, open.ID), "waiting")
}

// sendersShare leaves out what a sender has enough of, or cannot sign.
func sendersShare(t *testing.T, k *Kit) {
	k.Add(3, person)
	ctx := t.Context()
	var due []job.Job
	for _, url := range []string{"https://a.example/1", "https://a.example/2", "https://b.example:8443/"} {
		due = append(due, k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), url)))
	}
	equal(t, "all that is due", len(k.dueWebhooks(t)), 3)
	other := k.dueWebhooks(t, job.Share{Workspace: k.WS.ID, Receiver: "a.example:443"})
	equal(t, "due for another receiver", len(other) == 1 && other[0].JobID == due[2].ID, true)
	equal(t, "due in another workspace", len(k.dueWebhooks(t, job.Share{Workspace: k.WS.ID})), 0)
	equal(t, "due when another workspace has enough", len(k.dueWebhooks(t, job.Share{Workspace: k.WS.ID + 1, Receiver: "a.example:443"})), 3)
	n, err := k.PendingWebhooks(ctx)
	check(t, err)
	equal(t, "pending", n, 3)

	unsigned, err := k.DueWebhooks(ctx, nil, false, 10)
	check(t, err)
	equal(t, "due without any secret", len(unsigned), 0)
	_, err = k.RotateWebhookSecret(ctx, k.by(), 0)
	check(t, err)
	signed, err := k.DueWebhooks(ctx, nil, false, 10)
	check(t, err)
	equal(t, "due with the workspace's secret", len(signed), 3)
}

// maxFormer is how many secrets sign beside the newest one.
const maxFormer = 4

// webhookSecretsOverlap rotates the secret of a workspace.
func webhookSecretsOverlap(t *testing.T, k *Kit) {
	k.Add(3, person)
	ctx := t.Context()
	has, err := k.HasWebhookSecret(ctx, k.WS)
	check(t, err)
	equal(t, "a secret at first", has, false)
	j := k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook))
	signedWith := func(want ...string) {
		t.Helper()
		d := k.dispatch(t, k.oneDue(t, j), "end")
		equal(t, "secrets", strings.Join(d.Secrets, " "), strings.Join(want, " "))
		k.endAttempt(t, d, 500, job.DeliveryPending, 0)
	}
	signedWith()
	rotate := func(overlap time.Duration) string {
		t.Helper()
		secret, err := k.RotateWebhookSecret(ctx, k.by(), overlap)
		check(t, err)
		equal(t, "that it is a secret", job.ValidWebhookSecret(secret), true)
		return secret
	}
	first := rotate(0)
	signedWith(first)
	second := rotate(time.Hour)
	signedWith(second, first)
	third := rotate(2 * time.Hour)
	signedWith(third, second, first)
	k.Pass(time.Hour)
	signedWith(third, second)
	fourth := rotate(0)
	signedWith(fourth)
	all := []string{fourth}
	for range maxFormer + 2 {
		all = append([]string{rotate(time.Hour)}, all...)
	}
	signedWith(all[:maxFormer+1]...)
	has, err = k.HasWebhookSecret(ctx, k.WS)
	check(t, err)
	equal(t, "a secret", has, true)
	entries := k.Entries(auth.EntryQuery{Workspace: auth.MainWorkspace, Actions: []auth.Action{auth.WebhookSecretRotated}}, 20)
	equal(t, "audit entries", len(entries), 4+maxFormer+2)
}

// deliveriesExpire purges a job whose end could not be delivered.
func deliveriesExpire(t *testing.T, k *Kit) {
	k.Add(3, person)
	j := k.done(calling(k.Bulk(`{"id": 1}`, `{"visits": 2}`, job.Options{}), hook))
	w := k.oneDue(t, j)
	k.Pass(31 * 24 * time.Hour)
	k.purge()
	equal(t, "due", len(k.dueWebhooks(t)), 0)
	_, begun, err := k.BeginWebhook(t.Context(), w, []byte("x"))
	check(t, err)
	equal(t, "that an attempt is begun", begun, false)
	_, err = k.WebhookJob(t.Context(), w)
	equal(t, "that the job is gone", errors.Is(err, job.ErrGone), true)
	for _, err := range []error{func() error { _, err := k.Delivery(t.Context(), k.WS, j.ID); return err }(), func() error { _, err := k.SendAgain(t.Context(), k.by(), j.ID); return err }()} {
		equal(t, "that the delivery is gone", errors.Is(err, job.ErrGone), true)
	}
}
