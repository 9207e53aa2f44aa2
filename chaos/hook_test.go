package chaos

import (
	"fmt"
	"maps"
	"net/url"
	"time"
)

// A reaction is what the receiver of webhooks does with a call.
type reaction string

const (
	accept    reaction = "accept"                        // 204
	refuse    reaction = "refuse"                        // 500
	hang      reaction = "hang"                          // no answer, for longer than a sender waits
	breakOff  reaction = "break off"                     // the connection ends without an answer
	killEarly reaction = "kill the sender unanswered"    // the process that called, before it has an answer
	killLate  reaction = "kill the sender at its answer" // right after a 204
)

// troubles are the reactions other than accept. Those that take long or stop the rest of
// the load are rare.
var troubles = []reaction{
	refuse, refuse, refuse, refuse, refuse, refuse, breakOff, breakOff, breakOff, breakOff, breakOff, breakOff, hang, hang, killEarly, killLate,
}

// A hook is the option webhook of an update. Its retries inherit it.
type hook struct {
	path      string     // of the URL, which names the update
	reactions []reaction // to the first calls about one job; further ones are accepted
}

// quietEach: in one of so many seeds of webhooks nothing fails.
const quietEach = 5

// hooks gives most updates of a plan the option webhook. Some of these are soon cancelled.
func (d *planner) hooks() {
	p := d.plan
	for i := range p.bulks {
		op := &p.bulks[i]
		op.hook = d.hook(fmt.Sprintf("/%s/bulk/%d", op.table.workspace, op.n))
		if op.hook != nil && d.one(4) {
			op.actions = []action{{d.between(0, 300*time.Millisecond), "cancel", 0}}
		}
	}
	for i := range p.singles {
		op := &p.singles[i]
		op.hook = d.hook(fmt.Sprintf("/%s/single/%d", op.table.workspace, op.n))
	}
}

// hook returns the webhook of one update, nil for none.
func (d *planner) hook(path string) *hook {
	if d.one(4) {
		return nil
	}
	h := &hook{path: path}
	for !d.plan.quiet && len(h.reactions) < 2 && d.IntN(5) < 2 {
		h.reactions = append(h.reactions, troubles[d.IntN(len(troubles))])
	}
	return h
}

// url returns the URL that the job of an update is to call, with what nobody may see.
func (r *run) url(h *hook) string { return r.receiver.base + h.path + "?token=secret" }

// called returns options with the option webhook, if the update has one.
func (r *run) called(options map[string]any, h *hook) map[string]any {
	if h == nil {
		return options
	}
	options = maps.Clone(options)
	options["webhook"] = r.url(h)
	return options
}

// calledQuery is the same for a single, whose options are in its query.
func (r *run) calledQuery(h *hook) string {
	if h == nil {
		return ""
	}
	return "?webhook=" + url.QueryEscape(r.url(h))
}

// hook returns the webhook that a job must have, nil for none. It is unknown for a job
// that no caller was told of.
func (j *tracked) hook() (h *hook, known bool) {
	switch {
	case j.bulk != nil:
		return j.bulk.hook, true
	case j.single != nil:
		return j.single.hook, true
	case j.follows != nil && j.follows.by != undoIt:
		return j.follows.parent.hook()
	}
	return nil, j.follows != nil || j.preview != nil
}
