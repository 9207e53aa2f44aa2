package api

import (
	"slices"
	"strings"
)

// lenient reads the query of a vendor's call. Unknown parameters are ignored,
// except those whose name is almost that of a native option: a misspelled guard
// must not be ignored.
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

// nearOption returns the native option, or filter, whose name is the same except
// for case, hyphens and underscores; "" for none.
func nearOption(name string) string { return nearOptions[plainName(name)] }

func plainName(name string) string { return strings.ToLower(nameMarks.Replace(name)) }

var nameMarks = strings.NewReplacer("_", "", "-", "")

// nearOptions has the native names by their plain names.
var nearOptions = func() map[string]string {
	// Desk has a dry run in filter_args alone; in the query it would be ignored.
	near := map[string]string{"filter": "filter", plainName("bulkDryExecute"): "dryRun"}
	for _, o := range optionList {
		near[plainName(o.name)] = o.name
	}
	return near
}()

// vendorOptions reads the native options of an update from a vendor's query.
func (u *update) vendorOptions(in *input) {
	u.options.fromQuery(in)
	if u.single {
		u.options.refuseBulkInQuery(in)
	}
}

// guards are the options that can keep an update from happening, and the one that tells
// of its end: calls that make no job must not ignore them.
var guards = []string{"dryRun", "confirmToken", "maxAffected", "expectedCount", "webhook"}

// detailGuard says why a call refuses a guard.
const detailGuard = "This option is for updates alone; leave it out here."

// refuseGuards refuses guards on a call that would ignore them.
func (in *input) refuseGuards() {
	for _, name := range guards {
		if in.query.Has(name) {
			in.failParam(name, "unknown_parameter", detailGuard)
		}
	}
}

// refuseForCreate refuses what a call that creates a record may not be given:
// guards, and the other options for many records.
func (in *input) refuseForCreate() {
	in.refuseGuards()
	for _, p := range optionList {
		if p.bulk && !slices.Contains(guards, p.name) && in.query.Has(p.name) {
			in.failParam(p.name, "bulk_only", detailBulkOnly)
		}
	}
}

// createParams returns the query parameters of a call that creates a record, or
// updates the one that the vendor takes for the same.
func createParams() []Param {
	params := singleParams()
	for i, p := range params {
		if slices.Contains(guards, p.Name) {
			params[i].Refused = detailGuard
		}
	}
	return params
}
