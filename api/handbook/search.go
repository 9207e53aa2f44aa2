package handbook

import (
	"fmt"
	"strings"
)

// An entry is what the search can find. Its names are short because there are thousands.
type entry struct {
	Kind  string `json:"k"`
	Title string `json:"t"`
	Path  string `json:"p"`
	Text  string `json:"x,omitempty"`
	Also  string `json:"a,omitempty"` // found like the title, and not shown
}

// An index lists what the search can find. The script of the pages reads it whole.
type index struct {
	entries []entry
	seen    map[string]*repeated // by kind, title and text
}

// A repeated is an entry that stands for several places that say the same.
type repeated struct{ at, more int }

// Bounds of the text that is searched, in bytes.
const (
	maxSectionText = 3000
	maxCallText    = 600
	maxEntryText   = 200
)

// alsoCalled has the words by which people look for sections of the guide that do not
// have them, by the address of the section.
var alsoCalled = map[string]string{
	"keys-and-scopes":        "authentication authorization permissions login token bearer",
	"lists":                  "pagination paging next page sort order",
	"export-and-import":      "bulk create insert upsert upload download csv",
	"one-record":             "optimistic locking concurrency if-match etag",
	"when-an-answer-is-lost": "idempotency idempotent timeout duplicate",
	"limits":                 "quota throttling rate limit",
	"errors":                 "exceptions problem status codes",
	"node":                   "javascript typescript",
	"other-languages":        "python javascript typescript node java php ruby sdk library",
	"webhooks":               "callback notification",
	"undo":                   "rollback revert restore",
}

func (x *index) add(e entry, most int) {
	e.Text = strings.Join(strings.Fields(e.Text), " ")
	if len(e.Text) > most {
		e.Text = strings.ToValidUTF8(e.Text[:most], "")
	}
	x.entries = append(x.entries, e)
}

// addOnce adds an entry of a call or an object, unless there is one that says the same of
// another: then that one says of how many.
func (x *index) addOnce(kind, title, path, of, text string) {
	if x.seen == nil {
		x.seen = map[string]*repeated{}
	}
	key := kind + "\n" + title + "\n" + text
	if r := x.seen[key]; r != nil {
		r.more++
		first, rest, _ := strings.Cut(x.entries[r.at].Text, ": ")
		first, _, _ = strings.Cut(first, " and ")
		x.entries[r.at].Text = fmt.Sprintf("%s and %d more: %s", first, r.more, rest)
		return
	}
	x.seen[key] = &repeated{at: len(x.entries)}
	x.add(entry{Kind: kind, Title: title, Path: path, Text: of + ": " + text}, maxEntryText)
}

// guide adds the sections of the guide, and each code of its tables.
func (x *index) guide(g guidePage) {
	for _, s := range g.sections {
		x.add(entry{Kind: "Guide", Title: s.Title, Path: Path + "/guide#" + s.ID, Text: s.text, Also: alsoCalled[s.ID]}, maxSectionText)
	}
	for _, c := range g.codes {
		x.add(entry{Kind: "Code", Title: c.code, Path: Path + "/guide#" + c.id, Text: c.text}, maxEntryText)
	}
}

// chapter adds the calls, parameters and fields of a page of the reference.
func (x *index) chapter(c *chapter) {
	at := c.Path() + "#"
	for _, call := range c.Calls {
		line, kind, also := call.Method+" "+call.Path, "Call", ""
		if call.Received != "" {
			kind, also = "Webhook", " webhook "+alsoCalled["webhooks"]
		}
		x.add(entry{Kind: kind, Title: call.Summary, Path: at + call.ID, Also: line + " " + call.ID + also, Text: line + " " + call.operation.Description}, maxCallText)
		for _, p := range call.Params {
			x.addOnce("Parameter", p.Name, at+p.ID, line, p.Description)
		}
		for _, b := range call.Bodies {
			x.rows(at, line, b.Fields)
		}
		for _, a := range call.Answers {
			for _, b := range a.Bodies {
				x.rows(at, line, b.Fields)
			}
		}
	}
	for _, o := range c.Objects {
		x.add(entry{Kind: "Object", Title: o.Name, Path: at + o.ID}, maxEntryText)
		x.rows(at, o.Name, o.Fields)
	}
}

func (x *index) rows(at, of string, rows []row) {
	for _, r := range rows {
		x.addOnce("Field", r.Path, at+r.ID, of, strings.TrimSpace(r.Code+" "+r.Description))
	}
}
