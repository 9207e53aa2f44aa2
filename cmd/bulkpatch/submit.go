package main

import (
	"strconv"
	"strings"

	"bulkpatch/client"
)

// submitHelp is the command whose help explains a fault that shows only when it runs.
const submitHelp = "bulkpatch submit"

type submitCommand struct {
	Model  string   `arg:"" help:"Model of the customers, such as desk."`
	Filter string   `placeholder:"JSON" help:"Which customers to change; @FILE reads it from a file, and @- or - from standard input."`
	Where  []string `placeholder:"CONDITION" sep:"none" help:"A condition in place of --filter, such as state=active; all that are given must hold. The operators are = != < <= > >= and ~ (contains); null is no value."`
	ID     string   `name:"id" placeholder:"ID" help:"Change this one customer, in place of --filter."`
	Patch  string   `placeholder:"JSON" help:"What to change, as a merge patch; @FILE, @- or - read it, as for --filter."`
	Set    []string `placeholder:"FIELD=VALUE" sep:"none" help:"A change in place of --patch, such as jobTitle=Lead; address.city=Rome sets a value inside an object."`
	Clear  []string `placeholder:"FIELD" sep:"none" help:"A field to clear, in place of --patch or beside --set."`

	Compute string `placeholder:"JSON" help:"Operators that compute new values of each customer from its own, in place of a patch or beside it; @FILE, @- or - read it, as for --filter."`

	fileFlags
	submitOptions
	confirmFlags
	waitFlag
	outputFlag
	workspaceFlag
	targetFlags

	conditions []typedCondition
	changes    []typedChange
	options    client.Options
}

// submitOptions are the options of a job.
type submitOptions struct {
	Note             string `placeholder:"TEXT" help:"Why, at most 500 characters. People see it at the job."`
	AllowAll         bool   `help:"Needed for a filter that is true for every customer. Without --filter, --where and --id it means all of them."`
	MaxAffected      string `placeholder:"N" help:"Fail, and change nothing, if more customers match."`
	ExpectedCount    string `placeholder:"N" help:"Fail, and change nothing, if another number of customers matches."`
	ConfirmToken     string `placeholder:"TOKEN" help:"Token of a preview (--dry-run): fail, and change nothing, if other customers match by now."`
	OnMismatch       string `placeholder:"HOW" set:"choices=skip,force" help:"What to do with a customer that no longer matches when its turn comes: skip or force (default skip)."`
	RecordsPerSecond string `placeholder:"N" help:"Change at most so many customers per second."`
	MaxFailures      string `placeholder:"N" help:"Stop as failed when so many customers have failed."`
	AllowNewOptions  bool   `help:"Add values that a drop-down does not have to its choices."`
	Webhook          string `placeholder:"URL" help:"Address that is called when the job ends."`
	IdempotencyKey   string `placeholder:"KEY" help:"Submissions with the same key make one job, for a script that may be run again. By default each run has a key of its own, so that a lost answer makes no second job."`
}

// Help shows an example.
func (submitCommand) Help() string {
	return `Examples:
  bulkpatch submit desk --where state=active --where 'createdAt<2026-01-01' --set jobTitle=Lead --clear phone
  bulkpatch submit desk --filter '{"state":"active"}' --patch '{"jobTitle":"Lead"}' --dry-run
  bulkpatch submit desk --where state=active --compute '{"jobTitle":[{"$trim":true},{"$suffix":" (EU)"}]}'
  bulkpatch submit desk --file leads.xlsx --match externalId --columns '{"Job title":"jobTitle","Remarks":null}' --dry-run
  bulkpatch submit desk --filter @filter.json --patch @patch.json --note "spring titles" --wait --yes

Above 1,000 customers it shows a preview and asks; what is changed is what was shown, or nothing. --yes leaves out the question. Without a terminal to ask on, and without --yes, it refuses. Up to 1,000 customers it does not ask, and the job may not change more than 1,000.

In --where and --set a value has the type that the field has in the model. null is no value, and a text in double quotes is that text: --set 'note="null"'. Spaces around the operator are ignored.

With --file each row changes its own customer. If --columns is needed, it prints what the columns could stand for, and ends with 2. bulkpatch results JOB --rows --outcome failed returns the rows that failed.

Standard output has the id of the new job and nothing else. --wait shows its progress on standard error; the exit status is then 0 if it succeeded, and 1 if not. --dry-run ends with 1 if the job would be refused as a whole.`
}

