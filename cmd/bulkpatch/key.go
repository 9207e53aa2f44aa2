package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"bulkpatch/auth"
	"bulkpatch/client"
)

type keyCommand struct {
	Create keyCreateCommand `cmd:"" help:"Create a key, and its workspace if that is new."`
	List   keyListCommand   `cmd:"" help:"List the keys that are neither revoked nor expired."`
	Rotate keyRotateCommand `cmd:"" help:"Give a key a new secret."`
	Revoke keyRevokeCommand `cmd:"" help:"Revoke a key."`
}

// Help shows an example.
func (keyCommand) Help() string {
	return `Example:
  bulkpatch key create crm-sync --workspace main --preset editor --expires 90d`
}

type keyCreateCommand struct {
	Name    string `arg:"" help:"Name of the key; jobs show it."`
	Scopes  string `placeholder:"LIST" help:"Scopes of the key, separated by commas: customers:read, customers:write, jobs:read, jobs:write, secrets:read, admin."`
	Preset  string `placeholder:"NAME" set:"choices=${presets}" help:"Scopes that go together, besides those of --scopes: reader (customers:read, jobs:read), editor (those, customers:write, jobs:write), operator (jobs:read, jobs:write) or admin."`
	Expires string `placeholder:"TIME" help:"How long the key works, such as 90d or 12h (default: until it is revoked)."`
	Person  string `placeholder:"WHO" help:"Whose key it is, in at most 200 characters."`
	outputFlag
	workspaceFlag
	targetFlags

	scopes  []string
	options []client.KeyOption
}

// Help shows an example.
func (keyCreateCommand) Help() string {
	return `Examples:
  bulkpatch key create crm-sync --workspace main --scopes customers:read,customers:write,jobs:read
  bulkpatch key create ana --preset editor --expires 90d --person ana@example.com

The key is printed once and cannot be shown again.`
}

func (c *keyCreateCommand) check(r *reader) {
	if !r.line.typed("scopes") && !r.line.typed("preset") {
		r.fault("--scopes", "is missing: give --scopes LIST, --preset NAME, or both")
	}
	if r.line.typed("scopes") {
		scopes, err := auth.ParseScopes(c.Scopes)
		if err != nil {
			r.fault("--scopes", "is wrong: %v", err)
		}
		for _, s := range scopes {
			c.scopes = append(c.scopes, string(s))
		}
	}
	if r.line.typed("preset") {
		r.choice("--preset", c.Preset)
		c.options = append(c.options, client.WithPreset(c.Preset))
	}
	if r.line.typed("expires") {
		c.options = append(c.options, client.WithExpiry(clock().Add(r.duration("--expires", c.Expires))))
	}
	if r.line.typed("person") {
		if !auth.ValidPerson(c.Person) {
			r.fault("--person", "must have 1 to %d characters, without control characters", auth.MaxPerson)
		}
		c.options = append(c.options, client.WithPerson(c.Person))
	}
	r.output(c.outputFlag)
	r.target(c.targetFlags)
}

