//go:build !stepclock

package main

import "time"

// clock is the clock of the whole program.
func clock() time.Time { return time.Now() }
