//go:build race

package chaos

// raceFlag has the program built under the race detector, as the tests are.
var raceFlag = []string{"-race"}

// slowness is how much longer everything may take.
const slowness = 3
