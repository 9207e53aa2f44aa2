package dashboard

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// A Store is what the pages need of the database.
type Store interface {
	// Outbox counts the wake-ups of all workspaces that wait to be sent.
	Outbox(ctx context.Context) (job.Outbox, error)
	// JobIDs names jobs of any workspace. Those that do not exist are missing.
	JobIDs(ctx context.Context, refs []job.Ref) (map[job.Ref]job.Label, error)
}

// A QueueReader tells what Redis has of the queues and the worker processes. It
// returns an error soon if Redis does not answer.
type QueueReader interface {
	Queues(ctx context.Context) (job.Queues, error)
}

// A Dashboard serves the pages. It is safe for concurrent use.
type Dashboard struct {
	store  Store
	queues QueueReader
	now    func() time.Time
}

// New returns a dashboard. With a nil QueueReader it has no page about queues.
func New(store Store, queues QueueReader, now func() time.Time) *Dashboard {
	return &Dashboard{store: store, queues: queues, now: now}
}

// A Visit is one request for a page, by somebody who may open it.
type Visit struct {
	http.ResponseWriter
	Request *http.Request
	Key     auth.Key    // zero for a page that needs none
	Caller  auth.Caller // who visits
	// CanSignOut says that the visitor has a session, and did not send the key itself.
	CanSignOut bool
}

// Oversees reports whether a key may look at what concerns all workspaces.
func Oversees(k auth.Key) bool {
	return k.Has(auth.Admin) && k.Workspace.Name == auth.MainWorkspace
}

//go:embed pages
var pageFiles embed.FS

// pages are the templates, each with the frame that all share.
var pages = map[string]*template.Template{
	"failure": parsed("failure"),
	"home":    parsed("home"),
	"open":    parsed("open"),
	"queues":  parsed("queues"),
	"signin":  parsed("signin"),
}

func parsed(name string) *template.Template {
	return template.Must(template.New("frame.html").Funcs(template.FuncMap{
		"asset": assetPath, "number": number, "lasting": lasting, "clock": clock, "day": day,
	}).ParseFS(pageFiles, "pages/frame.html", "pages/"+name+".html"))
}

// policy is the Content-Security-Policy of every page: it runs our own script and
// style sheet, and nothing that is written into the page or comes from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// A frame is what surrounds a page.
type frame struct {
	Title   string
	Path    string // of the page that is marked in the navigation
	Live    bool   // the page is loaded again and again
	Visitor *Visit // nil if nobody has signed in
	Links   []link
	Page    any
}

type link struct{ Path, Name string }

// links lists the pages that a visitor may open.
func (d *Dashboard) links(v *Visit) (list []link) {
	if d.queues != nil && Oversees(v.Key) {
		list = append(list, link{QueuesPath, "Queues"})
	}
	return list
}

// show answers with a page.
func show(w http.ResponseWriter, status int, name string, f frame) error {
	var body bytes.Buffer
	if err := pages[name].Execute(&body, f); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	// With no-referrer, browsers send "Origin: null" with our own forms, which
	// then look as if another site had sent them.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a visitor who has left needs no page
	return nil
}

// visited returns the frame of a page for somebody who has signed in.
func (d *Dashboard) visited(v *Visit, title, path string, page any) frame {
	return frame{Title: title, Path: path, Visitor: v, Links: d.links(v), Page: page}
}
