//go:build stepclock

package main

import (
	"os"
	"strings"
	"time"
)

// clock returns the machine's time, moved by a duration that it reads from the
// file named by BULKPATCH_CLOCK_STEP. The build tag stepclock is only for tests
// that change the clock of a running process.
func clock() time.Time {
	text, err := os.ReadFile(os.Getenv("BULKPATCH_CLOCK_STEP"))
	if err != nil {
		return time.Now()
	}
	step, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return time.Now()
	}
	return time.Now().Add(step)
}
