package openapi

import (
	"strings"

	"bulkpatch/api"
	"bulkpatch/api/web"
	"bulkpatch/job"
)

// webhooks returns the calls that jobs make when they end, by the type of the body, which
// names the state.
func (b *builder) webhooks() object {
	out := object{}
	for _, state := range job.FinalStates() {
		out.set("job."+string(state), obj("post", b.webhook(state)))
	}
	return out
}

// webhook returns the call of the end of a job in a state.
func (b *builder) webhook(state job.State) object {
	words := webhookWords().entries
	inState := func(text string) string { return strings.ReplaceAll(text, "{state}", string(state)) }
	var parameters []object
	for _, p := range webhookWords().at("parameters") {
		of := p.value.(object)
		parameters = append(parameters, obj("name", p.name, "in", api.InHeader, "required", true, "description", of.text("about"),
			"schema", append(obj("type", "string"), of.without("about").without("example")...), "example", inState(of.text("example"))))
	}
	answers := object{}
	for _, a := range webhookWords().at("answers") {
		answers.set(a.name, obj("description", a.value))
	}
	schema := obj("allOf", []object{refTo("Webhook"), obj("properties", obj(
		"type", obj("const", "job."+string(state)),
		"data", obj("properties", obj("state", obj("const", state))),
	))})
	return obj("operationId", inState(words.text("id")), "tags", []string{"Webhooks"}, "summary", inState(words.text("is")), "description", words.text("about"),
		"parameters", parameters,
		"requestBody", obj("description", words.text("body"), "required", true, "content", obj(web.TypeJSON, obj("schema", schema, "example", b.webhookExample(state)))),
		"responses", answers, "security", []object{})
}

// webhookExample is the body of the end of a job in a state.
func (b *builder) webhookExample(state job.State) object {
	c := &call{schemas: b.schemas}
	data := c.sampleJob([]string{"ended", string(state)})
	return obj("type", "job."+string(state), "timestamp", data.get("finishedAt"), "data", data)
}
