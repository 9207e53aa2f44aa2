package openapitest

import (
	"encoding/json"
	"mime"
	"strconv"
	"strings"
)

// compareRequest compares a request that was answered with success.
func (d *Document) compareRequest(v *verdict, x exchange, p *path, method string, op map[string]any) {
	known := map[string]bool{}
	list, _ := op["parameters"].([]any)
	for i, item := range list {
		parameter, _ := item.(map[string]any)
		name, _ := parameter["name"].(string)
		where := []string{"paths", p.text, method, "parameters", strconv.Itoa(i)}
		switch parameter["in"] {
		case "query":
			known[name] = true
			d.compareParameter(v, name, x.url.Query()[name], parameter, where)
		case "header":
			d.compareParameter(v, name, x.header.Values(name), parameter, where)
		}
	}
	security, _ := op["security"].([]any)
	for name := range x.url.Query() {
		if !known[name] && len(p.bases) == 0 && len(security) > 0 {
			v.add("the parameter %s is not documented, and was accepted", name)
		}
	}
	d.compareSent(v, x, p, method, op)
}

// compareParameter compares the values of a parameter.
func (d *Document) compareParameter(v *verdict, name string, values []string, parameter map[string]any, where []string) {
	if len(values) == 0 {
		if parameter["required"] == true {
			v.add("the parameter %s is required, and was not given", name)
		}
		return
	}
	text := values[0]
	if text == "" && parameter["allowEmptyValue"] == true {
		return
	}
	if at(parameter, "content") != nil {
		if fault := d.validJSON([]byte(text), append(where, "content", "application/json", "schema")...); fault != "" {
			v.add("the parameter %s does not fit: %s", name, fault)
		}
		return
	}
	value := parsed(text, d.deref(at(parameter, "schema")))
	if fault := d.valid(value, append(where, "schema")...); fault != "" {
		v.add("the parameter %s does not fit: %s", name, fault)
	}
}

// parsed returns the text of a parameter as the value that its schema asks for. A text
// that is none stays a text, which the schema refuses.
func parsed(text string, schema map[string]any) any {
	switch schema["type"] {
	case "integer", "number":
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			return json.Number(text)
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	case "array":
		list := []any{}
		for part := range strings.SplitSeq(text, ",") {
			list = append(list, strings.TrimSpace(part))
		}
		return list
	}
	return text
}

// compareSent compares the body of a request.
func (d *Document) compareSent(v *verdict, x exchange, p *path, method string, op map[string]any) {
	body := at(op, "requestBody")
	switch {
	case body == nil:
		return // what is sent to a call without a body is not read
	case len(x.body) == 0:
		if body["required"] == true && !x.partial {
			v.add("the body is required, and was not sent")
		}
		return
	}
	media, _, err := mime.ParseMediaType(x.header.Get("Content-Type"))
	if x.header.Get("Content-Type") == "" {
		for _, first := range []string{"application/merge-patch+json", "application/x-ndjson", "application/json"} {
			if at(body, "content", first) != nil {
				media, err = first, nil
				break
			}
		}
	}
	if err != nil || at(body, "content", media) == nil {
		v.add("the body is %q, which is not documented, and was accepted", x.header.Get("Content-Type"))
		return
	}
	if at(body, "content", media, "schema")["format"] == "binary" {
		return // a file
	}
	if media == "application/x-ndjson" || media == "application/ndjson" {
		return // each line is checked by itself, and one that is refused is no fault of the request
	}
	d.compareBody(v, "request", x.body, x.partial, media, []string{"paths", p.text, method, "requestBody", "content", media})
}
