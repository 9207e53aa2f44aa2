//go:build !race

package chaos

var raceFlag []string

const slowness = 1
