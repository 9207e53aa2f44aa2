package compat

import (
	"encoding/json"
	"testing"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// TestDeskFailures makes the answers to what no request to the shipped model
// can bring about: it has no unique fields, and a database that is well.
func TestDeskFailures(t *testing.T) {
	m, _ := model.Shipped().Model("desk")
	for name, test := range map[string]struct {
		problem Problem
		status  int
		want    string
	}{
		"a value that is taken": {
			Problem{Status: 409, Code: "unique", Faults: []web.Fault{web.BodyFault("/externalId", "unique", "The value is already taken.")}},
			400, `{"errors":{"externalId":["The value is already taken."]}}`},
		"a job that never reached the record": {
			Problem{Status: 422, Code: "record_failed", Detail: "The job ended before it reached the record."},
			400, `{"errors":{"request":["The job ended before it reached the record."]}}`},
		"one fault found twice": {
			Problem{Status: 400, Faults: []web.Fault{web.BodyFault("/email", model.CodeFormat, "This must be an email address."), web.BodyFault("/email", model.CodeFormat, "This must be an email address.")}},
			400, `{"errors":{"email":["must be a valid email address"]}}`},
		"words of the vendor that no field here calls for": {
			Problem{Status: 400, Faults: []web.Fault{
				web.BodyFault("/a", model.CodeFormat, "This must be a domain name."), web.BodyFault("/b", model.CodeFormat, "This must be a web address that begins with http:// or https://."),
				web.BodyFault("/c", model.CodeTooShort, "This must have at least 3 characters."), web.BodyFault("/d", model.CodeOutOfRange, "This must be at most 9."),
				web.BodyFault("/e", model.CodeRequired, "This is required."), web.BodyFault("/f/0", model.CodeFormat, "This must be a date as YYYY-MM-DD.")}},
			400, `{"errors":{"a":["must be a valid domain"],"b":["must be a valid url"],"c":["must be longer than 3 characters"],"d":["must be 9 or lower"],` +
				`"e":["must be set"],"f[0]":["must be a date as ‘2006-01-02T15:04:05Z07:00’"]}}`},
		"a database that is away": {
			Problem{Status: 503, Code: "unavailable", Title: "No answer", Detail: "Please try again.", ID: "R"},
			503, `{"errors":[{"code":"unavailable","detail":"Please try again.","id":"R","title":"No answer"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			test.problem.Model = m
			status, body := desk{}.Failure(test.problem)
			got, err := json.Marshal(body)
			if err != nil || status != test.status || string(got) != test.want {
				t.Errorf("%d %s, %v", status, got, err)
			}
		})
	}
}
