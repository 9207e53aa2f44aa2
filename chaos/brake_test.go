package chaos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A brakeOp is a time during which the brake is on.
type brakeOp struct {
	at, lasts time.Duration
	workspace string // whose admin switches it
	all       bool   // for every workspace; then it is main's admin
}

// brakes adds times at which the brake is on, one after the other.
func (d *planner) brakes() {
	p := d.plan
	at := d.between(500*time.Millisecond, 2*time.Second)
	for at < p.active-2*time.Second {
		op := brakeOp{at: at, lasts: d.between(300*time.Millisecond, 1500*time.Millisecond), workspace: []string{"main", "north"}[d.IntN(2)]}
		if d.one(3) {
			op.workspace, op.all = "main", true
		}
		p.brakings = append(p.brakings, op)
		at += op.lasts + d.between(time.Second, 4*time.Second)
	}
}

// A braking is a time at which the brake was on.
type braking struct {
	brakeOp
	on, off span // of the calls; off is far away until it is sent
}

// concerns reports whether the brake held the jobs of a workspace.
func (b braking) concerns(workspace string) bool { return b.all || b.workspace == workspace }

// brakeAll carries out the plan's brakes.
func (r *run) brakeAll() {
	for _, op := range r.brakings {
		if r.until(op.at) {
			r.brake(op, func() { r.lookFor(op) })
		}
	}
}

// lookFor reads the jobs that run under the brake again and again, for as long as it is
// on.
func (r *run) lookFor(op brakeOp) {
	c := r.callers[op.workspace]
	for until := r.now() + op.lasts; r.now() < until && c.pause(30*time.Millisecond); {
		r.seeList(c, op.workspace, "&state=running,resolving")
	}
}

// brake switches the brake on, calls a function, and switches it off.
func (r *run) brake(op brakeOp, meanwhile func()) {
	b := &braking{op, span{r.now(), farAway}, span{farAway, farAway}}
	note := func(to *span, s span) {
		r.mu.Lock()
		defer r.mu.Unlock()
		*to = s
	}
	r.mu.Lock()
	r.braked = append(r.braked, b)
	r.mu.Unlock()
	note(&b.on, r.putBrake(op, map[string]any{"on": true, "reason": brakeReason}))
	meanwhile()
	note(&b.off, span{r.now(), farAway})
	note(&b.off, r.putBrake(op, map[string]any{"on": false}))
}

const brakeReason = "chaos"

// putBrake calls PUT /v1/brake until it is answered.
func (r *run) putBrake(op brakeOp, body map[string]any) span {
	path := "/v1/brake"
	if op.all {
		path += "?all=true"
	}
	a, err := r.callers[op.workspace].persist(request{method: "PUT", path: path, body: jsonBody(body)})
	if err != nil || a.status != http.StatusOK {
		r.violation("the brake was switched with %v and the answer is %s, %v", body, a, err)
	}
	return a.span
}

// releases returns when the brake of a workspace was switched off.
func (r *run) releases(workspace string) (list []asking) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.braked {
		if b.concerns(workspace) {
			list = append(list, asking{b.off, release})
		}
	}
	return list
}

// release names the end of the brake among what was asked of a job.
const release = "release"

// released reports whether the brake may have been switched off between two answers.
func released(asked []asking, before, after sighting) bool {
	return slices.ContainsFunc(asked, func(a asking) bool {
		return a.name == release && a.sent < after.done && (a.done == 0 || a.done > before.sent)
	})
}

// ofBrake reports whether a call was refused because of the brake: an import may be
// while it is on.
func (r *run) ofBrake(q refusal) bool {
	var problem struct{ Code string }
	if json.Unmarshal(q.body(), &problem) != nil || problem.Code != "brake" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.braked, func(b *braking) bool { return b.on.sent <= q.done && q.sent <= b.off.done })
}

// body is that of the answer.
func (q refusal) body() []byte { return q.answer.body }

// underBrake holds every workspace while a large job runs and there are no faults. A new
// job is accepted and says what it waits for. Both write nothing, singles go on, and
// afterwards the jobs do.
func (r *run) underBrake(large *tracked) {
	t := r.tables[0]
	op := &bulkOp{
		n: len(r.bulks) + 1, table: t, cond: idRange{0, 299}, options: map[string]any{},
		patch: map[string]any{t.texts[0]: "a held job"}, send: sending{copies: 1}, asJob: true,
	}
	r.brake(brakeOp{workspace: "main", all: true}, func() {
		for range 20 {
			r.seeHeld(large)
		}
		r.submitBulk(op)
		j := r.jobOf(op)
		if j == nil {
			return // recorded already
		}
		var small sync.WaitGroup
		for i, t := range r.tables {
			small.Go(func() { r.patchBeside(large, t, len(r.singles)+len(r.tables)+i) })
		}
		small.Wait()
		for range 5 {
			r.callers["main"].pause(100 * time.Millisecond)
			r.seeHeld(large)
			r.seeHeld(j)
		}
	})
}

// seeHeld reads a job that must show the brake, unless it had ended before.
func (r *run) seeHeld(j *tracked) {
	a, err := r.callers[j.workspace].persist(request{method: "GET", path: "/v1/jobs/" + j.id})
	if err != nil {
		r.violation("%s under the brake: %v", j.name(), err)
		return
	}
	s, err := readJob(a)
	if err != nil || !s.Done && (s.Progress.WaitReason != "brake" || s.Progress.WaitDetail != brakeReason) {
		r.violation("%s does not show the brake: %s, %v", j.name(), a, err)
		return
	}
	j.see(s)
}

// heldSightings counts the answers with jobs that the brake held.
func (r *run) heldSightings() (n int64) {
	for _, j := range r.book.all() {
		for _, s := range j.sightings {
			if s.Progress.WaitReason == "brake" {
				n++
			}
		}
	}
	return n
}

// judgeBrake returns what is wrong with the answers about jobs that the brake does not
// hold: a single or a preview must never show it.
func judgeBrake(sightings []sighting) []string {
	for _, s := range sightings {
		if s.Progress.WaitReason == "brake" && (s.Kind == "single" || s.Kind == "preview") {
			return []string{fmt.Sprintf("the brake holds it: %s", s)}
		}
	}
	return nil
}
