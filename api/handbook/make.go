package handbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"path"

	"bulkpatch/api/web"
	"bulkpatch/docs"
)

// A frame is what surrounds a page.
type frame struct {
	Title, Path string
	Groups      []group // the contents
	Here        []place // the sections of this page
	Page        any
}

// A group is a part of the contents.
type group struct {
	Title string
	Links []place
}

// A place is a link to a page or a part of one.
type place struct {
	Path, Title, Method string
}

// makeFiles makes all pages, and the index for the search.
func makeFiles(openAPI []byte) (map[string]file, error) {
	d, err := readDocument(openAPI)
	if err != nil {
		return nil, err
	}
	guide, err := readGuide(docs.Guide)
	if err != nil {
		return nil, fmt.Errorf("read the guide: %w", err)
	}
	m := &maker{document: d, guide: guide, files: map[string]file{}, homes: map[string]string{}}
	if m.chapters, err = d.chapters(); err != nil {
		return nil, err
	}
	for _, c := range m.chapters {
		for _, o := range c.Objects {
			m.homes[o.Name] = c.Path() + "#" + o.ID
		}
	}
	m.templates = template.Must(templates.Clone()).Funcs(template.FuncMap{"link": m.link})
	m.contents()
	if err := m.makeAll(); err != nil {
		return nil, err
	}
	return m.files, nil
}

// A maker makes the pages.
type maker struct {
	*document
	guide    guidePage
	chapters []*chapter
	groups   []group
	index    index
	files    map[string]file

	templates *template.Template
	homes     map[string]string // the paths of components that are shown apart
}

// link is where a component is shown, with its name.
func (m *maker) link(name string) place { return place{Path: m.homes[name], Title: name} }

// contents lists all pages.
func (m *maker) contents() {
	guide := group{Title: "Guide"}
	for _, s := range m.guide.sections {
		if s.Level == 2 {
			guide.Links = append(guide.Links, place{Path: Path + "/guide#" + s.ID, Title: s.Title})
		}
	}
	calls := group{Title: "Reference"}
	for _, c := range m.chapters {
		calls.Links = append(calls.Links, place{Path: c.Path(), Title: c.Title})
	}
	m.groups = []group{guide, calls}
}

func (m *maker) makeAll() error {
	m.index.guide(m.guide)
	if err := m.add("guide", "guide", m.guide.Title, nil, m.guide); err != nil {
		return err
	}
	for _, c := range m.chapters {
		m.index.chapter(c)
		if err := m.add(c.Name, "chapter", c.Title, c.places(), c); err != nil {
			return err
		}
	}
	first := struct {
		About    template.HTML
		Guide    []section
		Chapters []*chapter
	}{prose(m.Info.Description), m.guide.sections, m.chapters}
	if err := m.add("", "first", "Documentation", nil, first); err != nil {
		return err
	}
	text, err := json.Marshal(m.index.entries)
	m.files["search.json"] = newFile(web.TypeJSON, text)
	return err
}

// add makes a page with a template.
func (m *maker) add(name, pattern, title string, here []place, page any) error {
	f := frame{Title: title, Path: path.Join(Path, name), Groups: m.groups, Here: here, Page: page}
	var b bytes.Buffer
	if err := m.templates.ExecuteTemplate(&b, pattern, f); err != nil {
		return fmt.Errorf("make the page %s: %w", name, err)
	}
	m.files[name] = newFile("text/html; charset=utf-8", b.Bytes())
	return nil
}

func newFile(kind string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{kind: kind, tag: `"` + hex.EncodeToString(sum[:16]) + `"`, content: web.NewPacked(content)}
}
