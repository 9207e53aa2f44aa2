package auth

// A Preset is a list of scopes that often go together, with a name.
type Preset struct {
	Name   string
	Scopes []Scope
}

// Presets lists all presets. Their scopes are a promise to callers.
var Presets = []Preset{
	{"reader", []Scope{CustomersRead, JobsRead}},
	{"editor", []Scope{CustomersRead, JobsRead, CustomersWrite, JobsWrite}},
	{"operator", []Scope{JobsRead, JobsWrite}},
	{"admin", []Scope{Admin}},
}

// PresetNames lists the names of all presets.
func PresetNames() []string {
	names := make([]string, len(Presets))
	for i, p := range Presets {
		names[i] = p.Name
	}
	return names
}
