package dashboard

import (
	"slices"

	"bulkpatch/auth"
)

// rights are what a key allows, in words.
type rights struct {
	Preset string // whose scopes it has, "" for none
	Words  []string
}

// presetWords says what each preset is for.
var presetWords = map[string]string{
	"reader":   "See customers and jobs, and change nothing",
	"editor":   "See and change customers; see and control jobs",
	"operator": "See and control jobs, without seeing customers",
	"admin":    "Everything in the workspace, including its keys, its audit and its brake",
}

// rightsOf says in words what some scopes allow together.
func rightsOf(scopes []string) rights {
	has := func(s auth.Scope) bool { return slices.Contains(scopes, string(s)) }
	for _, p := range auth.Presets {
		all := !slices.ContainsFunc(p.Scopes, func(s auth.Scope) bool { return !has(s) })
		if all && (len(p.Scopes) == len(scopes) || p.Name == "admin") {
			return rights{p.Name, []string{presetWords[p.Name]}}
		}
	}
	var r rights
	for _, s := range auth.Scopes {
		if has(s) {
			r.Words = append(r.Words, scopeWords[s])
		}
	}
	return r
}
