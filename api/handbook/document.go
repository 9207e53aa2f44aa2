package handbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// A document is an OpenAPI 3.1 document, as far as pages show it.
type document struct {
	Info struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"info"`
	Tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"tags"`
	Paths      ordered[pathItem] `json:"paths"`
	Webhooks   ordered[pathItem] `json:"webhooks"`
	Security   []requirement     `json:"security"`
	Components struct {
		Schemas    ordered[*schema]   `json:"schemas"`
		Parameters ordered[parameter] `json:"parameters"`
		Responses  ordered[response]  `json:"responses"`
		Headers    ordered[header]    `json:"headers"`
		Examples   ordered[example]   `json:"examples"`
	} `json:"components"`
}

type (
	pathItem = ordered[json.RawMessage] // operations by method, and parameters
	// A requirement names security schemes that must be met together.
	requirement = map[string][]string

	operation struct {
		ID          string            `json:"operationId"`
		Tags        []string          `json:"tags"`
		Summary     string            `json:"summary"`
		Description string            `json:"description"`
		Parameters  []parameter       `json:"parameters"`
		Body        *body             `json:"requestBody"`
		Responses   ordered[response] `json:"responses"`
		Security    *[]requirement    `json:"security"` // nil: as the document says
		Scopes      []string          `json:"x-scopes"`
		Deprecated  bool              `json:"deprecated"`
	}
	parameter struct {
		Ref         string           `json:"$ref"`
		Name        string           `json:"name"`
		In          string           `json:"in"`
		Required    bool             `json:"required"`
		Description string           `json:"description"`
		Schema      *schema          `json:"schema"`
		Content     ordered[media]   `json:"content"`
		Example     json.RawMessage  `json:"example"`
		Examples    ordered[example] `json:"examples"`
	}
	body struct {
		Description string         `json:"description"`
		Required    bool           `json:"required"`
		Content     ordered[media] `json:"content"`
	}
	media struct {
		Schema   *schema          `json:"schema"`
		Item     *schema          `json:"x-item-schema"` // of a stream
		Example  json.RawMessage  `json:"example"`
		Examples ordered[example] `json:"examples"`
	}
	example struct {
		Ref     string          `json:"$ref"`
		Summary string          `json:"summary"`
		Value   json.RawMessage `json:"value"`
	}
	response struct {
		Ref         string          `json:"$ref"`
		Description string          `json:"description"`
		Headers     ordered[header] `json:"headers"`
		Content     ordered[media]  `json:"content"`
	}
	header struct {
		Ref         string  `json:"$ref"`
		Description string  `json:"description"`
		Schema      *schema `json:"schema"`
	}
)

// methods are the members of a path that are operations, in the order of the page.
var methods = []string{"get", "post", "put", "patch", "delete", "head", "options", "trace"}

// readDocument decodes a document.
func readDocument(text []byte) (*document, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	return &d, nil
}

// An ordered is a JSON object that keeps the order of its members.
type ordered[V any] struct {
	names  []string
	values map[string]V
}

// get returns a member, and its zero value if there is none.
func (o ordered[V]) get(name string) V { return o.values[name] }

// UnmarshalJSON reads an object; null is an empty one.
func (o *ordered[V]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	switch start, err := d.Token(); {
	case err != nil || start == nil:
		return err
	case start != json.Delim('{'):
		return fmt.Errorf("%v in place of an object", start)
	}
	o.values = map[string]V{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var v V
		if err := d.Decode(&v); err != nil {
			return err
		}
		o.names = append(o.names, name.(string)) // the names of an object are strings
		o.values[name.(string)] = v
	}
	return nil
}

// component returns the last part of a reference to a component of the document.
func component(ref, kind string) string {
	name, ok := strings.CutPrefix(ref, "#/components/"+kind+"/")
	if !ok {
		return ""
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
}

// parameter returns a parameter, or the component that it only refers to.
func (d *document) parameter(p parameter) parameter {
	if found, ok := d.Components.Parameters.values[component(p.Ref, "parameters")]; ok {
		return found
	}
	return p
}

// response does the same for a response.
func (d *document) response(r response) response {
	if found, ok := d.Components.Responses.values[component(r.Ref, "responses")]; ok {
		return found
	}
	return r
}

// header does the same for a header.
func (d *document) header(h header) header {
	if found, ok := d.Components.Headers.values[component(h.Ref, "headers")]; ok {
		return found
	}
	return h
}

// sample returns the value that stands for others, nil for none: the example, or the
// first of several.
func (d *document) sample(one json.RawMessage, several ordered[example], s *schema) json.RawMessage {
	if one != nil {
		return one
	}
	for _, name := range several.names {
		e := several.get(name)
		if found, ok := d.Components.Examples.values[component(e.Ref, "examples")]; ok {
			e = found
		}
		if e.Value != nil {
			return e.Value
		}
	}
	if s, _ = d.schema(s); s != nil && len(s.Examples) > 0 {
		return s.Examples[0]
	}
	return nil
}
