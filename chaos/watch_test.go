package chaos

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"
)

// A jobView is a job in an answer, as far as it is checked.
type jobView struct {
	JobID    string `json:"jobId"`
	Model    string `json:"model"`
	State    string `json:"state"`
	Done     bool   `json:"done"`
	Revision int64  `json:"revision"`
	Counts   counts `json:"counts"`
	Progress struct {
		WaitReason string `json:"waitReason"`
		WaitDetail string `json:"waitDetail"`
	} `json:"progress"`
	Attempt struct {
		Resumes int64 `json:"resumes"`
	} `json:"attempt"`
	Error *struct {
		Code string `json:"code"`
	} `json:"error"`
	Kind    string `json:"kind"`
	Request struct {
		Options struct {
			Webhook *string `json:"webhook"`
		} `json:"options"`
	} `json:"request"`
	Undo struct {
		UndoneBy *string `json:"undoneBy"`
		UndoOf   *string `json:"undoOf"`
	} `json:"undo"`
	RetryOf *string `json:"retryOf"`
}

// counts are the counts of a job.
type counts struct {
	Matched    *int64 `json:"matched"`
	Updated    int64  `json:"updated"`
	Unchanged  int64  `json:"unchanged"`
	Skipped    int64  `json:"skipped"`
	Conflicted int64  `json:"conflicted"`
	Failed     int64  `json:"failed"`
	Pending    *int64 `json:"pending"`
}

// outcomes returns the counts that must never fall.
func (c counts) outcomes() [5]int64 {
	return [5]int64{c.Updated, c.Unchanged, c.Skipped, c.Conflicted, c.Failed}
}

func (c counts) String() string {
	show := func(n *int64) string {
		if n == nil {
			return "null"
		}
		return fmt.Sprint(*n)
	}
	return fmt.Sprintf("matched %s, updated/unchanged/skipped/conflicted/failed %v, pending %s", show(c.Matched), c.outcomes(), show(c.Pending))
}

// A sighting is one answer about a job, with the time of the call.
type sighting struct {
	span
	jobView
}

func (s sighting) String() string {
	return fmt.Sprintf("at %.3fs %s, revision %d, %s", s.done.Seconds(), s.State, s.Revision, s.Counts)
}

// readJob reads the job from an answer. A problem document is an error, although it may
// contain the id and state of a job, for example if the caller waited for a single that
// was cancelled.
func readJob(a answer) (sighting, error) {
	s := sighting{span: a.span}
	if a.status >= http.StatusMultipleChoices {
		return s, fmt.Errorf("the answer is no job: %s", a)
	}
	if err := json.Unmarshal(a.body, &s.jobView); err != nil {
		return s, err
	}
	if s.JobID == "" {
		return s, fmt.Errorf("the answer names no job: %s", a)
	}
	return s, nil
}

// A watcher polls one job until it has ended, and carries out the planned actions on it.
type watcher struct {
	*caller
	j       *tracked
	actions []action
	sequels []follow
	last    sighting
}

// watch starts to watch a job.
func (r *run) watch(c *caller, j *tracked, actions []action, sequels []follow) {
	m := &watcher{caller: c, j: j, actions: actions, sequels: sequels}
	r.watchers.Go(func() {
		if m.follow() {
			m.sequel()
		}
	})
	if rand.IntN(listened) == 0 {
		r.watchers.Go(func() { r.listen(c, j) })
	}
}

// One of so many jobs is also watched by its events.
const listened = 4

// follow polls the job until it has ended or the run's deadline comes. It records the
// answers for the checker. It reports whether the job has ended.
func (m *watcher) follow() bool {
	began := m.run.now()
	first := began
	released := false
	for !m.last.Done {
		for len(m.actions) > 0 && m.run.now()-began >= m.actions[0].after && m.isAt() {
			m.act(m.actions[0])
			m.actions, began = m.actions[1:], m.run.now()
		}
		if m.run.isCalm() {
			if !released {
				m.release()
			}
			released = true
			m.resume()
		}
		if !m.pause(patience(m.run.now() - first)) {
			m.run.violation("%s is not final at the deadline; last seen %s", m.j.name(), m.last)
			return false
		}
		m.poll()
	}
	return true
}

// isAt reports whether the job has got to where its actions begin.
func (m *watcher) isAt() bool {
	return !m.j.midway() || m.last.Counts.Updated > 0
}

// midway reports whether the actions on the job begin when it has updated some records.
func (j *tracked) midway() bool {
	return j.bulk != nil && j.bulk.midway || j.file != nil && j.file.midway
}

// slow reports whether the job may be too slow to end in time.
func (j *tracked) slow() bool {
	switch {
	case j.bulk != nil:
		return j.bulk.slow
	case j.file != nil:
		return j.file.slow
	}
	return j.single == nil && j.preview == nil
}

