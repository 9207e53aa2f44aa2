package handbook

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
)

// A chapter is a page of the reference: the calls with one tag, and components.
type chapter struct {
	Name, Title string
	Lead        string // the first sentence about it
	About       template.HTML
	Calls       []*call
	Objects     []*object
}

// Path returns the path of the page.
func (c *chapter) Path() string { return Path + "/" + c.Name }

// places lists what the page has.
func (c *chapter) places() (list []place) {
	for _, call := range c.Calls {
		list = append(list, place{"#" + call.ID, call.Summary, call.Method})
	}
	for _, o := range c.Objects {
		list = append(list, place{Path: "#" + o.ID, Title: o.Name})
	}
	return list
}

// An object is a component that several places refer to.
type object struct {
	ID, Name    string
	Description template.HTML
	Type        string
	Objects     []string // components that have the fields, beside Fields
	Fields      []row
	Example     string

	met []string // components that it leads to
}

// maxInline is how many fields a component may have that is shown where it is used. One
// with more is shown once, below the calls.
const maxInline = 12

// chapters groups the calls by their tags, in the order of the document.
func (d *document) chapters() (list []*chapter, err error) {
	calls, err := d.calls()
	if err != nil {
		return nil, err
	}
	byTag := map[string]*chapter{}
	named := unique{"guide": 1, "assets": 1, "search.json": 1}
	about := map[string]string{}
	chapterOf := func(tag string) *chapter {
		if byTag[tag] == nil {
			byTag[tag] = &chapter{Name: named.of(cmp.Or(strings.ToLower(anchor(tag)), "other")), Title: tag, Lead: firstSentence(about[tag]), About: prose(about[tag])}
			list = append(list, byTag[tag])
		}
		return byTag[tag]
	}
	for _, t := range d.Tags {
		about[t.Name] = t.Description
		chapterOf(t.Name)
	}
	for _, c := range calls {
		in := chapterOf(c.tag)
		in.Calls = append(in.Calls, c)
	}
	d.fillAll(list)
	return slices.DeleteFunc(list, func(c *chapter) bool { return len(c.Calls)+len(c.Objects) == 0 }), nil
}

func firstSentence(text string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), ". ")
	return strings.TrimSuffix(first, ".") + strings.Repeat(".", min(len(first), 1))
}

// fillAll unfolds all calls, and puts each component on the page of its own tag, or else
// on that from which it is fewest steps away, or the first of those.
func (d *document) fillAll(list []*chapter) {
	large, made := d.largeComponents(), map[string]*object{}
	home, nearest := map[string]*chapter{}, map[string]int{}
	for _, c := range list {
		var met []string
		for _, call := range c.Calls {
			met = append(met, d.fill(call, large)...)
		}
		for name, steps := range d.objectsOf(met, large, made) {
			if near, ok := nearest[name]; !ok || steps < near {
				home[name], nearest[name] = c, steps
			}
		}
	}
	for _, name := range d.Components.Schemas.names {
		c, s := home[name], d.Components.Schemas.get(name)
		if c == nil {
			continue
		}
		if i := slices.IndexFunc(list, func(c *chapter) bool { return s != nil && c.Title == s.Tag }); i >= 0 {
			c = list[i]
		}
		c.Objects = append(c.Objects, made[name])
	}
	for _, c := range list {
		c.distinguish()
	}
}

// distinguish makes the addresses on the page different from one another: alternatives
// may have fields of the same name.
func (c *chapter) distinguish() {
	ids := unique{"main": 1, "contents": 1, "find": 1, "found": 1, "found-status": 1} // those of the frame
	rows := func(list []row) {
		for i := range list {
			list[i].ID = ids.of(list[i].ID)
		}
	}
	params := func(list []param) {
		for i := range list {
			list[i].ID = ids.of(list[i].ID)
		}
	}
	for _, call := range c.Calls {
		call.ID = ids.of(call.ID)
		params(call.Params)
		for _, b := range call.Bodies {
			rows(b.Fields)
		}
		for _, a := range call.Answers {
			params(a.Headers)
			for _, b := range a.Bodies {
				rows(b.Fields)
			}
		}
	}
	for _, o := range c.Objects {
		o.ID = ids.of(o.ID)
		rows(o.Fields)
	}
}

// largeComponents returns a function that says which components are shown apart.
func (d *document) largeComponents() func(string) bool {
	large := map[string]bool{}
	for _, name := range d.Components.Schemas.names {
		u := d.unfold(d.Components.Schemas.get(name), func(string) bool { return false })
		large[name] = len(u.fields) > maxInline
	}
	return func(name string) bool { return large[name] }
}

// objectsOf unfolds components, and those that they lead to, and returns how many steps
// each is away.
func (d *document) objectsOf(names []string, large func(string) bool, made map[string]*object) map[string]int {
	steps := map[string]int{}
	for step := 1; len(names) > 0; step++ {
		var next []string
		for _, name := range names {
			if steps[name] != 0 {
				continue
			}
			steps[name] = step
			if made[name] == nil {
				made[name] = d.object(name, large)
			}
			next = append(next, made[name].met...)
		}
		names = next
	}
	return steps
}

// object unfolds a component.
func (d *document) object(name string, large func(string) bool) *object {
	found, _ := d.schema(d.Components.Schemas.get(name))
	o := &object{ID: "object-" + anchor(name), Name: name}
	if found == nil {
		return o
	}
	u := &unfolding{document: d, large: large, within: []string{name}}
	o.Objects = u.links(found, false, 0)
	u.members(found, "", 0)
	o.Fields, o.met = rows(anchor(name), u), append(u.met, o.Objects...)
	o.Type, o.Description, o.Example = d.typeOf(found, 0), prose(found.Description), pretty(d.sample(nil, ordered[example]{}, found))
	return o
}
