package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"bulkpatch/client"
)

type auditCommand struct {
	Job       string `placeholder:"JOB" help:"Only what concerns this job, by its id."`
	By        string `placeholder:"KEY" help:"Only what was done with this key, by its id or name."`
	Action    string `placeholder:"LIST" help:"Only these actions, separated by commas, such as job.submitted,key.revoked."`
	Since     string `placeholder:"TIME" help:"Only what was done since then: a time such as 2026-01-31T12:00:00Z, or how long ago, such as 36h or 7d."`
	Until     string `placeholder:"TIME" help:"Only what was done before then, given like --since."`
	Workspace string `placeholder:"NAME" help:"Only what was done in this workspace; all that the key may see if it is not given."`
	outputFlag
	targetFlags

	query client.AuditQuery
}

// Help shows an example.
func (auditCommand) Help() string {
	return `Examples:
  bulkpatch audit --since 24h --db sqlite://bulkpatch.db
  bulkpatch audit --action key.created,key.revoked --server http://127.0.0.1:8080 --key $KEY

It prints who did what, newest first: when, what, in which workspace, with which key (and whose it is), from which address, on what, and the id of the request as the log has it. What this command line does on --db itself shows as the key local, of the user who ran it, from the address local.`
}

func (c *auditCommand) check(r *reader) {
	c.query = client.AuditQuery{
		Job: c.Job, Key: c.By, Workspace: c.Workspace, Limit: tableRows,
		Since: r.instant("--since", c.Since), Until: r.instant("--until", c.Until),
	}
	if c.Action != "" {
		c.query.Actions = strings.Split(c.Action, ",")
	}
	r.output(c.outputFlag)
	r.target(c.targetFlags)
}

// instant reads a time, or how long ago it was. It is zero if the flag is not
// given.
func (r *reader) instant(flag, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t
	}
	ago, err := parseDuration(text)
	if err != nil {
		r.fault(flag, "%q is neither a time such as 2026-01-31T12:00:00Z nor how long ago that was, such as 36h or 7d", text)
	}
	return time.Now().Add(-ago)
}

// Run prints the entries, newest first.
func (c *auditCommand) Run(a *app, s settings) error {
	t, err := administer(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	if s.answers != nil {
		return answerAll(a, s, t.Audit(a.ctx, c.query))
	}
	_, err = printTable(a.out, "TIME\tACTION\tWORKSPACE\tKEY\tFROM\tON\tREQUEST", t.Audit(a.ctx, c.query), func(w io.Writer, e client.AuditEntry) {
		printRow(w, e.At.Format(time.DateTime), e.Action, e.Workspace, whoOf(e), orDash(e.Address), onWhat(e), orDash(e.RequestID))
	})
	return err
}

// whoOf names the key, and whose it is if that is known.
func whoOf(e client.AuditEntry) string {
	who := "-"
	if e.Key != nil {
		who = e.Key.Name
	}
	if e.Person != nil {
		who += " (" + *e.Person + ")"
	}
	return who
}

func orDash(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}

// onWhat names what was acted on.
func onWhat(e client.AuditEntry) string {
	on := e.Target
	var words []string
	add := func(what, name string) {
		if name != "" {
			words = append(words, what+" "+name)
		}
	}
	add("job", on.JobID)
	add("by job", on.NewJobID)
	add("customer", on.RecordID.String())
	add("import", on.ImportID)
	add("file", on.FileID)
	add("of", on.Model)
	if on.KeyID != 0 {
		add("key", cmp.Or(on.KeyName, strconv.FormatInt(on.KeyID, 10)))
	}
	add("switch", on.Brake)
	add("because:", on.Reason)
	switch n := e.Counts; e.Action {
	case "import.ended":
		add("with", fmt.Sprintf("%d lines: %d inserted, %d updated, %d unchanged, %d failed", n["lines"], n["inserted"], n["updated"], n["unchanged"], n["failed"]))
	case "session.failed":
		add("with", fmt.Sprintf("%d attempts", n["attempts"]))
	}
	return strings.Join(words, " ")
}
