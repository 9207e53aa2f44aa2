package dashboard

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/auth"
)

// What the form for a new key sends where one of several inputs counts.
const (
	ownScopes = "scopes" // the scopes that are ticked, and no preset
	ownDay    = "day"    // the day that is given
	never     = "never"
)

// A keyForm is the form for a new key, with what the visitor has given.
type keyForm struct {
	Name, Person, Workspace string
	Rights                  string // the name of a preset, or ownScopes
	Ticked                  map[string]bool
	Ends                    string // never, a number of days, or ownDay
	Day                     string
	Workspaces              []string // that there are, for who may choose one; nil otherwise
	// Faults are sentences, by the name of the input: name, person, workspace, rights
	// and ends.
	Faults map[string]string
	Wrong  string // what is wrong with the form as a whole
}

// newKeyForm returns the form as it is at first: the key may read, and ends by itself.
func newKeyForm(v *Visit) keyForm {
	return keyForm{Workspace: v.Key.Workspace.Name, Rights: "reader", Ends: "90", Faults: map[string]string{}, Workspaces: ownWorkspaces(v)}
}

func ownWorkspaces(v *Visit) []string {
	if managesAll(v) {
		return []string{v.Key.Workspace.Name}
	}
	return nil
}

// offer lets who may choose a workspace choose one of those that have keys.
func (f *keyForm) offer(workspaces map[string]bool) {
	if f.Workspaces != nil {
		f.Workspaces = slices.Sorted(maps.Keys(workspaces))
	}
}

// takeKeyForm reads what the visitor has given.
func takeKeyForm(v *Visit) keyForm {
	given := func(name string) string { return strings.TrimSpace(v.Form.Get(name)) }
	f := keyForm{
		Name: given("name"), Person: given("person"), Workspace: given("workspace"), Rights: given("rights"),
		Ticked: map[string]bool{}, Ends: given("ends"), Day: given("day"), Faults: map[string]string{}, Workspaces: ownWorkspaces(v),
	}
	for _, s := range v.Form["scope"] {
		f.Ticked[s] = true
	}
	return f
}

// A keyRequest is the body of the call that creates a key.
type keyRequest struct {
	Name      string   `json:"name"`
	Workspace string   `json:"workspace,omitempty"`
	Preset    string   `json:"preset,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
	Person    string   `json:"person,omitempty"`
	ExpiresAt string   `json:"expiresAt,omitempty"`
}

// request returns the call that the form stands for. What it cannot say is a fault.
func (f *keyForm) request(now time.Time) keyRequest {
	r := keyRequest{Name: f.Name, Workspace: f.Workspace, Person: f.Person, Preset: f.Rights}
	if f.Rights == ownScopes {
		r.Preset, r.Scopes = "", slices.Sorted(maps.Keys(f.Ticked))
		if len(r.Scopes) == 0 {
			f.Faults["rights"] = "Tick at least one scope, or choose a preset."
		}
	}
	end, ok := f.end(now)
	if !ok {
		f.Faults["ends"] = "Give the last day of the key, such as 2030-01-31."
	}
	if !end.IsZero() {
		r.ExpiresAt = end.UTC().Format(time.RFC3339)
	}
	return r
}

// lives is how many days a key may be given to live.
var lives = map[string]int{"30": 30, "90": 90, "365": 365}

// end returns when the key is to end: the zero time for never, and the end of a day
// in UTC where a day is given.
func (f *keyForm) end(now time.Time) (at time.Time, ok bool) {
	if days, ok := lives[f.Ends]; ok {
		return now.AddDate(0, 0, days), true
	}
	if f.Ends == never {
		return at, true
	}
	last, err := time.Parse(time.DateOnly, f.Day)
	return last.AddDate(0, 0, 1), err == nil && f.Ends == ownDay
}

// keyInputs is the input that a fault of the call belongs to, by its pointer's first name.
var keyInputs = map[string]string{
	"name": "name", "person": "person", "workspace": "workspace", "expiresAt": "ends", "scopes": "rights", "preset": "rights",
}

// refuse notes why the API has refused the key.
func (f *keyForm) refuse(p *web.Problem) {
	if p.Code == "name_taken" {
		f.Faults["name"] = p.Detail
		return
	}
	for _, fault := range p.Errors {
		name, _, _ := strings.Cut(strings.TrimPrefix(fault.Pointer, "/"), "/")
		if input := keyInputs[name]; input != "" && f.Faults[input] == "" {
			f.Faults[input] = fault.Detail
		}
	}
	if len(f.Faults) == 0 {
		f.Wrong = p.Detail
	}
}

// A scopeChoice is a scope that may be ticked.
type scopeChoice struct {
	Name, Words string
	Ticked      bool
}

// Scopes lists the scopes to choose from.
func (f keyForm) Scopes() (list []scopeChoice) {
	for _, s := range auth.Scopes {
		list = append(list, scopeChoice{string(s), scopeWords[s], f.Ticked[string(s)]})
	}
	return list
}

// A presetChoice is a preset that may be chosen.
type presetChoice struct{ Name, Words string }

// Presets lists the presets to choose from.
func (f keyForm) Presets() (list []presetChoice) {
	for _, p := range auth.Presets {
		list = append(list, presetChoice{p.Name, presetWords[p.Name]})
	}
	return list
}

// askAgain answers with the form and with what is wrong with it.
func (d *Dashboard) askAgain(v *Visit, f keyForm) error {
	page := d.visited(v, "New key", KeysPath, f)
	page.Styles = []string{adminStyle}
	return show(v, http.StatusUnprocessableEntity, "keynew", page)
}
