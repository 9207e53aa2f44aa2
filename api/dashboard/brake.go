package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
)

// A brakeView is the brake as pages show it.
type brakeView struct {
	client.Brake
	Workspace string
	MaySwitch bool // the visitor may switch that of the workspace
	MayAll    bool // and that of every workspace
	Most      int  // characters of a reason

	// What was given with a reason that will not do.
	Wrong, Reason string
	All           bool
}

// readBrake reads the brake of the visitor's workspace.
func readBrake(v *Visit) (*brakeView, error) {
	b := &brakeView{
		Workspace: v.Key.Workspace.Name, Most: job.MaxBrakeReason,
		MaySwitch: v.may(auth.Admin), MayAll: Oversees(v.Key),
	}
	return b, v.Get("/v1/brake", &b.Brake)
}

// Brake answers with the page about the brake of the visitor's workspace.
func (d *Dashboard) Brake(v *Visit) error {
	b, err := readBrake(v)
	if err != nil {
		return err
	}
	return d.showBrake(v, http.StatusOK, b)
}

func (d *Dashboard) showBrake(v *Visit, status int, b *brakeView) error {
	f := d.visited(v, "Brake", d.brakeSection(v), b)
	f.Styles = []string{adminStyle}
	if status == http.StatusOK { // what was typed must not be read again
		f.Every = 5
	}
	return show(v, status, "brake", f)
}

// brakeHome is the page on which the visitor looks after the brake.
func (d *Dashboard) brakeHome(v *Visit) string {
	if d.maySeeQueues(v) {
		return QueuesPath + "#brake"
	}
	return BrakePath
}

// brakeSection is the page that the navigation marks for the brake.
func (d *Dashboard) brakeSection(v *Visit) string {
	if d.maySeeQueues(v) {
		return QueuesPath
	}
	return BrakePath
}

// maySeeQueues reports whether the visitor may open the page about queues.
func (d *Dashboard) maySeeQueues(v *Visit) bool { return d.queues != nil && Oversees(v.Key) }

// A turn is what is to be done with the brake.
type turn struct {
	on, all bool
	reason  string
}

func turnOf(values url.Values) turn {
	return turn{values.Get("on") == "true", values.Get("all") == "true", strings.TrimSpace(values.Get("reason"))}
}

// hidden returns the turn as fields of a form.
func (t turn) hidden() []hidden {
	return []hidden{{"on", strconv.FormatBool(t.on)}, {"all", strconv.FormatBool(t.all)}, {"reason", t.reason}}
}

// AskSwitchBrake answers with the page that asks before the brake is switched. It says
// how many jobs that holds, or lets go on, as of now.
func (d *Dashboard) AskSwitchBrake(v *Visit) error {
	t := turnOf(v.Request.URL.Query())
	b, err := readBrake(v)
	if err != nil {
		return err
	}
	if t.on && !job.ValidBrakeReason(t.reason) {
		b.Wrong = "Give a reason of at most " + strconv.Itoa(job.MaxBrakeReason) + " characters, on one line."
		b.Reason, b.All = t.reason, t.all
		return d.showBrake(v, http.StatusUnprocessableEntity, b)
	}
	return d.confirm(v, d.brakeSection(v), d.brakeConfirmation(v, b, t, d.brakedJobs(v, t)))
}

// brakeConfirmation asks about a turn that concerns some open jobs.
func (d *Dashboard) brakeConfirmation(v *Visit, b *brakeView, t turn, jobs int64) confirmation {
	c := confirmation{
		Lines: b.offLines(t, jobs), Title: "Switch the brake off?", Action: BrakePath, Button: "Switch it off",
		Back: d.brakeHome(v), Hidden: t.hidden(),
	}
	if t.on {
		c.Title, c.Button, c.Danger, c.Lines = "Switch the brake on?", "Switch it on", true, b.onLines(t, jobs)
		if b.of(t).On {
			c.Title, c.Button = "Change the reason of the brake?", "Change the reason"
		}
	}
	if t.all {
		c.Title = strings.TrimSuffix(c.Title, "?") + " for every workspace?"
	}
	return c
}

// of is the switch that a turn is about.
func (b *brakeView) of(t turn) client.Switch {
	if t.all {
		return b.Switches.All
	}
	return b.Switches.Workspace
}

// notCounted stands for a number of jobs that the database did not tell in time.
const notCounted = -1

// brakedJobs counts the open jobs that the brake concerns. A database that does not
// answer soon keeps nobody from the brake.
func (d *Dashboard) brakedJobs(v *Visit, t turn) int64 {
	ctx, cancel := context.WithTimeout(v.Request.Context(), partWithin)
	defer cancel()
	of := v.Key.Workspace.ID
	if t.all && Oversees(v.Key) {
		of = 0
	}
	n, err := d.store.BrakedJobs(ctx, of)
	if err != nil {
		return notCounted
	}
	return n
}

// reach says which jobs a turn is about.
func (b *brakeView) reach(t turn) string {
	if t.all {
		return " in all workspaces"
	}
	return " in the workspace " + b.Workspace
}

func (b *brakeView) onLines(t turn, jobs int64) []string {
	held := "This holds " + words.Plural(jobs, "open job") + b.reach(t) + ". When the next page appears, none of them changes a customer any more."
	switch jobs {
	case notCounted:
		held = "This holds the open jobs" + b.reach(t) + ". How many these are could not be counted in time."
	case 0:
		held = "There is no open job" + b.reach(t) + " that this would hold now."
	case 1:
		held = "This holds 1 open job" + b.reach(t) + ". When the next page appears, it changes no customer any more."
	}
	return []string{
		held,
		"New jobs are accepted and wait. Running imports stop after their batch, and new ones are refused. Updates of one customer and previews go on.",
		"Everybody who sees a job that is held reads the reason: “" + words.Isolated(t.reason) + "”",
	}
}

func (b *brakeView) offLines(t turn, jobs int64) []string {
	lines := []string{words.Plural(jobs, "open job") + b.reach(t) + " may go on."}
	if jobs == notCounted {
		lines = []string{"The open jobs" + b.reach(t) + " may go on. How many these are could not be counted in time."}
	}
	switch other := b.of(turn{all: !t.all}); {
	case other.On && t.all:
		lines = append(lines, "The workspace "+b.Workspace+" stays held by its own switch: “"+words.Isolated(other.Reason)+"”")
	case other.On:
		lines = []string{"The workspace stays held by the switch for every workspace: “" + words.Isolated(other.Reason) + "”"}
	case t.all:
		lines = append(lines, "A workspace stays held while its own switch is on.")
	}
	return lines
}

// SwitchBrake switches the brake, and leads back to where it is shown.
func (d *Dashboard) SwitchBrake(v *Visit) error {
	t := turnOf(v.Form)
	body := map[string]any{"on": t.on}
	if t.on {
		body["reason"] = t.reason
	}
	query := url.Values{}
	if t.all {
		query.Set("all", "true")
	}
	if _, err := v.Send(http.MethodPut, target(query, "v1", "brake"), body, nil); err != nil {
		return err
	}
	return v.redirect(d.brakeHome(v))
}
