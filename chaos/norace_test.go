//go:build !race

package chaos

var raceFlag []string
