package openapi

import (
	"slices"

	"bulkpatch/model"
)

// sampleJob is the job of the examples, as words of its moment and its kind change it,
// one after the other. In a call of a model it is about that model's customers.
func (c *call) sampleJob(moments []string) object {
	example, _ := types().at("Job").get("$example").(object)
	out := slices.Clone(example)
	for _, name := range moments {
		for _, m := range jobWords().at(name) {
			out.set(m.name, m.value)
		}
	}
	if c.model == nil {
		return out
	}
	out.set("model", c.model.model.Name)
	given, _ := out.get("request").(object)
	request := slices.Clone(given)
	request.set("patch", c.model.samplePatch())
	if request.get("id") == nil {
		request.set("filter", c.model.sampleFilter())
	} else if id := sample(c.model.model.Role(model.RoleID)); id != nil {
		request.set("id", id)
	}
	out.set("request", request)
	return out
}
