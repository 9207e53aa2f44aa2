package storetest

import (
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/store"
)

// installationsAreNamed reads the name of an installation as its processes do:
// of one whose first process is a worker, before and after the first API
// process, and of another.
func installationsAreNamed(t *testing.T, open func(testing.TB, store.Options) *store.Store) {
	names := map[string]bool{}
	for range 2 {
		s := open(t, store.Options{Models: Models(t), Now: time.Now})
		check(t, s.Migrate(t.Context()))
		first, err := s.Installation(t.Context())
		check(t, err)
		_, created, err := s.Bootstrap(t.Context(), "")
		check(t, err)
		equal(t, "the first key is made", created, true)
		again, err := s.Installation(t.Context())
		check(t, err)
		equal(t, "the name after the first API process", again, first)
		equal(t, "digits of the name", len(first), 16)
		_, err = s.Workspace(t.Context(), auth.MainWorkspace)
		check(t, err)
		names[first] = true
	}
	equal(t, "names of two installations", len(names), 2)
}
