package chaos

import (
	"os"
	"path/filepath"
	"slices"
)

// shop is the shape of a model that some processes do not have. Only the others get the
// folder with its file.
var shop = shape{
	model: "shop", id: func(i int) any { return i + 1 },
	group: "channel", org: "area",
	texts: []string{"remark", "owner"}, flag: "open",
	object: "custom", searched: []string{"remark", "custom.tier"},
	always: map[string]any{"name": "Customer"},
}

const shopFile = `x-model: shop
x-filterable: true
title: Customer of a shop
type: object
additionalProperties: false
required: [name]
properties:
  id:      {type: integer, minimum: 1, x-role: id, x-generate: sequence}
  name:    {type: string, minLength: 1, maxLength: 200}
  channel: {type: [string, "null"], x-indexed: true}
  area:    {type: [string, "null"]}
  remark:  {type: [string, "null"]}
  owner:   {type: [string, "null"]}
  open:    {type: boolean, default: false}
  custom:  {type: [object, "null"], x-open-paths: true}
`

// lackModel adds, in every second plan with several processes, a model that some of them
// do not have: one worker or more, but not all, and on PostgreSQL perhaps one of the API
// processes. The other processes must do its jobs.
func (d *planner) lackModel() {
	p := d.plan
	if len(p.workers) == 0 || d.one(2) {
		return
	}
	for i, n := range d.Perm(len(p.workers)) {
		if i == 0 || i < len(p.workers)-1 && d.one(2) {
			p.lacking = append(p.lacking, p.workers[n].name)
		}
	}
	if len(p.apis) > 1 && d.one(2) {
		p.lacking = append(p.lacking, p.apis[d.IntN(len(p.apis))].name)
	}
	t := newTable(shop, "main", 200+d.IntN(200))
	p.tables = append(p.tables, t)
	d.only = t
	for range 5 + d.per(0.3) {
		p.bulks = append(p.bulks, d.bulk(len(p.bulks)))
	}
	for range 4 + d.per(0.5) {
		p.singles = append(p.singles, d.single(len(p.singles)))
	}
	d.only = nil
}

// lacks reports whether a process does not have a model.
func (p *plan) lacks(process, model string) bool {
	return model == shop.model && slices.Contains(p.lacking, process)
}

// someLack reports whether some processes do not have the model shop.
func (p *plan) someLack() bool { return len(p.lacking) > 0 }

// models returns the folder with model files for a process, "" for none.
func (r *run) models(process string) (string, error) {
	if !r.someLack() || r.lacks(process, shop.model) {
		return "", nil
	}
	dir := filepath.Join(r.dir, "models")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "shop.yaml"), []byte(shopFile), 0o600)
}

// of returns a caller for a table. It calls only API processes that have the table's
// model. (Calls about a job may go to any process.)
func (r *run) of(t *table) *caller {
	c := *r.callers[t.workspace]
	c.apis = slices.DeleteFunc(slices.Clone(c.apis), func(f apiProcess) bool { return r.lacks(f.name, t.model) })
	return &c
}

// checkModelGone checks a job that ended because no process had its model. That may only
// happen if it was resumed during faults of all workers that have the model. The
// function returns what is wrong, "" for nothing.
func (c *checker) checkModelGone(j *tracked) string {
	for _, a := range j.asked {
		alone := a.name == "resume"
		for _, w := range c.workersWith(j.where.model) {
			alone = alone && c.away(w, span{a.sent, max(a.done, a.sent)})
		}
		if alone {
			return ""
		}
	}
	return "it ended for its missing model while a worker that has the model was running"
}

// workersWith returns the names of the workers that have a model.
func (p *plan) workersWith(model string) (names []string) {
	for _, w := range append(slices.Clone(p.workers), p.apis...) {
		if w.command != "api" && !p.lacks(w.name, model) {
			names = append(names, w.name)
		}
	}
	return names
}

// away reports whether a fault may have ended a process, or cut it off from the database,
// at a time.
func (r *run) away(process string, s span) bool {
	return slices.ContainsFunc(r.windows, func(w window) bool {
		hit := w.victim == process || w.victim == "" && !w.what.sparesDatabase()
		return hit && w.sent <= s.done && s.sent <= w.done+aftermath
	})
}
