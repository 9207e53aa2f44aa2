//go:build !raced

package chaos

// raceFlag is empty: the program is built as users build it.
var raceFlag []string
