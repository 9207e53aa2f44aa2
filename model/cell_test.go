package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"bulkpatch/model/table"
)

func typed(kind table.Kind, text string) table.Cell { return table.Cell{Kind: kind, Text: text} }

func text(s string) table.Cell { return table.Cell{Text: s} }

var (
	iso    = table.Dialect{Decimal: "."}
	german = table.Dialect{Decimal: ",", Dates: "DD.MM.YYYY HH:mm"}
)

func TestWhatACellOfAFileMeans(t *testing.T) {
	m := mustModel(t, everyKind)
	for name, test := range map[string]struct {
		field string
		cell  table.Cell
		as    table.Dialect
		want  string // the JSON, or the code of the fault
	}{
		"text":                     {"email", text("007"), iso, `"007"`},
		"no text":                  {"email", text(""), iso, `null`},
		"an empty text":            {"email", table.Cell{Quoted: true}, iso, `""`},
		"no text where none may":   {"name", text(""), iso, `""`},
		"a number":                 {"size", text("1.5"), iso, `1.5`},
		"a comma":                  {"size", text("1,5"), iso, CodeType},
		"a decimal comma":          {"size", text("-1,50"), german, `-1.50`},
		"a decimal point":          {"size", text("1.5"), german, CodeType},
		"thousands":                {"size", text("1.000,5"), german, CodeType},
		"two commas":               {"size", text("1,000,5"), german, CodeType},
		"a whole number":           {"count", text("7"), german, `7`},
		"leading zeros":            {"count", text("007"), iso, CodeType},
		"two numbers":              {"count", text("1,\"name\":2"), iso, CodeType},
		"a word for a number":      {"count", text("null"), iso, CodeType},
		"a boolean":                {"flag", text("TRUE"), iso, `true`},
		"a number for a boolean":   {"flag", text("1"), iso, CodeType},
		"a date":                   {"born", text("2026-01-31"), iso, `"2026-01-31"`},
		"a German date":            {"born", text("31.01.2026"), german, `"2026-01-31"`},
		"one of few digits":        {"born", text("1.2.2026"), german, `"2026-02-01"`},
		"an ISO date all the same": {"born", text("2026-01-31"), german, CodeFormat},
		"no year":                  {"born", text("31.01.26"), german, CodeFormat},
		"a date with its time":     {"born", text("31.01.2026 12:30"), german, CodeFormat},
		"a date at midnight":       {"born", text("31.01.2026 00:00"), german, `"2026-01-31"`},
		"a moment":                 {"seen", text("2026-01-31T12:00:00+01:00"), iso, `"2026-01-31T12:00:00+01:00"`},
		"a German moment":          {"seen", text("31.01.2026 9:05"), german, `"2026-01-31T09:05:00Z"`},
		"a day as a moment":        {"seen", text("31.01.2026"), german, `"2026-01-31T00:00:00Z"`},
		"a list":                   {"tags", text(`["a"]`), iso, `["a"]`},
		"no list":                  {"tags", text("a, b"), iso, CodeInvalidJSON},
		"an option":                {"tier", text("gold"), iso, `"gold"`},
		"not UTF-8":                {"email", text("\xff"), iso, CodeInvalidUTF8},

		"a workbook's number":           {"count", typed(table.Number, "7"), german, `7`},
		"one as text":                   {"email", typed(table.Number, "49301234567"), iso, `"49301234567"`},
		"one as a date":                 {"born", typed(table.Number, "46053"), iso, CodeFormat},
		"one as a boolean":              {"flag", typed(table.Number, "1"), iso, CodeType},
		"one as a list":                 {"tags", typed(table.Number, "1"), iso, CodeType},
		"one as anything":               {"any", typed(table.Number, "1"), iso, `1`},
		"a workbook's boolean":          {"flag", typed(table.Boolean, "true"), iso, `true`},
		"one as a number":               {"count", typed(table.Boolean, "true"), iso, CodeType},
		"a workbook's date":             {"born", typed(table.Date, "2026-01-31"), german, `"2026-01-31"`},
		"one as a moment":               {"seen", typed(table.Date, "2026-01-31"), iso, `"2026-01-31T00:00:00Z"`},
		"a workbook's moment":           {"seen", typed(table.Date, "2026-01-31T12:30:00.5"), iso, `"2026-01-31T12:30:00.5Z"`},
		"a workbook's moment as a date": {"born", typed(table.Date, "2026-01-31T12:30:00"), iso, CodeFormat},
		"a workbook's date as text":     {"email", typed(table.Date, "2026-01-31"), iso, `"2026-01-31"`},
		"a workbook's date as a number": {"count", typed(table.Date, "2026-01-31"), iso, CodeType},
		"a workbook's date as anything": {"any", typed(table.Date, "2026-01-31"), iso, `"2026-01-31"`},
		"an error":                      {"email", typed(table.Error, "#N/A"), iso, CodeType},
		"a member":                      {"tags", typed(table.JSON, `["a", 1.50]`), iso, `["a", 1.50]`},
		"a member with a German date":   {"born", typed(table.JSON, `"31.01.2026"`), german, `"2026-01-31"`},
		"a member that is no date":      {"born", typed(table.JSON, `null`), german, `null`},
	} {
		t.Run(name, func(t *testing.T) {
			raw, fault := field(t, m, test.field).CellJSON(test.cell, test.as)
			got := string(raw)
			if fault != nil {
				got = fault.Code
				if fault.Pointer != "/"+test.field || !strings.HasSuffix(fault.Detail, ".") {
					t.Errorf("the fault is %v", fault)
				}
			}
			if got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestKeysAreComparedAsTheFieldHasThem(t *testing.T) {
	m := mustModel(t, everyKind)
	for name, test := range map[string]struct {
		field string
		cell  table.Cell
		want  string
	}{
		"zeros before a number":  {"count", text(" 007\t"), "int64 7"},
		"zeros in a text":        {"email", text(" 007 "), "string 007"},
		"only zeros":             {"count", text("000"), "int64 0"},
		"a negative number":      {"count", text("-07"), "int64 -7"},
		"a decimal number":       {"size", text("00,5"), "float64 0.5"},
		"a whole one":            {"count", text("7,0"), "int64 7"},
		"not a whole one":        {"count", text("7,5"), CodeType},
		"no number":              {"count", text("seven"), CodeType},
		"too large a number":     {"count", text("9223372036854775808"), CodeType},
		"a workbook's number":    {"count", typed(table.Number, "7"), "int64 7"},
		"one for a text":         {"email", typed(table.Number, "7"), "string 7"},
		"a UUID":                 {"ref", text("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"), "string 6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
		"a date":                 {"born", text("31.1.2026"), "string 2026-01-31"},
		"a moment":               {"seen", text("1.1.1970"), "int64 0"},
		"a boolean":              {"flag", text("True"), "bool true"},
		"no option of the field": {"state", text("maybe"), "string maybe"},
		"nothing":                {"email", text(" \u00a0"), "<nil> <nil>"},
		"an empty text":          {"name", table.Cell{Quoted: true}, "<nil> <nil>"},
		"null":                   {"email", typed(table.JSON, "null"), "<nil> <nil>"},
		"a member":               {"email", typed(table.JSON, `" a\n"`), "string a"},
		"a member's number":      {"email", typed(table.JSON, "7"), "string 7"},
		"a number in a text":     {"count", typed(table.JSON, `"007"`), "int64 7"},
		"an object":              {"email", typed(table.JSON, `{"a":1}`), CodeType},
		"a list as a key":        {"tags", text(`["a"]`), CodeType},
		"NUL":                    {"email", text("a\x00"), CodeNUL},
		"an error":               {"email", typed(table.Error, "#REF!"), CodeType},
	} {
		t.Run(name, func(t *testing.T) {
			stored, fault := field(t, m, test.field).CellKey(test.cell, german)
			got := fmt.Sprintf("%T %v", stored, stored)
			if fault != nil {
				got = fault.Code
			}
			if got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestSuggestedColumns(t *testing.T) {
	m := mustModel(t, `
x-model: shop
type: object
properties:
  number: {type: integer, x-role: id, x-generate: sequence}
  firstName: {type: string, title: Vorname}
  lastName: {type: string, title: Vorname}
  externalId: {type: string, x-unique: true}
  erpExternalId: {type: string, x-indexed: true}
  email: {type: string, x-indexed: true, x-vendor-name: primaryMail}
  slug: {type: string, readOnly: true, x-unique: true, x-generate: uuid}
  made: {type: string, readOnly: true}
  token: {type: string, x-secret: masked}
  inbox: {type: string, writeOnly: true}
  custom: {type: object, properties: {tier: {type: string}, deep: {type: object, properties: {a: {type: integer}}}}}
`)
	for name, test := range map[string]struct{ header, want string }{
		"names":              {"number|firstName|email", "number: email=email firstName=firstName number=number"},
		"other spellings":    {"Number|FIRST NAME|e-mail|external_id", "number: FIRST NAME=firstName Number=number e-mail=email external_id=externalId"},
		"the id by its role": {"ID|Email", "number: Email=email ID=number"},
		"a unique field":     {"Email|External ID", "externalId: Email=email External ID=externalId"},
		"an indexed text":    {"Email|First name", "email: Email=email First name=firstName"},
		"an external id":     {"Email|erp external id", "erpExternalId: Email=email erp external id=erpExternalId"},
		"a title of two":     {"Vorname", ": "},
		"a vendor's name":    {"primary mail", "email: primary mail=email"},
		"a path":             {"Custom.Tier|custom.deep.a|tier", ": Custom.Tier=custom.tier custom.deep.a=custom.deep.a"},
		"a name twice":       {"email|E-Mail", "email: email=email"},
		"read-only":          {"slug|made|version", "slug: slug=slug"},
		"read-only, no key":  {"slug|number", "number: number=number"},
		"secrets":            {"token|inbox", ": "},
		"nothing":            {"|x", ": "},
	} {
		t.Run(name, func(t *testing.T) {
			match, columns := m.SuggestColumns(strings.Split(test.header, "|"))
			got := strings.Join(match, ",") + ":"
			for _, header := range slices.Sorted(maps.Keys(columns)) {
				got += " " + header + "=" + columns[header]
				if _, known := m.FileField(columns[header]); !known {
					t.Errorf("%s is no field of a file", columns[header])
				}
			}
			if strings.TrimSuffix(got, " ") != strings.TrimSuffix(test.want, " ") {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestADayThatDoesNotExistIsToldInTheFormOfTheFile(t *testing.T) {
	born, _ := mustModel(t, everyKind).Field("born")
	if _, fault := born.CellJSON(text("31.02.2026"), german); fault == nil || fault.Code != CodeFormat || !strings.Contains(fault.Detail, german.Dates) {
		t.Errorf("it is refused with %+v", fault)
	}
}
