//go:build race

package chaos

// raceFlag holds the flags for a build like that of the tests: with the race detector.
var raceFlag = []string{"-race"}

// slowness is the factor by which time limits grow.
const slowness = 3
