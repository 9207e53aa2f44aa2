//go:build !race

package main

// raceFlag builds the program as the test itself is built.
var raceFlag []string
