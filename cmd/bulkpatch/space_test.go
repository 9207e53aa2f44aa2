package main

import (
	"strings"
	"testing"

	"bulkpatch/store"
)

func TestAFileOfWhichMuchIsFreeIsToldOf(t *testing.T) {
	const mib = 1 << 20
	for name, test := range map[string]struct {
		space store.Space
		want  string
	}{
		"a server's":    {store.Space{}, ""},
		"a small file":  {store.Space{Bytes: 60 * mib, Free: 59 * mib}, ""},
		"a full one":    {store.Space{Bytes: 1000 * mib, Free: 400 * mib}, ""},
		"an empty one":  {store.Space{Bytes: 1000 * mib, Free: 600 * mib}, "600 of the 1000 MiB"},
		"a large start": {store.Space{Bytes: 128 * mib, Free: 64 * mib}, "VACUUM"},
	} {
		if got := spaceHint(test.space); !strings.Contains(got, test.want) || got != "" && test.want == "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
