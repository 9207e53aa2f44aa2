package main

import (
	"os"
	"runtime/debug"
)

// softMemory is the soft memory limit of a serving process. Requests of the
// largest allowed size need less, but leave much garbage at once; the garbage
// collector runs more often near the limit. SQLite's caches are not included.
const softMemory = 256 << 20

// boundMemory sets the limit, unless GOMEMLIMIT does.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}
