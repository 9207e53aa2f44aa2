//go:build !raced

package chaos

// raceFlag is empty: the program is built as users build it.
var raceFlag []string

// slowness is the factor by which time limits grow.
const slowness = 1
