package chaos

import (
	"os"
	"path/filepath"
	"slices"
)

// shop is a model that not all processes know: those that are not given the
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

// without lets some of several processes lack a model, in every second plan:
// a worker, or some as long as one has it, and on PostgreSQL one of the apis,
// too. Jobs of that model are the others' then.
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

// lacks reports whether a process does not know a model.
func (p *plan) lacks(process, model string) bool {
	return model == shop.model && slices.Contains(p.lacking, process)
}

// someLack reports whether some processes do not know some model.
func (p *plan) someLack() bool { return len(p.lacking) > 0 }

// models is the folder of model files for a process, "" for none.
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

// of is the caller of a table's workspace who calls those processes alone that
// know its model. What is asked of a job may be asked of any.
func (r *run) of(t *table) *caller {
	c := *r.callers[t.workspace]
	c.apis = slices.DeleteFunc(slices.Clone(c.apis), func(f apiProcess) bool { return r.lacks(f.name, t.model) })
	return &c
}

// checkModelGone judges a job that ended because no process has its model. That
// can only be when it was resumed while each worker that has it was hurt.
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
	return "its model was called gone while a worker that has it was running"
}

// workersWith lists the workers that know a model.
func (p *plan) workersWith(model string) (names []string) {
	for _, w := range append(slices.Clone(p.workers), p.apis...) {
		if w.command != "api" && !p.lacks(w.name, model) {
			names = append(names, w.name)
		}
	}
	return names
}

// away reports whether a process may have been gone, or kept from its database,
// at a time.
func (r *run) away(process string, s span) bool {
	return slices.ContainsFunc(r.windows, func(w window) bool {
		hit := w.victim == process || w.victim == "" && !w.kind.sparesDatabase()
		return hit && w.sent <= s.done && s.sent <= w.done+aftermath
	})
}
