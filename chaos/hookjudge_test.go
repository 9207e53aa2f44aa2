package chaos

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// hookWithin is how long it may take until all webhooks have arrived after the other
// checks. A process that was killed while it called is followed by another one within
// half a minute.
const hookWithin = slowness * 90 * time.Second

// A delivery is what the program says about the webhook of a job, the newest attempt
// first.
type delivery struct {
	WebhookID     *string
	State         *string
	NextAttemptAt *time.Time
	Items         []attempt
}

// An attempt is one attempt to deliver.
type attempt struct {
	At         time.Time
	State      string
	Status     *int
	DurationMs int64
}

// ended returns when the attempt was over.
func (a attempt) ended() time.Time {
	return a.At.Add(time.Duration(a.DurationMs) * time.Millisecond)
}

// checkHooks checks the webhooks of all jobs. It waits until all have arrived.
func (c *checker) checkHooks() {
	if c.receiver == nil {
		return
	}
	limit := c.now() + hookWithin
	for _, j := range c.jobs {
		end := c.ends[j]
		h, known := j.hook()
		wanted := end.Request.Options.Webhook != nil
		switch calls := c.receiver.about(j.id); {
		case known && wanted != (h != nil):
			c.complain(j, fmt.Sprintf("that it shows the option webhook is %t", wanted))
		case !wanted && len(calls) > 0:
			c.complain(j, "it has no option webhook, and called one")
		case wanted && end.Done:
			c.complain(j, c.checkHook(j, end, limit)...)
		}
	}
}

// checkHook waits for the webhook of one job and returns what is wrong with it.
func (c *checker) checkHook(j *tracked, end sighting, limit time.Duration) []string {
	d, fault := c.awaitHook(j, limit)
	if fault != "" {
		return []string{fault}
	}
	calls := c.receiver.about(j.id)
	c.receiver.count("of kind " + end.Kind)
	c.receiver.count(end.State)
	if slices.ContainsFunc(calls[:max(1, len(calls))-1], hookCall.arrived) {
		c.receiver.count("repeated though answered")
	}
	return append(judgeCalls(calls, end, c.hookDisturbed), judgeAttempts(calls, d, c.began)...)
}

// soon is how far ahead the next attempt may be for awaitHook to wait for it.
const soon = 8 * time.Second

// awaitHook waits until the webhook of a job is delivered. If its next attempt is far
// ahead, it first checks that this is not farther than it may be, and then asks for one.
func (c *checker) awaitHook(j *tracked, limit time.Duration) (d delivery, fault string) {
	path, asked := "/v1/jobs/"+j.id+"/deliveries", false
	for {
		a, err := c.callers[j.workspace].persist(request{method: "GET", path: path})
		d = delivery{}
		if err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &d) != nil || d.State == nil {
			return d, fmt.Sprintf("its deliveries were answered %s, %v", a, err)
		}
		switch {
		case *d.State == "delivered":
			return d, ""
		case *d.State != "pending":
			return d, "its delivery is " + *d.State
		case c.now() > limit:
			return d, fmt.Sprintf("its webhook does not arrive: %s", a)
		case d.NextAttemptAt != nil && time.Until(*d.NextAttemptAt) > soon && !asked:
			if !d.inTime() {
				return d, fmt.Sprintf("its next attempt is too late: %s", a)
			}
			a, err := c.callers[j.workspace].persist(request{method: "POST", path: path})
			if err != nil || a.status != http.StatusAccepted {
				return d, fmt.Sprintf("another attempt was asked for, and the answer is %s, %v", a, err)
			}
			asked = true
			c.receiver.count("asked for")
		}
		if !c.callers[j.workspace].pause(200 * time.Millisecond) {
			return d, "its webhook does not arrive until the deadline"
		}
	}
}

// backoff is how long after the first attempts the next one comes at most. It takes a
// fifth longer than these times at random, and some seconds for a busy database.
var backoff = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// inTime reports whether the next attempt comes as soon as it must.
func (d delivery) inTime() bool {
	n := len(d.Items)
	if n == 0 || n > len(backoff) {
		return false // a run is too short for that
	}
	return d.NextAttemptAt.Sub(d.Items[0].ended()) <= backoff[n-1]*6/5+15*time.Second
}

