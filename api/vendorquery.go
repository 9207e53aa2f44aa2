package api

import "strings"

// lenient reads the query of a vendor's call, whose unknown parameters are
// ignored. A name that is almost one of ours is refused: who misspells a guard
// must not find the update done without it.
func (c *call) lenient() *input {
	in := c.input()
	in.takes = func(string) bool { return true }
	for _, name := range sortedNames(in.query) {
		ours := nearOption(name)
		switch {
		case ours == "" || c.surface.Knows(name):
		case name != ours:
			in.failParam(name, "unknown_parameter", "There is no such query parameter; write "+ours+".")
		case len(in.query[name]) > 1:
			in.param(name)
			in.query[name] = in.query[name][:1] // said once
		}
	}
	return in
}

// nearOption is the option of the native API, or the filter, that a name is or
// differs from in case, hyphens and underscores only; "" for none.
func nearOption(name string) string { return nearOptions[plainName(name)] }

func plainName(name string) string { return strings.ToLower(nameMarks.Replace(name)) }

var nameMarks = strings.NewReplacer("_", "", "-", "")

// nearOptions has the names by what is left of them without case and marks.
var nearOptions = func() map[string]string {
	// Desk has a dry run in filter_args alone; in the query it would be ignored.
	near := map[string]string{"filter": "filter", plainName("bulkDryExecute"): "dryRun"}
	for _, o := range optionList {
		near[plainName(o.name)] = o.name
	}
	return near
}()

// vendorOptions reads our options where a vendor's call can have them.
func (u *update) vendorOptions(in *input) {
	u.options.fromQuery(in)
	if u.single {
		u.options.refuseBulkInQuery(in)
	}
}

// guards are the options that hold an update back.
var guards = []string{"dryRun", "confirmToken", "maxAffected", "expectedCount"}

// refuseGuards notes guards of a call that would do at once what they were to
// hold back.
func (in *input) refuseGuards() {
	for _, name := range guards {
		if in.query.Has(name) {
			in.failParam(name, "unknown_parameter", "This option is for updates alone; leave it out here.")
		}
	}
}
