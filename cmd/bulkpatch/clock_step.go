//go:build stepclock

package main

import (
	"os"
	"strings"
	"time"
)

// clock is the machine's clock, moved by the duration that the file
// BULKPATCH_CLOCK_STEP names holds. A build with the tag stepclock is for
// tests that step the clock of a running process, and nothing else.
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