func (c *submitCommand) check(r *reader) {
	if !c.fileFlags.check(r) {
		c.checkTarget(r)
		c.checkPatch(r)
	}
	c.readOptions(r)
	r.output(c.outputFlag)
	r.target(c.targetFlags)
	r.customersOf(c.workspaceFlag)
}

// checkTarget reads which customers are meant.
func (c *submitCommand) checkTarget(r *reader) {
	r.exclusive("filter", "where", "id")
	for _, typed := range c.Where {
		condition, ok := parseCondition(typed)
		if !ok {
			r.fault("--where", "%q is not a condition such as state=active, with one of the operators = != < <= > >= ~", typed)
		}
		c.conditions = append(c.conditions, condition)
	}
	switch {
	case r.line.typed("filter"), r.line.typed("where"), r.line.typed("id"):
	case c.AllowAll:
		c.Filter = "{}"
	default:
		r.fault("--filter", "is missing: give --filter, --where or --id, or --allow-all for every customer")
	}
}

// checkPatch reads what is to be changed.
func (c *submitCommand) checkPatch(r *reader) {
	r.exclusive("patch", "set")
	r.exclusive("patch", "clear")
	if !r.line.typed("patch") && !r.line.typed("set") && !r.line.typed("clear") && !r.line.typed("compute") {
		r.fault("--patch", "is missing: give --patch, --set, --clear or --compute")
	}
	if r.line.typed("compute") && c.Compute == "" {
		r.fault("--compute", "has no operators")
	}
	c.changes = r.changes(c.Set, c.Clear)
	var reader string
	for _, flag := range []struct{ name, value string }{{"--filter", c.Filter}, {"--patch", c.Patch}, {"--compute", c.Compute}} {
		switch {
		case !fromStandardInput(flag.value):
		case reader != "":
			r.fault(flag.name, "and %s cannot both be read from standard input", reader)
		default:
			reader = flag.name
		}
	}
}

func (c *submitCommand) readOptions(r *reader) {
	c.options = client.Options{
		AllowAll: c.AllowAll, ConfirmToken: c.ConfirmToken, OnMismatch: c.OnMismatch,
		AllowNewOptions: c.AllowNewOptions, Note: c.Note, Webhook: c.Webhook,
		MaxAffected: r.count("--max-affected", c.MaxAffected), ExpectedCount: r.count("--expected-count", c.ExpectedCount),
		MaxFailures: r.count("--max-failures", c.MaxFailures),
		Blank:       c.Blank, ClearWord: c.ClearWord, Unmatched: c.Unmatched,
	}
	if r.line.typed("on-mismatch") {
		r.choice("--on-mismatch", c.OnMismatch)
	}
	if r.line.typed("records-per-second") {
		rate, err := strconv.ParseFloat(c.RecordsPerSecond, 64)
		if err != nil || !(rate > 0 && rate <= 1e12) {
			r.fault("--records-per-second", "%q is not a number above 0", c.RecordsPerSecond)
		}
		c.options.RecordsPerSecond = &rate
	}
	if r.line.typed("idempotency-key") && c.IdempotencyKey == "" {
		r.fault("--idempotency-key", "must have at least one character")
	}
	c.confirmFlags.check(r)
	if c.DryRun && c.Wait {
		r.fault("--wait", "has no effect with --dry-run: a preview makes no job")
	}
}

// count reads a flag that is a whole number, nil if it is not given.
func (r *reader) count(flag, text string) *int64 {
	if !r.line.typed(strings.TrimPrefix(flag, "--")) {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		r.fault(flag, "%q is not a whole number", text)
	}
	return &n
}

// exclusive records a fault if more than one of some flags is given.
func (r *reader) exclusive(flags ...string) {
	var given []string
	for _, f := range flags {
		if r.line.typed(f) {
			given = append(given, "--"+f)
		}
	}
	if len(given) > 1 {
		r.faults = append(r.faults, strings.Join(given, " and ")+" exclude each other: give the one that is meant")
	}
}
