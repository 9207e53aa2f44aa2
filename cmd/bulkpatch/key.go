package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"bulkpatch/auth"
)

type keyCommand struct {
	Create keyCreateCommand `cmd:"" help:"Create a key, and its workspace if that is new."`
	List   keyListCommand   `cmd:"" help:"List the keys that are not revoked."`
	Revoke keyRevokeCommand `cmd:"" help:"Revoke a key."`
}

// Help shows an example.
func (keyCommand) Help() string {
	return `Example:
  bulkpatch key create crm-sync --workspace main --scopes customers:read,customers:write,jobs:read`
}

type keyCreateCommand struct {
	Name   string `arg:"" help:"Name of the key; jobs show it."`
	Scopes string `required:"" placeholder:"LIST" help:"Scopes of the key, separated by commas: customers:read, customers:write, jobs:read, jobs:write, secrets:read, admin."`
	workspaceFlag
	targetFlags

	scopes []auth.Scope
}

// Help shows an example.
func (keyCreateCommand) Help() string {
	return `Example:
  bulkpatch key create crm-sync --workspace main --scopes customers:read,customers:write,jobs:read

The key is printed once and cannot be shown again.`
}

func (c *keyCreateCommand) check(r *reader) {
	var err error
	if c.scopes, err = auth.ParseScopes(c.Scopes); err != nil && r.line.typed("scopes") {
		r.fault("--scopes", "is wrong: %v", err)
	}
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
	names := strings.Split(auth.JoinScopes(c.scopes), ",")
	key, secret, err := t.CreateKey(a.ctx, c.Name, c.Workspace, names)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.err, "Key %s of workspace %s (%s), shown this once:\n", key.Name, key.Workspace, strings.Join(key.Scopes, ", "))
	fmt.Fprintln(a.out, secret)
	return nil
}

type keyListCommand struct{ targetFlags }

// Help shows an example.
func (keyListCommand) Help() string {
	return `Example:
  bulkpatch key list --db sqlite://bulkpatch.db`
}

func (c *keyListCommand) check(r *reader) { r.target(c.targetFlags) }

// Run prints a table of the keys of all workspaces that are not revoked.
func (c *keyListCommand) Run(a *app, s settings) error {
	t, err := administer(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tWORKSPACE\tNAME\tSCOPES\tBEGINS\tCREATED")
	for k, err := range t.Keys(a.ctx) {
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s…\t%s\n", k.ID, k.Workspace, k.Name, strings.Join(k.Scopes, ","), k.Hint, k.CreatedAt.Format(time.DateTime))
	}
	return w.Flush()
}

type keyRevokeCommand struct {
	Key string `arg:"" name:"key" help:"ID or name of the key, as key list shows them; a name is looked up in --workspace."`
	workspaceFlag
	targetFlags
}

// Help shows an example.
func (keyRevokeCommand) Help() string {
	return `Example:
  bulkpatch key revoke crm-sync --workspace main`
}

func (c *keyRevokeCommand) check(r *reader) { r.target(c.targetFlags) }

// Run revokes the key.
func (c *keyRevokeCommand) Run(a *app, s settings) error {
	t, err := administer(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	for k, err := range t.Keys(a.ctx) {
		if err != nil {
			return err
		}
		if strconv.FormatInt(k.ID, 10) != c.Key && (k.Name != c.Key || k.Workspace != c.Workspace) {
			continue
		}
		if err := t.RevokeKey(a.ctx, k.ID); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "revoked key %s of workspace %s\n", k.Name, k.Workspace)
		return nil
	}
	return errors.New("no live key has this number, or this name in the workspace")
}
