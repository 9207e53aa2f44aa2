package handbook

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// inPath matches a parameter in the pattern of a path.
var inPath = regexp.MustCompile(`\{([A-Za-z0-9_-]+)\}`)

// curl returns a command that makes a call, with what changes from call to call in
// variables of the shell: the server, the key, and the parameters of the path by their
// names in capitals. It has the parameters that are required or have an example, and the
// body's example.
func (d *document) curl(c *call) string {
	body := d.bodyArguments(c)
	lines := []string{"curl" + methodFlags(c, len(body) > 0) + ` "$BULKPATCH_SERVER` + inPath.ReplaceAllStringFunc(c.Path, variable) + `"`}
	if d.needsKey(c.operation) {
		lines = append(lines, `-H "Authorization: Bearer $BULKPATCH_KEY"`)
	}
	send := "--url-query "
	if c.Method == "GET" {
		send = "--get --data-urlencode "
	}
	var query []string
	for _, p := range c.params {
		value, given := d.valueOf(p)
		switch {
		case !given || p.In == "header" && (p.Name == "Authorization" || p.Name == "X-API-Key"):
		case p.In == "query":
			query = append(query, send+quoted(p.Name+"="+value))
		case p.In == "header":
			lines = append(lines, "-H "+quoted(p.Name+": "+value))
		}
	}
	return strings.Join(slices.Concat(lines, body, query), " \\\n  ")
}

// methodFlags returns what makes curl use the method of a call. With a body that is POST.
func methodFlags(c *call, body bool) string {
	_, streams := firstAnswer(c.operation).Content.values["text/event-stream"]
	switch {
	case streams:
		return " -N"
	case c.Method == "GET", c.Method == "POST" && body:
		return ""
	}
	return " -X " + c.Method
}

// firstAnswer returns the first answer of success.
func firstAnswer(o *operation) response {
	for _, status := range o.Responses.names {
		if strings.HasPrefix(status, "2") {
			return o.Responses.get(status)
		}
	}
	return response{}
}

// bodyArguments returns what sends the example of a body.
func (d *document) bodyArguments(c *call) []string {
	b := c.operation.Body
	if b == nil || len(b.Content.names) == 0 {
		return nil
	}
	kind := b.Content.names[0]
	m := b.Content.get(kind)
	value := d.sample(m.Example, m.Examples, m.Schema)
	switch {
	case value == nil && m.Item != nil, m.Schema != nil && m.Schema.Format == "binary": // it comes from a file
		return []string{"-H " + quoted("Content-Type: "+kind), "--data-binary @" + fileNames[kind]}
	case value == nil && !b.Required:
		return nil
	case value == nil:
		value = json.RawMessage("{}")
	}
	flag, text := "-d ", bodyText(value)
	if strings.Contains(text, "\n") {
		flag = "--data-binary " // -d leaves out line breaks
	}
	return []string{"-H " + quoted("Content-Type: "+kind), flag + quoted(text)}
}

// fileNames are the names of files in commands, by what is in them.
var fileNames = map[string]string{"application/x-ndjson": "customers.ndjson", "text/csv": "customers.csv"}

// bodyText returns the text of an example: a text as it is, and other JSON in one line.
func bodyText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return string(value)
	}
	return b.String()
}

// valueOf returns the value of a parameter in an example. given is false for one that is
// better left out.
func (d *document) valueOf(p parameter) (value string, given bool) {
	raw := d.sample(p.Example, p.Examples, p.Schema)
	for _, kind := range p.Content.names {
		if m := p.Content.get(kind); raw == nil {
			raw = d.sample(m.Example, m.Examples, m.Schema)
		}
	}
	if !p.Required {
		// An optional parameter would make the call a special one.
		return "", false
	}
	return bodyText(raw), raw != nil
}

// needsKey reports whether a call must be made with a key.
func (d *document) needsKey(o *operation) bool {
	needs := d.Security
	if o.Security != nil {
		needs = *o.Security
	}
	return len(needs) > 0 && !slices.ContainsFunc(needs, func(r requirement) bool { return len(r) == 0 })
}

// variable returns the variable of the shell that stands for a parameter of a path. One
// called KEY would be taken for the secret of a key.
func variable(param string) string {
	name := strings.ReplaceAll(strings.ToUpper(strings.Trim(param, "{}")), "-", "_")
	if name == "KEY" {
		name = "KEY_ID"
	}
	return "$" + name
}

// quoted writes a text as one word of the shell. An example may have the key in it, which
// the shell fills in.
func quoted(text string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "$BULKPATCH_KEY", `'"$BULKPATCH_KEY"'`).Replace(text) + "'"
}