// patience returns how long to wait between two polls of a job. It grows with the time
// since the first poll, so that polls do not become most of the load.
func patience(age time.Duration) time.Duration {
	return time.Duration(60+rand.IntN(300))*time.Millisecond + min(age/4, 2*time.Second)
}

// release drops the actions that are still planned, and lifts the throttle of a
// job that may be slow, so that it ends soon. It does not act on other jobs,
// because every action also wakes a job up.
func (m *watcher) release() {
	if !m.j.midway() {
		m.actions = nil
	}
	if m.j.slow() {
		m.act(action{name: "throttle"})
	}
}

// resume resumes the job if it was last seen paused or pausing.
func (m *watcher) resume() {
	if m.last.State == "paused" || m.last.State == "pausing" {
		m.act(action{name: "resume"})
	}
}

// poll reads the job, sometimes by a long poll.
func (m *watcher) poll() {
	q := request{method: "GET", path: "/v1/jobs/" + m.j.id}
	if m.last.Revision > 0 && rand.IntN(4) == 0 {
		q.path += "?wait=1"
		q.header = map[string]string{"If-None-Match": fmt.Sprintf(`W/"%d"`, m.last.Revision)}
	}
	a, err := m.once(q)
	if err != nil {
		return
	}
	switch a.status {
	case http.StatusOK:
		m.saw(a)
	case http.StatusNotModified:
		m.run.tally.polls.Add(1)
	case http.StatusServiceUnavailable, http.StatusInsufficientStorage, http.StatusInternalServerError:
	default:
		m.run.violation("%s was asked for and the answer is %s", m.j.name(), a)
	}
}

// saw records an answer about the job.
func (m *watcher) saw(a answer) {
	s, err := readJob(a)
	if err != nil {
		m.run.violation("%s: %v", m.j.name(), err)
		return
	}
	m.run.tally.polls.Add(1)
	m.last = s
	m.j.see(s)
}

// act calls one action on the job. During the faults it does not repeat a call without an
// answer, because the action may have taken effect. After the faults it does, because the
// job may need the action to end.
func (m *watcher) act(what action) {
	q := request{method: "POST", path: "/v1/jobs/" + m.j.id + "/" + what.name}
	if what.name == "throttle" {
		var rate any
		if what.rate > 0 {
			rate = what.rate
		}
		q = request{method: "PATCH", path: "/v1/jobs/" + m.j.id, body: jsonBody(map[string]any{"recordsPerSecond": rate})}
	}
	asked := asking{span{sent: m.run.now()}, what.name}
	ask := m.once
	if m.run.isCalm() {
		ask = m.persist
	}
	a, err := ask(q)
	if err == nil {
		asked.done = a.done
	}
	m.j.ask(asked)
	if err != nil {
		return
	}
	switch a.status {
	case http.StatusOK:
		m.saw(a)
	case http.StatusConflict: // its state does not allow it
	case http.StatusServiceUnavailable, http.StatusInsufficientStorage, http.StatusInternalServerError:
	default:
		m.run.violation("%s was asked to %s and the answer is %s", m.j.name(), what.name, a)
	}
}

// watchList polls the list of a workspace's jobs until the end of the faults.
func (r *run) watchList(c *caller, workspace string) {
	for !r.isCalm() && c.pause(time.Duration(200+rand.IntN(600))*time.Millisecond) {
		r.seeList(c, workspace, "")
	}
}

// seeList reads the newest jobs of a workspace, and records the answers. more are further
// parameters of the call.
func (r *run) seeList(c *caller, workspace, more string) {
	a, err := c.once(request{method: "GET", path: "/v1/jobs?limit=200" + more})
	if err != nil || a.status != http.StatusOK {
		return
	}
	var page struct{ Items []jobView }
	if err := json.Unmarshal(a.body, &page); err != nil {
		r.violation("the list of jobs cannot be read: %v", err)
		return
	}
	r.tally.polls.Add(1)
	for _, v := range page.Items {
		j, _ := r.book.accept(v.JobID, workspace, nil)
		j.see(sighting{a.span, v})
	}
}

// isCalm reports whether the faults are over.
func (r *run) isCalm() bool {
	select {
	case <-r.calm:
		return true
	default:
		return false
	}
}

func TestAProblemIsNoReadingOfItsJob(t *testing.T) {
	body := []byte(`{"code": "job_cancelled", "jobId": "j", "state": "cancelled"}`)
	if s, err := readJob(answer{status: http.StatusConflict, body: body}); err == nil {
		t.Errorf("it is read as %s", s)
	}
	if _, err := readJob(answer{status: http.StatusOK, body: body}); err != nil {
		t.Error(err)
	}
}
