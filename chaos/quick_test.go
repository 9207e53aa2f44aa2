//go:build !raced && !slow

package chaos

// slowness is the factor by which time limits grow.
const slowness = 1
