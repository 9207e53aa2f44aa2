//go:build raced

package chaos

// raceFlag has the program built with the race detector. The tests themselves
// need none, and would take a third of the machine with it.
var raceFlag = []string{"-race"}
