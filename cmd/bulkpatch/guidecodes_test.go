package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bulkpatch/api/openapi"
	"bulkpatch/api/web"
	"bulkpatch/docs"
	"bulkpatch/model"
)

var explainedCode = regexp.MustCompile("(?m)^- `([a-z_]+)`: (.*)$")

// TestTheGuideHasTheCodesOfTheDocument compares the tables of codes with what the OpenAPI
// document says of each.
func TestTheGuideHasTheCodesOfTheDocument(t *testing.T) {
	text, err := openapi.Build(openapi.Source{Models: model.Shipped()})
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Components struct {
			Schemas map[string]struct{ Description string }
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for heading, component := range map[string]string{"Answers": "ProblemCode", "Faults in a request": "FaultCode"} {
		var want []string
		for _, line := range explainedCode.FindAllStringSubmatch(document.Components.Schemas[component].Description, -1) {
			row := "| `" + line[1] + "` | " + line[2] + " |"
			if p, ok := web.ProblemTypeOf(line[1]); ok {
				row = fmt.Sprintf("| %d %s", p.Status, row)
			}
			want = append(want, row)
		}
		slices.SortFunc(want, cmp.Compare[string])
		if got := docs.Rows(heading); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("the rows below %q should be\n%s", heading, strings.Join(want, "\n"))
		}
	}
}