// arrived reports whether the sender was told that the call has arrived.
func (c hookCall) arrived() bool { return c.status == http.StatusNoContent }

// hookDisturbed reports whether a fault may have kept a sender from getting the answer
// to a call, or from recording it.
func (c *checker) hookDisturbed(call hookCall) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.windows, func(w window) bool {
		return !slices.Contains(ofRedis, w.what) && w.sent <= call.done+10*time.Second && call.sent <= w.done+aftermath
	})
}

// judgeCalls returns what is wrong with the calls about one job. Each must tell how the
// job has ended, all the same; and after one that has arrived there may be another only
// if something was disturbed.
func judgeCalls(calls []hookCall, end sighting, disturbed func(hookCall) bool) (faults []string) {
	if !slices.ContainsFunc(calls, hookCall.arrived) {
		faults = append(faults, fmt.Sprintf("its webhook is said to be delivered and never arrived, in %d calls", len(calls)))
	}
	for i, c := range calls {
		told := sighting{c.span, c.told}
		if told.State != end.State || told.Counts.String() != end.Counts.String() {
			faults = append(faults, fmt.Sprintf("its webhook told of it %s, and it is %s", told, end))
		}
		if c.id != calls[0].id || string(c.body) != string(calls[0].body) {
			faults = append(faults, fmt.Sprintf("its webhook was not repeated as it was: %s %s, and then %s %s", calls[0].id, calls[0].body, c.id, c.body))
		}
		if i < len(calls)-1 && c.arrived() && !disturbed(c) {
			faults = append(faults, fmt.Sprintf("its webhook arrived at %.3fs, and came again at %.3fs", c.sent.Seconds(), calls[i+1].sent.Seconds()))
		}
	}
	return faults
}

// clockSlack is how far the times of the program and of this package may differ.
const clockSlack = time.Second

// judgeAttempts compares the attempts that the program lists with the calls, of which
// the run began at a time. Each attempt with an answer is a call with that answer, and
// each call is an attempt. (An attempt of a process that was killed has no answer.)
func judgeAttempts(calls []hookCall, d delivery, began time.Time) (faults []string) {
	if len(d.Items) < len(calls) {
		faults = append(faults, fmt.Sprintf("%d attempts are listed, and there were %d calls", len(d.Items), len(calls)))
	}
	used := make([]bool, len(calls))
	for n, a := range d.Items {
		if n > 0 && a.At.After(d.Items[n-1].At.Add(clockSlack)) {
			faults = append(faults, fmt.Sprintf("its attempts are not listed from the newest on: %v", d.Items))
		}
		if (a.State == "delivered") != (a.Status != nil && *a.Status/100 == 2) {
			faults = append(faults, fmt.Sprintf("an attempt with that status is not %s", a.State))
		}
		if a.Status == nil {
			continue
		}
		found := false
		for i, c := range calls {
			if !found && !used[i] && c.status == *a.Status && c.within(a, began) {
				found, used[i] = true, true
			}
		}
		if !found {
			faults = append(faults, fmt.Sprintf("an attempt at %s with status %d is listed, and there was no such call", a.At, *a.Status))
		}
	}
	return faults
}

// within reports whether the call came during an attempt.
func (c hookCall) within(a attempt, began time.Time) bool {
	at := began.Add(c.sent)
	return a.At.Add(-clockSlack).Before(at) && at.Before(a.ended().Add(clockSlack))
}

// hookCounts counts what became of webhooks, as evidence that the checker had enough to
// check.
type hookCounts map[string]int

// neededHooks are the counts that must not be zero over many seeds.
var neededHooks = append([]string{"of kind bulk", "of kind single", "of kind retry", string(accept), "repeated though answered", "senders killed"},
	append(slices.Clone(finalStates), string(refuse), string(breakOff), string(hang), string(killEarly), string(killLate))...)

// add adds the counts of a run.
func (n hookCounts) add(o hookCounts) {
	for what, times := range o {
		n[what] += times
	}
}

