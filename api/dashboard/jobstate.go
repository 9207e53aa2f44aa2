package dashboard

import (
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
	"bulkpatch/job"
)

// A jobStep is a state that a job came to.
type jobStep struct {
	State  shownState
	At     time.Time
	By     string // who caused it, "" if it came by itself
	Lasted string // how long the job was in it, "" for the final state
	Now    bool   // the job is in it
}

// Steps are the states that the job came to, the last 50.
func (v jobView) Steps() []jobStep {
	steps := make([]jobStep, len(v.Transitions))
	for i, t := range v.Transitions {
		s := jobStep{State: stateNamed(t.State), At: t.At}
		if t.By != nil {
			s.By = *t.By
		}
		switch {
		case i+1 < len(v.Transitions):
			s.Lasted = words.Lasting(v.Transitions[i+1].At.Sub(t.At))
		case v.Done:
			s.Now = true
		default:
			s.Now, s.Lasted = true, words.Lasting(v.Now.Sub(t.At))
		}
		if !s.Now {
			s.State = s.State.passed()
		}
		steps[i] = s
	}
	return steps
}

// How many steps are drawn: the first ones and the last ones. All are in a table.
const firstSteps, lastSteps = 2, 5

// FirstSteps are drawn before those that are left out.
func (v jobView) FirstSteps() []jobStep {
	if v.HiddenSteps() == 0 {
		return nil
	}
	return v.Steps()[:firstSteps]
}

// HiddenSteps is how many steps are not drawn.
func (v jobView) HiddenSteps() int {
	if n := len(v.Transitions) - firstSteps - lastSteps; n > 1 {
		return n
	}
	return 0
}

// LastSteps are drawn behind those that are left out.
func (v jobView) LastSteps() []jobStep {
	steps := v.Steps()
	if v.HiddenSteps() > 0 {
		steps = steps[len(steps)-lastSteps:]
	}
	return steps
}

// A nextState is one to which the job can go next.
type nextState struct {
	State shownState
	How   string // the action that leads there, "" if the job goes there by itself
}

// causes are the actions that lead to a state; to the others a job goes by itself.
var causes = map[string]string{client.StatePausing: "pause", client.StateCancelling: "cancel"}

// Next lists the states to which the job can go, those to which it goes by itself
// first.
func (v jobView) Next() (list []nextState) {
	var asked []nextState
	for _, s := range job.States {
		to := string(s)
		if !job.CanMove(job.State(v.State), s) || !v.reaches(to) {
			continue
		}
		how := causes[to]
		switch {
		case v.State == client.StateQueued && to == client.StatePaused:
			how = "pause"
		case to == client.StateCancelled && v.State != client.StateCancelling:
			how = "cancel"
		case to == client.StateQueued, v.State == client.StatePausing && (to == client.StateRunning || to == client.StateResolving):
			how = "resume"
		}
		if how != "" {
			asked = append(asked, nextState{stateNamed(to), how})
		} else {
			list = append(list, nextState{State: stateNamed(to)})
		}
	}
	return append(list, asked...)
}

// reaches leaves out the states that the rules allow, but not to this job: its
// selection is committed or not, and it is a single or not.
func (v jobView) reaches(to string) bool {
	single, selected := v.Kind == "single", v.Counts.Matched != nil
	switch to {
	case client.StateFailed:
		return v.State != client.StatePaused // only if it is resumed and its model has gone
	case client.StateResolving:
		return !single && !selected
	case client.StateRunning:
		return selected || v.State == client.StateResolving
	case client.StateSucceeded:
		return v.State != client.StateQueued || single
	case client.StatePartiallySucceeded:
		return !single
	}
	return true
}

// Percent says how far the job is, "" before that is known.
func (v jobView) Percent() string {
	switch p := v.Progress.Percent; {
	case v.State == client.StateResolving:
		return percentText(v.Progress.ResolvedPercent) + " % of the customers examined"
	case p == nil || v.Kind == "preview" || v.Done && *p == 100:
		return ""
	default:
		return percentText(*p) + " %"
	}
}

// Rate is how fast the job is, "" where it is not worked on.
func (v jobView) Rate() string {
	if v.Done || v.Progress.RecordsPerSecond <= 0 {
		return ""
	}
	return words.PerSecond(v.Progress.RecordsPerSecond) + " records per second"
}

// Left is how long the job will still take, "" where that is not known.
func (v jobView) Left() string {
	if v.Done || v.Progress.ETASeconds == nil {
		return ""
	}
	return "about " + words.Lasting(time.Duration(*v.Progress.ETASeconds*float64(time.Second))) + " left"
}

// Took is how long a job took that has ended, "" before.
func (v jobView) Took() string {
	if v.FinishedAt == nil {
		return ""
	}
	return words.Lasting(v.FinishedAt.Sub(v.CreatedAt))
}

// Heartbeat is the age of the last heartbeat, "" where that says nothing.
func (v jobView) Heartbeat() string {
	if v.Done || v.State == client.StatePaused || v.Attempt.HeartbeatAt == nil {
		return ""
	}
	return words.Lasting(v.Now.Sub(*v.Attempt.HeartbeatAt)) + " ago"
}

// Limit is the throttle, "" for none.
func (v jobView) Limit() string {
	if v.Throttle.RecordsPerSecond == nil {
		return ""
	}
	return words.PerSecond(*v.Throttle.RecordsPerSecond)
}

// Fault is why the job as a whole failed, and what to do; the zero value for no reason.
func (v jobView) Fault() jobFault {
	if v.Error == nil {
		return jobFault{}
	}
	return jobFault{v.Error.Detail, v.Error.Code, words.Advice(v.Error.Code, v.Error.Detail)}
}

// A jobFault is why a job as a whole failed.
type jobFault struct{ Detail, Code, Advice string }

// Held reports whether the job waits for something that somebody should know. That its
// own throttle holds it back is no news, and comes and goes.
func (v jobView) Held() bool {
	return v.Waits.What != "" && *v.Progress.WaitReason != job.WaitThrottled
}

// percentText writes a percentage. The API gives one decimal.
func percentText(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }

// A jobWaiting is why a job is not worked on: what it waits for, why, and what to do.
type jobWaiting struct{ What, Why, Advice string }

// waitsFor says what a job waits for. Its zero value is for nothing.
func waitsFor(j client.Job) jobWaiting {
	if j.Done || j.Progress.WaitReason == nil {
		return jobWaiting{}
	}
	detail := ""
	if j.Progress.WaitDetail != nil {
		detail = *j.Progress.WaitDetail
	}
	what, why, advice := words.Wait(*j.Progress.WaitReason, detail)
	if does, nothing := strings.CutPrefix(advice, "Nothing: "); nothing { // what it waits for is not asked as a question here
		advice = strings.ToUpper(does[:1]) + does[1:]
	}
	if why != "" && !strings.HasSuffix(why, ".") { // somebody's words, not a sentence of ours
		why = "“" + why + "”."
	}
	return jobWaiting{what, why, advice}
}

// Tabs are the outcomes that records have, with their counts.
func (v jobView) Tabs() []resultTab { return tabsOf(v.Job, "") }