// Run creates the key. Only its secret goes to standard output, so that a script
// can assign it to a variable.
func (c *keyCreateCommand) Run(a *app, s settings) error {
	t, err := administer(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	key, secret, err := t.CreateKey(a.ctx, c.Name, c.Workspace, c.scopes, c.options...)
	if err != nil {
		return err
	}
	if s.answers != nil {
		return a.answer(s.answers.last)
	}
	fmt.Fprintf(a.err, "Key %s of workspace %s (%s), shown this once:\n", key.Name, key.Workspace, strings.Join(key.Scopes, ", "))
	fmt.Fprintln(a.out, secret)
	return nil
}

type keyListCommand struct {
	outputFlag
	targetFlags
}

// Help shows an example.
func (keyListCommand) Help() string {
	return `Example:
  bulkpatch key list --db sqlite://bulkpatch.db`
}

func (c *keyListCommand) check(r *reader) {
	r.output(c.outputFlag)
	r.target(c.targetFlags)
}

// Run prints a table of the live keys of all workspaces.
func (c *keyListCommand) Run(a *app, s settings) error {
	t, err := administer(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	if s.answers != nil {
		return answerAll(a, s, t.Keys(a.ctx))
	}
	_, err = printTable(a.out, "ID\tWORKSPACE\tNAME\tSCOPES\tPERSON\tBEGINS\tCREATED\tEXPIRES\tLAST USED", t.Keys(a.ctx), func(w io.Writer, k client.Key) {
		printRow(w, strconv.FormatInt(k.ID, 10), k.Workspace, k.Name, strings.Join(k.Scopes, ","),
			cmp.Or(k.Person, "-"), k.Hint+"…", k.CreatedAt.Format(time.DateTime), orNever(k.ExpiresAt), orNever(k.LastUsedAt))
	})
	return err
}

func orNever(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format(time.DateTime)
}

// keyFlags are what every command on one key takes.
type keyFlags struct {
	Key string `arg:"" name:"key" help:"ID or name of the key, as key list shows them; a name is looked up in --workspace."`
	outputFlag
	workspaceFlag
	targetFlags
}

func (f *keyFlags) check(r *reader) {
	r.output(f.outputFlag)
	r.target(f.targetFlags)
}

// onKey opens the target, and calls do with the key, which must be live.
func (f *keyFlags) onKey(a *app, s settings, do func(*target, client.Key) error) error {
	t, err := administer(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	for k, err := range t.Keys(a.ctx) {
		if err != nil {
			return err
		}
		if strconv.FormatInt(k.ID, 10) == f.Key || k.Name == f.Key && k.Workspace == f.Workspace {
			return do(t, k)
		}
	}
	return &refusedError{"no live key has this id, or this name in the workspace"}
}

type keyRotateCommand struct {
	keyFlags
	Overlap string `placeholder:"TIME" help:"How long the old secret works beside the new one, such as 24h; at most 7d (default: not at all)."`

	overlap time.Duration
}

// Help shows an example.
func (keyRotateCommand) Help() string {
	return `Example:
  bulkpatch key rotate crm-sync --workspace main --overlap 24h

The new secret is printed once and cannot be shown again. The id, the name, the
scopes and the jobs of the key stay.`
}

func (c *keyRotateCommand) check(r *reader) {
	if r.line.typed("overlap") {
		c.overlap = r.duration("--overlap", c.Overlap)
		if c.overlap > auth.MaxOverlap || c.overlap%time.Second != 0 {
			r.fault("--overlap", "must be whole seconds, and at most 7d")
		}
	}
	c.keyFlags.check(r)
}

// Run rotates the key. Only its new secret goes to standard output.
func (c *keyRotateCommand) Run(a *app, s settings) error {
	return c.onKey(a, s, func(t *target, k client.Key) error {
		k, secret, err := t.RotateKey(a.ctx, k.ID, c.overlap)
		if err != nil {
			return err
		}
		if s.answers != nil {
			return a.answer(s.answers.last)
		}
		until := "no longer works"
		if c.overlap > 0 {
			until = "works for another " + c.Overlap
		}
		fmt.Fprintf(a.err, "The old secret of key %s of workspace %s %s. The new one, shown this once:\n", k.Name, k.Workspace, until)
		fmt.Fprintln(a.out, secret)
		return nil
	})
}

type keyRevokeCommand struct{ keyFlags }

// Help shows an example.
func (keyRevokeCommand) Help() string {
	return `Example:
  bulkpatch key revoke crm-sync --workspace main`
}

// Run revokes the key.
func (c *keyRevokeCommand) Run(a *app, s settings) error {
	return c.onKey(a, s, func(t *target, k client.Key) error {
		if err := t.RevokeKey(a.ctx, k.ID); err != nil {
			return err
		}
		if s.answers != nil {
			return nil // the API answers without a body
		}
		fmt.Fprintf(a.out, "revoked key %s of workspace %s\n", k.Name, k.Workspace)
		return nil
	})
}
