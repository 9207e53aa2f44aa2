package main

import (
	"strings"
	"testing"

	"bulkpatch/client"
)

// someTypes are the types of the fields of a made-up model.
var someTypes = fieldTypes{"id": "integer", "name": "string", "age": "number", "vip": "boolean", "born": "date", "custom": "object", "custom.tier": "string", "tags": "array"}

func TestConditionsBecomeAFilter(t *testing.T) {
	for typed, want := range map[string]string{
		"name=Ada":                           `{"name":"Ada"}`,
		"name = 7 ":                          `{"name":"7"}`,
		"id=7":                               `{"id":7}`,
		"age>=18":                            `{"age":{"$gte":18}}`,
		"age<=18|name!=x":                    `{"age":{"$lte":18},"name":{"$ne":"x"}}`,
		"age>1.50|age<9007199254740993":      `{"$and":[{"age":{"$gt":1.50}},{"age":{"$lt":9007199254740993}}]}`,
		"vip=true":                           `{"vip":true}`,
		"born<2001-01-01":                    `{"born":{"$lt":"2001-01-01"}}`,
		"name=null":                          `{"name":null}`,
		`name="null"`:                        `{"name":"null"}`,
		`name=" x"`:                          `{"name":" x"}`,
		"name=":                              `{"name":""}`,
		"name~7":                             `{"name":{"$contains":"7"}}`,
		"name~a=b":                           `{"name":{"$contains":"a=b"}}`,
		"custom.tier=1":                      `{"custom.tier":"1"}`,
		"custom.other=1":                     `{"custom.other":1}`,
		"age=many":                           `{"age":"many"}`,
		"name=x|name=y":                      `{"$and":[{"name":"x"},{"name":"y"}]}`,
		"name=😀 \"and\" \\":                  `{"name":"😀 \"and\" \\"}`,
		"name=O'Brien <b> & co|vip!=  false": `{"name":"O'Brien <b> & co","vip":{"$ne":false}}`,
	} {
		var list []typedCondition
		for part := range strings.SplitSeq(typed, "|") {
			c, ok := parseCondition(part)
			if !ok {
				t.Errorf("%s is refused", part)
			}
			list = append(list, c)
		}
		if got, _ := filterOf(list, someTypes); string(got) != want {
			t.Errorf("%s is %s instead of %s", typed, got, want)
		}
	}
	for _, typed := range []string{"", "name", "=x", " = x", "name==x", "name!x", "age=>1", "age<>1", "name ! = x"} {
		if c, ok := parseCondition(typed); ok {
			t.Errorf("%q is read as %+v", typed, c)
		}
	}
}

func TestChangesBecomeAPatch(t *testing.T) {
	for typed, want := range map[string]string{
		"name=Ada|age=7|!born":               `{"age":7,"born":null,"name":"Ada"}`,
		"name=null":                          `{"name":null}`,
		"name = <b> = x":                     `{"name":"<b> = x"}`,
		"custom.tier=7|custom.more.deep=7":   `{"custom":{"more":{"deep":7},"tier":"7"}}`,
		`tags=["a"]|custom={"a":1}`:          `{"custom":{"a":1},"tags":["a"]}`,
		"custom.tier=7|custom=null":          "",
		"custom=null|custom.tier=7":          "",
		"custom.tier=7|custom.tier.deeper=7": "",
	} {
		var list []typedChange
		for part := range strings.SplitSeq(typed, "|") {
			if field, clears := strings.CutPrefix(part, "!"); clears {
				list = append(list, typedChange{"--clear", field, "null"})
				continue
			}
			field, value, _ := strings.Cut(part, "=")
			list = append(list, typedChange{"--set", strings.TrimSpace(field), strings.TrimSpace(value)})
		}
		got, _, err := patchOf(list, someTypes)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s is %s, error %v, instead of %s", typed, got, err, want)
		}
	}
}

// TestAFaultIsNamedByWhatWasTyped gives faults of requests made of several flags.
func TestAFaultIsNamedByWhatWasTyped(t *testing.T) {
	read := func(typed ...string) (list []typedCondition) {
		for _, text := range typed {
			c, _ := parseCondition(text)
			list = append(list, c)
		}
		return list
	}
	_, one := filterOf(read("age>=x", "a/b~c=1"), someTypes)
	_, two := filterOf(read("age>=x", "age<y"), someTypes)
	_, patch, _ := patchOf([]typedChange{{"--set", "custom.tier", "7"}, {"--clear", "name", "null"}}, someTypes)
	json := places{{client.InFilter, "", "--filter"}, {client.InBody, "/patch", "--patch"}}
	for _, tt := range []struct {
		from    places
		in, at  string
		want    string
		because string
	}{
		{one, "filter", "/age/$gte", "--where 'age>=x'", "its value is wrong"},
		{one, "filter", "/age", "--where 'age>=x'", "its field is unknown"},
		{one, "filter", "/a~1b/$contains", "--where 'a/b~c=1'", "a name is escaped"},
		{two, "filter", "/$and/1/age/$lt", "--where 'age<y'", "one of two of a field"},
		{patch, "body", "/patch/custom/tier", "--set custom.tier", "a value inside an object"},
		{patch, "body", "/patch/name", "--clear name", "a field that cannot be cleared"},
		{json, "filter", "/a/$gte", "--filter /a/$gte", "JSON has a pointer"},
		{json, "body", "/patch/filter", "--patch /filter", "a field with the name of a flag"},
		{json, "body", "/patches", "/patches", "another member"},
		{nil, "body", "/options/maxAffected", "--max-affected", "an option"},
		{nil, "query", "?createdBy", "--created-by", "a parameter"},
		{nil, "query", "?", "?", "the whole query"},
		{nil, "filter", "/options/x", "/options/x", "a field that is called options"},
	} {
		if got := tt.from.name(client.Fault{In: tt.in, Pointer: tt.at}); got != tt.want {
			t.Errorf("%s: %s is said to be at %s instead of %s", tt.because, tt.at, got, tt.want)
		}
	}
	if got := inFlags("Say so with allowAll=true, or with maxAffected; disallowAll stays."); got != "Say so with --allow-all, or with --max-affected; disallowAll stays." {
		t.Errorf("options are said as %s", got)
	}
}
