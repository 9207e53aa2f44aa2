//go:build !stepclock

package main

import "time"

// clock returns the time for the whole program.
func clock() time.Time { return time.Now() }
