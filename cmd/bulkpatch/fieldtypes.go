package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// fieldTypes are the types of a model's fields, and of the declared values inside
// them, by name or dotted path.
type fieldTypes map[string]string

func typesOf(m client.Model) (fieldTypes, error) {
	var read struct {
		Fields []struct {
			Name, Type string
			Paths      map[string]string
		}
	}
	if err := json.Unmarshal(m.JSON, &read); err != nil {
		return nil, err
	}
	types := fieldTypes{}
	for _, f := range read.Fields {
		types[f.Name] = f.Type
		for path, typ := range f.Paths {
			types[f.Name+"."+path] = typ
		}
	}
	return types, nil
}

// textual are the types whose values are written without quotes on the command line,
// and are strings in JSON.
var textual = map[string]bool{"string": true, "date": true, "date-time": true}

// value reads the value of a field as it is typed: null is no value, a string in
// quotes is that string, and anything else has the type of the field. What does not
// fit becomes a string, which the server refuses with a reason.
func (t fieldTypes) value(field, typed string) json.RawMessage {
	isJSON := json.Valid([]byte(typed))
	if isJSON && (typed == "null" || typed[0] == '"' || !textual[t[field]]) {
		return json.RawMessage(typed)
	}
	return quoted(typed)
}

// quoted writes a text as a JSON string.
func quoted(text string) json.RawMessage {
	raw, _ := web.JSON(text) // cannot fail for a string
	return raw
}

// A typedCondition is the value of --where, such as state=active.
type typedCondition struct {
	typed    string
	field    string
	operator string // of the filter language
	value    string
}

// signs are the operators of --where, each before any that it begins with.
var signs = []struct{ sign, operator string }{
	{"!=", "$ne"}, {"<=", "$lte"}, {">=", "$gte"}, {"=", "$eq"}, {"<", "$lt"}, {">", "$gt"}, {"~", "$contains"},
}

// parseCondition reads FIELD OPERATOR VALUE. Spaces around the operator mean nothing.
func parseCondition(typed string) (c typedCondition, ok bool) {
	at := strings.IndexAny(typed, "=!<>~")
	if at < 0 {
		return c, false
	}
	for _, s := range signs {
		value, found := strings.CutPrefix(typed[at:], s.sign)
		if !found {
			continue
		}
		c = typedCondition{typed, strings.TrimSpace(typed[:at]), s.operator, strings.TrimSpace(value)}
		// A value does not begin with = : somebody wrote == or =>.
		return c, c.field != "" && !strings.HasPrefix(value, "=") && !strings.HasPrefix(value, ">")
	}
	return c, false
}

// json writes the condition, and the pointer to it.
func (c typedCondition) json(types fieldTypes) (condition, pointer string) {
	value := types.value(c.field, c.value)
	if c.operator == "$contains" && c.value != "null" && !strings.HasPrefix(c.value, `"`) {
		value = quoted(c.value)
	}
	condition, pointer = string(value), "/"+pointerEscape.Replace(c.field)
	if c.operator != "$eq" {
		condition, pointer = "{"+string(quoted(c.operator))+":"+condition+"}", pointer+"/"+c.operator
	}
	return string(quoted(c.field)) + ":" + condition, pointer
}

// pointerEscape escapes a name in a JSON pointer (RFC 6901).
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// filterOf returns the filter in which all conditions hold, and where each part of it
// came from. A field may have several conditions.
func filterOf(list []typedCondition, types fieldTypes) (json.RawMessage, places) {
	var parts []string
	var from places
	once := map[string]bool{}
	for i, c := range list {
		part, pointer := c.json(types)
		name := "--where '" + c.typed + "'"
		parts = append(parts, part)
		from = append(from, place{client.InFilter, "/$and/" + strconv.Itoa(i) + pointer, name},
			// A fault of the field as a whole.
			place{client.InFilter, "/$and/" + strconv.Itoa(i) + "/" + pointerEscape.Replace(c.field), name})
		once[c.field] = true
	}
	if len(once) < len(list) {
		return json.RawMessage(`{"$and":[{` + strings.Join(parts, "},{") + "}]}"), from
	}
	for i := range from {
		_, pointer, _ := strings.Cut(strings.TrimPrefix(from[i].pointer, "/$and/"), "/")
		from[i].pointer = "/" + pointer
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}"), from
}
