package dashboard

import (
	"net/url"
	"strconv"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A deed is what an audit entry records, as a sentence without its subject.
type deed []deedPart

// A deedPart is a piece of the sentence: words of ours, or what was acted on.
type deedPart struct {
	Text  string
	Path  string // of the page about it, "" for none
	Value bool   // it is a name, an id or a text that somebody chose
}

// String returns the sentence as plain text.
func (d deed) String() string {
	var b strings.Builder
	for _, p := range d {
		b.WriteString(p.Text)
	}
	return b.String()
}

// words adds words of ours.
func (d *deed) words(text string) { *d = append(*d, deedPart{Text: text}) }

// thing adds what was acted on.
func (d *deed) thing(text, path string) {
	*d = append(*d, deedPart{Text: text, Path: path, Value: true})
}

// jobVerbs are the words for actions on one job.
var jobVerbs = map[string]string{
	"job.paused": "paused the job ", "job.resumed": "resumed the job ", "job.cancelled": "cancelled the job ",
	"job.throttled": "changed the throttle of the job ", "job.retried": "retried the job ", "job.undone": "undid the job ",
	"job.redelivered": "sent again the webhook of the job ",
}

// kindWords are the words for jobs that were submitted.
var kindWords = map[string]string{
	"bulk": "submitted the bulk update ", "single": "submitted the update of one customer, job ", "preview": "submitted the preview ",
	"file": "submitted the file job ",
}

// deedOf says what an entry records. Pages of other workspaces are not linked to, since
// the visitor cannot open them.
func deedOf(v *Visit, e client.AuditEntry) (d deed) {
	t := e.Target
	subject, _, _ := strings.Cut(e.Action, ".")
	switch own := e.Workspace == v.Key.Workspace.Name; {
	case subject == "job":
		link := func(string) string { return "" }
		if own {
			link = jobPath
		}
		d.job(e, link)
	case subject == "record":
		d.words(map[bool]string{true: "created", false: "deleted"}[e.Action == "record.created"] + " the customer ")
		id := t.RecordID.String()
		path := ""
		if own && e.Action == "record.created" && v.may("customers:read") {
			path = recordPath(t.Model, id)
		}
		d.thing(id, path)
		d.words(" of " + t.Model)
	case subject == "import":
		d.imported(e)
	case subject == "file":
		d.words(strings.TrimPrefix(e.Action, "file.") + " the file ")
		path := ""
		if own && e.Action == client.AuditFileUploaded && v.filesAllowed() {
			path = filePath(t.Model, t.FileID, "")
		}
		d.thing(t.FileID, path)
		d.words(" of " + t.Model)
	case subject == "key":
		d.words(strings.TrimPrefix(e.Action, "key.") + " the key ")
		d.thing(t.KeyName, withQuery(AuditPath, url.Values{"key": {strconv.FormatInt(t.KeyID, 10)}}))
	case subject == "session":
		d.signedIn(e)
	case subject == "brake":
		d.braked(e)
	case subject == "webhook_secret":
		d.words("gave the workspace a new secret for webhooks")
	default:
		d.words(e.Action)
	}
	return d
}

// job says what was done to a job. link returns the path of a job, "" for none.
func (d *deed) job(e client.AuditEntry, link func(id string) string) {
	verb, ok := jobVerbs[e.Action]
	if !ok {
		if verb, ok = kindWords[e.Target.Kind]; !ok {
			verb = "submitted the job "
		}
	}
	d.words(verb)
	d.thing(e.Target.JobID, link(e.Target.JobID))
	if e.Target.NewJobID != "" {
		d.words(" by the job ")
		d.thing(e.Target.NewJobID, link(e.Target.NewJobID))
	}
	if e.Target.Model != "" {
		d.words(" of " + e.Target.Model)
	}
}

// importCounts are the counts of an import, in the order in which they are told.
var importCounts = []string{"inserted", "updated", "unchanged", "failed"}

func (d *deed) imported(e client.AuditEntry) {
	if e.Action == "import.started" {
		d.words("began an import of " + e.Target.Model)
	} else {
		d.words("ended an import of " + e.Target.Model)
	}
	if len(e.Counts) == 0 {
		return
	}
	d.words(": " + words.Plural(e.Counts["lines"], "line"))
	for _, name := range importCounts {
		if n, ok := e.Counts[name]; ok {
			d.words(", " + words.Number(n) + " " + name)
		}
	}
}

func (d *deed) signedIn(e client.AuditEntry) {
	switch e.Action {
	case "session.signed_in":
		d.words("signed in")
	case "session.signed_out":
		d.words("signed out")
	default:
		d.words("failed to sign in, " + words.Plural(max(e.Counts["attempts"], 1), "time") + " within a minute")
	}
}

func (d *deed) braked(e client.AuditEntry) {
	d.words("switched the brake ")
	if e.Action == "brake.on" {
		d.words("on")
	} else {
		d.words("off")
	}
	if e.Target.Brake == "all" {
		d.words(" for every workspace")
	}
	if e.Target.Reason != "" {
		d.words(": ")
		d.thing(e.Target.Reason, "")
	}
}
