package dashboard

import (
	"strconv"
	"strings"
	"testing"

	"bulkpatch/client"
)

func TestAFewFailuresAmongManyAreSeenInTheBar(t *testing.T) {
	matched := int64(1_000_000)
	parts := barOf(client.Counts{Matched: &matched, Updated: 999_985, Skipped: 3, Failed: 12})
	var sum float64
	for _, p := range parts {
		width, err := strconv.ParseFloat(strings.TrimSuffix(p.Width, "%"), 64)
		if err != nil || width < leastWidth {
			t.Errorf("%s is %s wide", p.Class, p.Width)
		}
		sum += width
	}
	if len(parts) != 3 || sum < 99.9 || sum > 100.1 {
		t.Errorf("%v", parts)
	}
}
