//go:build raced || slow

package chaos

// slowness is the factor by which time limits grow: for a program under the race
// detector, and for kinds that run beside one another on a machine that may be slow.
const slowness = 3
