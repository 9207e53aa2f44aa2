package main

import (
	"os"
	"runtime/debug"
)

// softMemory is what Go tries to keep a serving process below. Requests at
// their limits need less, but leave much behind at once; the collector takes
// that back sooner near this limit. SQLite's caches come on top.
const softMemory = 320 << 20

// boundMemory sets the limit, unless the environment does by GOMEMLIMIT.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}
