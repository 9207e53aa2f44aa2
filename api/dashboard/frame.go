package dashboard

import (
	"bytes"
	"crypto/rand"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
)

//go:embed pages
var pageFiles embed.FS

// pages are the templates by the names of their files, each with the frame and the
// parts that all share. What a page is made of is its template "page".
var pages = parsePages()

func parsePages() map[string]*template.Template {
	shared := template.Must(template.New("frame.html").Funcs(functions).ParseFS(pageFiles, "pages/frame.html", "pages/parts/*.html"))
	files, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	all := map[string]*template.Template{}
	for _, file := range files {
		if name := strings.TrimSuffix(path.Base(file), ".html"); name != "frame" {
			all[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, file))
		}
	}
	return all
}

// functions are what templates may call.
var functions = template.FuncMap{
	"asset": AssetPath, "number": words.Number, "lasting": words.Lasting, "clock": words.Clock, "iso": words.ISO, "day": words.Day, "once": rand.Text,
	"list": func(items ...any) []any { return items }, "deref": deref64,
	"actor": words.Actor, "brief": words.Brief, "dateType": dateType,
}

// A frame is what surrounds a page.
type frame struct {
	Title       string
	Path        string // of the page that is marked in the navigation
	Environment string
	Visitor     *Visit // nil if nobody has signed in
	Links       []link
	Page        any

	// Every is after how many seconds what is marked as live is read again, 0 for never.
	Every int
	// Events is the path of an event stream that sends what is marked as live when it
	// has changed, "" for none.
	Events string
	// Scripts and Styles are the files of assets that only this page needs.
	Scripts, Styles []string
}

type link struct{ Path, Name string }

// Key is the key that opens the page after "g", "" for none.
func (l link) Key() string { return goKeys[l.Path] }

// links lists the pages that a visitor may open.
func (d *Dashboard) links(v *Visit) (list []link) {
	offer := func(may bool, path, name string) {
		if may {
			list = append(list, link{path, name})
		}
	}
	offer(true, HomePath, "Overview")
	offer(true, JobsPath, "Jobs")
	offer(v.may(auth.CustomersWrite), NewPath, "New update")
	offer(v.filesAllowed(), FilesPath, "Files")
	offer(v.may(auth.CustomersRead), CustomersPath, "Customers")
	offer(d.maySeeQueues(v), QueuesPath, "Queues")
	offer(v.may(auth.Admin) && !d.maySeeQueues(v), BrakePath, "Brake")
	offer(v.may(auth.Admin), KeysPath, "Keys")
	offer(v.may(auth.Admin), AuditPath, "Audit")
	offer(true, LimitsPath, "Limits")
	return list
}

// May says in templates what a visitor's key allows.
func (f frame) May(scope string) bool {
	return f.Visitor != nil && f.Visitor.Key.Has(auth.Scope(scope))
}

// visited returns the frame of a page for somebody who has signed in.
func (d *Dashboard) visited(v *Visit, title, path string, page any) frame {
	return frame{Title: title, Path: path, Environment: d.environment, Visitor: v, Links: d.links(v), Page: page}
}

// show answers with a page.
func show(w http.ResponseWriter, status int, name string, f frame) error {
	var body bytes.Buffer
	if err := pages[name].Execute(&body, f); err != nil {
		return err
	}
	setHeaders(w.Header())
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a visitor who has left needs no page
	return nil
}

// showPart answers with one template of a page, without the frame, for a script that
// puts it into the page.
func showPart(w http.ResponseWriter, status int, page, part string, data any) error {
	var body bytes.Buffer
	if err := pages[page].ExecuteTemplate(&body, part, data); err != nil {
		return err
	}
	setHeaders(w.Header())
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a visitor who has left needs no page
	return nil
}

func setHeaders(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", web.PagePolicy)
	h.Set("Cache-Control", "no-store")
	// With no-referrer, browsers send "Origin: null" with our own forms, which
	// then look as if another site had sent them.
	h.Set("Referrer-Policy", "same-origin")
}