// missing says which count is zero and must not be, "" for none.
func (n hookCounts) missing() string {
	i := slices.IndexFunc(neededHooks, func(what string) bool { return n[what] == 0 })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("no evidence: %q is zero for webhooks", neededHooks[i])
}

func (n hookCounts) String() string {
	var list []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		list = append(list, fmt.Sprintf("%s %d", what, n[what]))
	}
	return "webhooks: " + strings.Join(list, ", ")
}

// hookCounts returns the counts of a run.
func (r *run) hookCounts() hookCounts {
	if r.receiver == nil {
		return nil
	}
	r.receiver.mu.Lock()
	defer r.receiver.mu.Unlock()
	return maps.Clone(r.receiver.counts)
}

func TestTheCheckerFindsBrokenPromisesInWebhooks(t *testing.T) {
	began := time.Now()
	end := seen(1, "succeeded", 3, 10)
	call := func(at, status int) hookCall {
		s := time.Duration(at) * time.Second
		return hookCall{span{s, s}, "j.succeeded", []byte("{}"), end.jobView, status}
	}
	listed := func(at, status int) attempt {
		a := attempt{At: began.Add(time.Duration(at) * time.Second), State: "failed"}
		if status != 0 {
			a.Status = &status
		}
		if status == 204 {
			a.State = "delivered"
		}
		return a
	}
	other, early := call(9, 204), call(5, 204)
	other.body = []byte("[]")
	early.told.State = "running"
	for name, c := range map[string]struct {
		calls     []hookCall
		items     []attempt
		disturbed bool
		want      string // "" for nothing
	}{
		"one call":                        {[]hookCall{call(5, 204)}, []attempt{listed(5, 204)}, false, ""},
		"a repeated one":                  {[]hookCall{call(5, 500), call(11, 204)}, []attempt{listed(11, 204), listed(5, 500)}, false, ""},
		"an attempt that was cut off":     {[]hookCall{call(5, 0), call(26, 204)}, []attempt{listed(26, 204), listed(5, 0)}, false, ""},
		"one that never came":             {nil, []attempt{listed(5, 204)}, false, "never arrived"},
		"one that came twice":             {[]hookCall{call(5, 204), call(26, 204)}, []attempt{listed(26, 204), listed(5, 204)}, false, "came again"},
		"one that came twice in a fault":  {[]hookCall{call(5, 204), call(26, 204)}, []attempt{listed(26, 204), listed(5, 0)}, true, ""},
		"another body":                    {[]hookCall{call(5, 500), other}, []attempt{listed(9, 204), listed(5, 500)}, false, "not repeated as it was"},
		"another state":                   {[]hookCall{early}, []attempt{listed(5, 204)}, false, "told of it"},
		"an attempt that is not listed":   {[]hookCall{call(5, 500), call(11, 204)}, []attempt{listed(11, 204)}, false, "1 attempts are listed"},
		"an attempt that never was":       {[]hookCall{call(11, 204)}, []attempt{listed(11, 204), listed(5, 500)}, false, "no such call"},
		"an attempt that was another one": {[]hookCall{call(5, 204)}, []attempt{listed(5, 200)}, false, "no such call"},
		"attempts in a wrong order":       {[]hookCall{call(5, 500), call(11, 204)}, []attempt{listed(5, 500), listed(11, 204)}, false, "from the newest on"},
	} {
		faults := judgeCalls(c.calls, end, func(hookCall) bool { return c.disturbed })
		found := strings.Join(append(faults, judgeAttempts(c.calls, delivery{Items: c.items}, began)...), "; ")
		if c.want == "" && found != "" || !strings.Contains(found, c.want) {
			t.Errorf("%s: the checker says %q, want %q", name, found, c.want)
		}
	}
	next := began.Add(time.Minute)
	if (delivery{NextAttemptAt: &next, Items: []attempt{listed(0, 500)}}).inTime() || !(delivery{NextAttemptAt: &next, Items: []attempt{listed(20, 500), listed(0, 500)}}).inTime() {
		t.Error("the checker does not know how late the next attempt may be")
	}
}
