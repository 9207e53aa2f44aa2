//go:build !race

package chaos

// raceFlag holds the flags for a build like that of the tests.
var raceFlag []string

// slowness is the factor by which time limits grow.
const slowness = 1
