package compat

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// accountsOps are the operators of a search and those of the native filter language.
// many: the operator takes a list.
var accountsOps = map[string]struct {
	native string
	many   bool
}{
	"eq": {"", false}, "neq": {"$ne", false},
	"gt": {"$gt", false}, "gte": {"$gte", false}, "lt": {"$lt", false}, "lte": {"$lte", false},
	"contains": {"$contains", false},
	"in":       {"$in", true}, "nin": {"$nin", true},
	"between": {"$between", true},
}

// accountsOpNames lists them for the user.
const accountsOpNames = "eq, neq, gt, gte, lt, lte, contains, in, nin, between"

// accountsSearch returns the conditions of a search: one, or two that logic joins.
// archived says that one of them concerns isActive. It adds to names what the
// conditions need.
func accountsSearch(r *Request, names filter.Names) (conditions []string, archived bool) {
	logic := r.Choice("logic", "and", "or")
	for _, n := range []string{"1", "2"} {
		prop, given := r.Param("prop" + n)
		archived = archived || prop == accountsActive
		if given || n == "1" {
			conditions = append(conditions, accountsCondition(r, names, n, prop)...)
		}
	}
	if logic == "or" && len(conditions) > 1 {
		conditions = []string{Either(conditions)}
	}
	return conditions, archived
}

// accountsCondition returns the condition of prop, op and value with the number n, none
// if one of them has a fault.
func accountsCondition(r *Request, names filter.Names, n, prop string) []string {
	before := r.Faults.Found()
	op, _ := r.Param("op" + n)
	o, known := accountsOps[op]
	text, given := r.Param("value" + n)
	if prop == "" {
		r.FailParam("prop"+n, model.CodeRequired, "This is required.")
	}
	if !known {
		r.FailParam("op"+n, model.CodeEnum, "This must be one of: "+accountsOpNames+".")
	}
	if !given {
		r.FailParam("value"+n, model.CodeRequired, "This is required.")
	}
	texts, isList := []string{text}, true
	if o.many {
		texts, isList = listed(text)
	}
	if !isList || op == "between" && len(texts) != 2 {
		r.FailParam("value"+n, model.CodeType, "This must be a list: values with commas between them, or a JSON list; for between, of two.")
	}
	if r.Faults.Found() > before {
		return nil
	}
	return accountsComparison(r, names, n, prop, op, texts)
}

// accountsComparison compares a property with values, as the filter has it.
func accountsComparison(r *Request, names filter.Names, n, prop, op string, texts []string) []string {
	path, valueType := accountsProperty(r, prop)
	texts = accountsSpelling(r, path, texts)
	operator := accountsOps[op].native
	if instead, ok := map[string]string{"eq": "in", "neq": "nin"}[op]; ok && valueType == model.Any {
		op, operator = instead, accountsOps[instead].native // the value can be a number or a string
	}
	operand := accountsOperand(op, valueType, texts)
	if valueType == model.Any && accountsOrders(op) {
		// A custom number may be stored as a string.
		numeric := path + " as a number"
		names[numeric] = filter.Name{Of: []string{path}, Numeric: true}
		if _, faults := filter.New([]byte(Where(path, "", nil)), r.Model, filter.Native); len(faults) == 0 {
			path = numeric
		}
	}
	condition := Where(path, operator, operand)
	if _, faults := names.New([]byte(condition), r.Model, filter.Native); len(faults) > 0 {
		r.FailParam(searchParam(faults[0].Code)+n, faults[0].Code, faults[0].Detail)
		return nil
	}
	return []string{condition}
}

// accountsOrders reports whether an operator is an ordering.
func accountsOrders(op string) bool {
	return slices.Contains([]string{"gt", "gte", "lt", "lte", "between"}, op)
}

// accountsSpelling returns the values of a drop-down in the upper and lower case of its
// choices.
func accountsSpelling(r *Request, path string, texts []string) []string {
	f, ok := r.Model.Field(path)
	if !ok || f.Choices == nil {
		return texts
	}
	spelled := slices.Clone(texts)
	for i, text := range spelled {
		if j := slices.IndexFunc(f.Choices, func(option string) bool { return strings.EqualFold(option, text) }); j >= 0 {
			spelled[i] = f.Choices[j]
		}
	}
	return spelled
}

// searchParam returns the parameter that a fault of a condition concerns.
func searchParam(code string) string {
	switch code {
	case filter.CodeUnknownField, filter.CodeNotFilterable, filter.CodeTooDeep:
		return "prop"
	case filter.CodeOperatorNotAllowed:
		return "op"
	}
	return "value"
}

// accountsProperty returns the path and the type of what a search compares: a field, or
// else a custom field by its own name. A custom field that is not declared can have
// values of any type.
func accountsProperty(r *Request, name string) (path string, valueType model.Type) {
	switch name {
	case accountsOldType, accountsClientType:
		name = accountsType
	case "name":
		name = "title"
	}
	if f, ok := r.Field(name); ok {
		valueType, _ = compared(f)
		return f.Name, valueType
	}
	custom, _ := r.Field(accountsCustom)
	name = strings.TrimPrefix(name, accountsCustom+".")
	valueType, declared := custom.Paths[name]
	if !declared {
		valueType = model.Any
	}
	return custom.Name + "." + name, valueType
}

// accountsOperand returns the value, or the list of values, of an operator.
func accountsOperand(op string, valueType model.Type, texts []string) any {
	if valueType == model.Any && (op == "in" || op == "nin") {
		return accountsEither(texts)
	}
	values := make([]any, len(texts))
	numbers := true
	for i, text := range texts {
		values[i] = scalar(valueType, text)
		_, isText := values[i].(string)
		numbers = numbers && !isText
	}
	if valueType == model.Any && (!numbers || op == "contains") {
		for i, text := range texts {
			values[i] = text
		}
	}
	if accountsOps[op].many {
		return values
	}
	return values[0]
}

// accountsEither returns texts as strings and, if they can be read so, as numbers or
// booleans: a custom field may have a number as a number or as a string.
func accountsEither(texts []string) []any {
	var values []any
	for _, text := range texts {
		values = append(values, text)
		if v := scalar(model.Any, text); v != any(text) {
			values = append(values, v)
		}
	}
	return values
}

// scalar reads a text as a value of a type. If it is none it stays a string, and the
// check of the condition refuses it.
func scalar(valueType model.Type, text string) any {
	v := jsontext.Value(text)
	isJSON := v.IsValid() && strings.TrimSpace(text) == text
	switch {
	case !isJSON || valueType == model.String || valueType == model.Date || valueType == model.DateTime:
		return text
	case v.Kind() == '0', v.Kind() == 't', v.Kind() == 'f':
		return json.RawMessage(text)
	}
	return text
}

// listed splits a list of values: a JSON list, or values with commas between them. A
// value with a comma is in quotation marks.
func listed(text string) (values []string, ok bool) {
	if list := jsontext.Value(text); list.Kind() == '[' {
		var items []jsontext.Value
		if json.Unmarshal(list, &items) != nil {
			return nil, false
		}
		for _, item := range items {
			value, isText := String(item)
			if !isText {
				value = string(item)
			}
			values = append(values, value)
		}
		return values, true
	}
	if text == "" {
		return []string{""}, true
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.TrimLeadingSpace = true
	values, err := reader.Read()
	if err != nil {
		return nil, false
	}
	_, err = reader.Read()
	return values, err != nil // a second line is no list
}
