package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
)

// GoFoundPath is the part of [GoPath] that a script shows while somebody types.
const GoFoundPath = GoPath + "/found"

// Limits of a search. Each model takes one call.
const (
	maxSearched = 200 // characters of what is searched
	maxOfAKind  = 8   // results
	maxModels   = 25  // that are searched
)

// searchTime is how long each call of a search may take.
const searchTime = 2 * time.Second

// A finding is one result of a search.
type finding struct {
	Kind  string // such as job; "" for a page
	Name  string
	About string // what else there is to say, "" for nothing
	Path  string
	State *shownState // of a job
}

// A search is what was found for some words.
type search struct {
	Words    string
	Findings []finding
	// Missed says what could not be searched, a sentence; "" if all was.
	Missed string
}

// Go leads to what has an id or a name, or lists what there is if that is not exactly
// one.
func (d *Dashboard) Go(v *Visit) error {
	found := d.search(v)
	if len(found.Findings) == 1 && found.Missed == "" && found.Words != "" {
		return v.redirect(found.Findings[0].Path)
	}
	return show(v, http.StatusOK, "go", d.visited(v, "Go to", GoPath, found))
}

// GoFound answers with the list of [Dashboard.Go] alone.
func (d *Dashboard) GoFound(v *Visit) error {
	return showPart(v, http.StatusOK, "go", "found", d.search(v))
}

// search looks for jobs by the beginning of their ids, for customers by their ids in all
// models, for keys by their ids and names, and for pages by their names. Without words
// it finds the pages.
func (d *Dashboard) search(v *Visit) search {
	v.Within = searchTime
	s := search{Words: v.query("q")}
	if runes := []rune(s.Words); len(runes) > maxSearched {
		s.Words = string(runes[:maxSearched])
	}
	var missed []string
	for _, in := range []struct {
		what string
		find func(*Visit, string) ([]finding, error)
	}{{"the jobs", findJobs}, {"the customers", findRecords}, {"the keys", findKeys}} {
		if s.Words == "" {
			break
		}
		list, err := in.find(v, s.Words)
		s.Findings = append(s.Findings, list...)
		if err != nil {
			missed = append(missed, in.what)
		}
	}
	if len(missed) > 0 {
		s.Missed = "Not all could be searched: " + strings.Join(missed, ", ") + ". Try again in a moment."
	}
	s.Findings = append(s.Findings, d.findPages(v, s.Words)...)
	return s
}

// findPages finds the pages whose names have words that begin as the text does.
func (d *Dashboard) findPages(v *Visit, text string) (list []finding) {
	pages := append(d.links(v), link{AccessPath, "Your access"}, link{HelpPath, "Help"})
	for _, l := range pages {
		if strings.Contains(" "+strings.ToLower(l.Name), " "+strings.ToLower(text)) {
			list = append(list, finding{Name: l.Name, Path: l.Path})
		}
	}
	return list
}

// findJobs finds the jobs whose ids begin with a text.
func findJobs(v *Visit, text string) (list []finding, err error) {
	text = strings.ToLower(text)
	if len(text) < job.MinIDPrefix || strings.Trim(text, "0123456789abcdef-") != "" {
		return nil, nil
	}
	var page struct{ Items []client.Job }
	err = v.Get(target(url.Values{"id": {text}, "limit": {strconv.Itoa(maxOfAKind)}}, "v1", "jobs"), &page)
	for _, j := range page.Items {
		state := stateOf(j)
		list = append(list, finding{Kind: "Job", Name: v.sentenceOf(j).String(), About: j.ID, Path: jobPath(j.ID), State: &state})
	}
	return list, unlessNone(err)
}

// findRecords finds the customers with an id, in every model. A text such as "desk 7"
// names the model.
func findRecords(v *Visit, text string) (list []finding, err error) {
	if !v.may(auth.CustomersRead) {
		return nil, nil
	}
	models, err := v.models()
	if err != nil {
		return nil, err
	}
	in, id := models[:min(len(models), maxModels)], text
	if name, rest, ok := strings.Cut(text, " "); ok {
		if i := slices.IndexFunc(models, func(m client.Model) bool { return strings.EqualFold(m.Name, name) }); i >= 0 {
			in, id = models[i:i+1], strings.TrimSpace(rest)
		}
	}
	for _, m := range in {
		switch err := v.Get(target(nil, "v1", m.Name, "customers", id), nil); {
		case err == nil:
			list = append(list, finding{Kind: "Customer", Name: id, About: m.Title, Path: recordPath(m.Name, id)})
		case unlessNone(err) != nil:
			return list, err
		}
	}
	if len(in) < len(models) && len(list) == 0 && len(in) == maxModels {
		return nil, errTooManyModels
	}
	return list, nil
}

// errTooManyModels says that not every model was searched.
var errTooManyModels = errors.New("there are too many models to search them all")

// findKeys finds the keys with an id or a name that has a text, for those who may see
// keys.
func findKeys(v *Visit, text string) (list []finding, err error) {
	if !v.may(auth.Admin) {
		return nil, nil
	}
	var keys struct{ Items []client.Key }
	if err := v.Get(target(nil, "v1", "keys"), &keys); err != nil {
		return nil, err
	}
	text = strings.ToLower(text)
	for _, k := range keys.Items {
		id := strconv.FormatInt(k.ID, 10)
		if id != text && !strings.Contains(strings.ToLower(k.Name), text) {
			continue
		}
		list = append(list, finding{Kind: "Key", Name: k.Name, About: "number " + id + " in " + k.Workspace, Path: keyInList(k)})
		if len(list) == maxOfAKind {
			break
		}
	}
	return list, nil
}

// keyInList is the place of a key in the list of the keys whose names have its name.
func keyInList(k client.Key) string {
	return withQuery(KeysPath, url.Values{"q": {k.Name}}) + "#key-" + strconv.FormatInt(k.ID, 10)
}

// unlessNone returns the error of a call, nil if it says that there is no such thing.
func unlessNone(err error) error {
	if p := (*web.Problem)(nil); errors.As(err, &p) && p.Status >= 400 && p.Status < 500 && p.Status != http.StatusTooManyRequests {
		return nil
	}
	return err
}
