package filter

import (
	"strings"
	"testing"

	"bulkpatch/docs"
)

// TestTheGuideHasEveryOperator looks for each operator in the table of the guide, whose
// rows a test of the program runs.
func TestTheGuideHasEveryOperator(t *testing.T) {
	all := []string{"$and", "$or"}
	for name := range operators {
		all = append(all, name)
	}
	for _, name := range all {
		shown := false
		for line := range strings.Lines(docs.Guide) {
			shown = shown || strings.HasPrefix(line, "| `{") && strings.Contains(line, `"`+name+`"`)
		}
		if !shown {
			t.Errorf("no row of the table has %s", name)
		}
	}
}
