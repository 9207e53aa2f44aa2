package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
)

type brakeCommand struct {
	On     brakeOnCommand     `cmd:"" help:"Hold all jobs, except those over one record and previews."`
	Off    brakeOffCommand    `cmd:"" help:"Let the jobs go on."`
	Status brakeStatusCommand `cmd:"" help:"Show whether jobs are held, and why."`
}

// Help shows an example.
func (brakeCommand) Help() string {
	return `Example:
  bulkpatch brake on --reason "wrong prices in the last import" --db sqlite://bulkpatch.db

Each workspace has a switch of its own, and there is one for every workspace. Jobs are held while either is on. They keep their place, and go on when both are off. No import runs meanwhile.`
}

// allFlag chooses the switch for every workspace.
type allFlag struct {
	All bool `help:"Use the switch for every workspace. With --server the key must be an admin key of the workspace main."`
}

// brakeOf reads whose brake a command is about.
func (r *reader) brakeOf(o outputFlag, t targetFlags, w workspaceFlag, all allFlag) {
	r.output(o)
	r.target(t)
	r.customersOf(w)
	if all.All {
		r.idle("--workspace", "with --all")
		r.s.workspace = auth.MainWorkspace
	}
}

type brakeOnCommand struct {
	Reason string `required:"" placeholder:"TEXT" help:"Why, at most 200 characters. Users see it at each job that waits."`
	allFlag
	outputFlag
	workspaceFlag
	targetFlags
}

// Help shows an example.
func (brakeOnCommand) Help() string {
	return `Example:
  bulkpatch brake on --reason "wrong prices in the last import" --server http://127.0.0.1:8080 --key $KEY

When the command ends, no job writes any more. To repeat it is harmless, and changes the reason.`
}

func (c *brakeOnCommand) check(r *reader) {
	if r.line.typed("reason") && !job.ValidBrakeReason(c.Reason) {
		r.fault("--reason", "must say why: at most %d characters, and no control character", job.MaxBrakeReason)
	}
	r.brakeOf(c.outputFlag, c.targetFlags, c.workspaceFlag, c.allFlag)
}

// Run switches the brake on and shows it.
func (c *brakeOnCommand) Run(a *app, s settings) error {
	return withBrake(a, s, func(t *target) (client.Brake, error) {
		if c.All {
			return t.BrakeAllOn(a.ctx, c.Reason)
		}
		return t.BrakeOn(a.ctx, c.Reason)
	})
}

type brakeOffCommand struct {
	allFlag
	outputFlag
	workspaceFlag
	targetFlags
}

// Help shows an example.
func (brakeOffCommand) Help() string {
	return `Example:
  bulkpatch brake off --server http://127.0.0.1:8080 --key $KEY`
}

func (c *brakeOffCommand) check(r *reader) {
	r.brakeOf(c.outputFlag, c.targetFlags, c.workspaceFlag, c.allFlag)
}

// Run switches the brake off and shows it: the other switch may still be on.
func (c *brakeOffCommand) Run(a *app, s settings) error {
	return withBrake(a, s, func(t *target) (client.Brake, error) {
		if c.All {
			return t.BrakeAllOff(a.ctx)
		}
		return t.BrakeOff(a.ctx)
	})
}

type brakeStatusCommand struct {
	outputFlag
	workspaceFlag
	targetFlags
}

// Help shows an example.
func (brakeStatusCommand) Help() string {
	return `Example:
  bulkpatch brake status --db sqlite://bulkpatch.db --workspace main`
}

func (c *brakeStatusCommand) check(r *reader) {
	r.brakeOf(c.outputFlag, c.targetFlags, c.workspaceFlag, allFlag{})
}

// Run shows the brake.
func (c *brakeStatusCommand) Run(a *app, s settings) error {
	return withBrake(a, s, func(t *target) (client.Brake, error) { return t.Brake(a.ctx) })
}

// withBrake opens the target, makes a call, and prints the brake that it returns.
func withBrake(a *app, s settings, do func(*target) (client.Brake, error)) error {
	t, err := connect(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	b, err := do(t)
	if err != nil {
		return err
	}
	if s.answers != nil {
		return a.answer(s.answers.last)
	}
	if b.On {
		fmt.Fprintln(a.out, "The brake is on: jobs are held, except those over one record and previews.")
	} else {
		fmt.Fprintln(a.out, "The brake is off.")
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SWITCH\tSTATE\tSINCE\tBY\tREASON")
	printSwitch(w, "workspace", b.Switches.Workspace)
	printSwitch(w, "all", b.Switches.All)
	return w.Flush()
}

func printSwitch(w *tabwriter.Writer, name string, s client.Switch) {
	state, since := "off", ""
	if s.On {
		state = "on"
	}
	if s.Since != nil {
		since = s.Since.Format(time.DateTime)
	}
	printRow(w, name, state, since, s.By, s.Reason)
}
