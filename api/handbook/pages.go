package handbook

import (
	"embed"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
)

// Paths of the pages. Below AssetsPath is a folder with the version of the files.
const (
	Path       = "/docs"
	AssetsPath = Path + "/assets/"
)

//go:embed assets
var assetFiles embed.FS

//go:embed pages
var pageFiles embed.FS

var (
	assets    = web.NewAssets(assetFiles, "assets", AssetsPath)
	templates = template.Must(template.New("").Funcs(template.FuncMap{
		"asset": assets.Path, "shared": dashboard.AssetPath, "inline": inline, "join": strings.Join, "lower": strings.ToLower,
		"codes": codeList, "link": (*maker)(nil).link, // each maker has its own
	}).ParseFS(pageFiles, "pages/*.html"))
)

// codeList writes words as code, with commas.
func codeList(words []string) template.HTML {
	var list []string
	for _, w := range words {
		list = append(list, "<code>"+template.HTMLEscapeString(w)+"</code>")
	}
	return template.HTML(strings.Join(list, ", "))
}

// Pages are all pages, which are made when the first one is asked for. They are safe for
// concurrent use.
type Pages struct {
	made func() (map[string]file, error)
}

// A file is a page as it is sent.
type file struct {
	kind, tag string
	content   *web.Packed
}

// New returns the pages of the API that an OpenAPI 3.1 document describes.
func New(openAPI []byte) *Pages {
	return &Pages{made: sync.OnceValues(func() (map[string]file, error) { return makeFiles(openAPI) })}
}

// Serve answers with a page; "" is the first one. found is false if there is none of
// that name. An error means that the document cannot be read.
func (p *Pages) Serve(w http.ResponseWriter, r *http.Request, name string) (found bool, err error) {
	files, err := p.made()
	if err != nil {
		return false, err
	}
	f, found := files[name]
	if !found {
		return false, nil
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Content-Security-Policy", web.PagePolicy)
	h.Set("Cache-Control", "no-cache") // a new start may have other models
	h.Set("ETag", f.tag)
	if web.MatchesTag(r.Header.Values("If-None-Match"), f.tag) {
		w.WriteHeader(http.StatusNotModified)
		return true, nil
	}
	f.content.Send(w, r)
	return true, nil
}

// Asset answers with a file that pages refer to, and reports whether this version has
// one of that name.
func Asset(w http.ResponseWriter, version, name string) bool { return assets.Serve(w, version, name) }
