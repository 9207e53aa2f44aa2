package openapi

import (
	"maps"
	"slices"
)

// responses returns the answers of a call: those of success, and the problems by their
// status.
func (c *call) responses() object {
	answers, _ := c.words.get("answers").(object)
	out := object{}
	for _, a := range answers {
		out.set(a.name, c.answer(number(a.name), a.value.(object)))
	}
	groups := byStatus(codesOf(c.Call, c.words.texts("codes")))
	for _, status := range slices.Sorted(maps.Keys(groups)) {
		out.set(statusKey(status), c.problemRef(status, groups[status]))
	}
	return out
}

// answer returns an answer of success.
func (c *call) answer(status int, words object) object {
	names := append(words.texts("headers"), "X-Request-Id")
	if !c.Keyless {
		names = append(names, "RateLimit-Policy", "RateLimit")
	}
	out := obj("description", words.text("is"), "headers", headersOf(names, always(status, words.texts("headers"))...))
	if status == 204 || status == 304 {
		return out
	}
	content := object{}
	for _, mediaType := range c.Answer.Types {
		if streamed(mediaType) {
			content.set(mediaType, streamOf(mediaType, c.itemOf(c.Answer.JSON)))
		} else {
			content.set(mediaType, c.answerMedia(mediaType, words))
		}
	}
	out.set("content", content)
	return out
}

// answerMedia returns an answer that is one value: the one that the words name, or that
// of the route.
func (c *call) answerMedia(mediaType string, words object) object {
	names := words.texts("schema")
	if one := words.text("schema"); one != "" {
		names = []string{one}
	}
	if len(names) == 0 {
		if c.Answer.JSON == nil {
			return obj("schema", obj("type", "string"))
		}
		return c.exemplified(c.bodySchema(c.Answer.JSON), words)
	}
	refs := make([]object, len(names))
	for i, name := range names {
		refs[i] = refTo(c.fill(name))
	}
	if len(refs) == 1 {
		return c.exemplified(refs[0], words)
	}
	out := c.exemplified(refs[0], words)
	out.set("schema", obj("anyOf", refs))
	return out
}

// exemplified returns the content of an answer with an example, where the component has
// one. That of a job fits the answer, as its words say.
func (c *call) exemplified(ref, words object) object {
	out := obj("schema", ref)
	name := ref.text("$ref")
	if name == "#/components/schemas/Job" {
		out.set("example", c.sampleJob(words.texts("job")))
		return out
	}
	for _, m := range c.named {
		if name == "#/components/schemas/"+m.name {
			if schema, ok := m.value.(object); ok && schema.get("example") != nil {
				out.set("example", schema.get("example"))
			}
		}
	}
	return out
}

// always lists those headers that every answer of a status has: where what was made is
// found, and the version of what is shown where nothing else can be shown.
func always(status int, names []string) []string {
	switch {
	case status == 201 || status == 202:
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains([]string{"Location", "ETag", "Retry-After"}, name) })
	case len(names) == 1 && names[0] == "ETag":
		return names
	}
	return nil
}

// headersOf refers to the components of headers. The required ones are in every such
// answer.
func headersOf(names []string, required ...string) object {
	out := object{}
	for _, name := range names {
		if slices.Contains(required, name) {
			header := headerComponents().get(name).(object)
			header.set("required", true)
			out.set(name, header)
		} else {
			out.set(name, obj("$ref", "#/components/headers/"+name))
		}
	}
	return out
}

// headerComponents are the headers of answers.
func headerComponents() object {
	out := object{}
	for _, h := range headers().entries {
		words := h.value.(object)
		header := obj("description", words.text("about"), "schema", words.without("about").without("required"))
		if words.get("required") == true {
			header.set("required", true)
		}
		out.set(h.name, header)
	}
	return out
}
