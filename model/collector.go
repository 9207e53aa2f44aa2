package model

import (
	"slices"
	"unicode/utf8"
)

// Limits of the faults of one input. Without them an input could have any number
// of faults, with names of any length.
const (
	MaxFaults = 100 // faults that are kept; further ones are counted
	MaxShown  = 200 // characters of a pointer, and of a caller's text in a detail
)

// A Collector gathers the faults of one input in limited memory: it keeps the
// first [MaxFaults] and counts the others, whose pointers it never writes. The
// zero Collector is ready for use.
type Collector struct {
	kept    Faults
	further int
}

// Add notes a fault at a place. A part of the caller's input in detail must have
// been cut by [Shown].
func (c *Collector) Add(at *Place, code, detail string) {
	if c.Full() {
		c.further++
		return
	}
	c.kept = append(c.kept, Fault{Pointer: at.Pointer(), Code: code, Detail: detail})
}

// AddAll notes the faults of another collector, with those it only counted.
func (c *Collector) AddAll(fs Faults) {
	kept := fs[:min(len(fs), MaxFaults-len(c.kept))]
	for _, f := range kept {
		f.Further = 0
		c.kept = append(c.kept, f)
	}
	c.further += len(fs) - len(kept) + fs.More()
}

// Full reports whether further faults are only counted, so that their details
// need not be worked out.
func (c *Collector) Full() bool { return len(c.kept) >= MaxFaults }

// Found returns the number of faults so far, including those only counted.
func (c *Collector) Found() int { return len(c.kept) + c.further }

// Faults returns the faults so far, nil if there are none.
func (c *Collector) Faults() Faults {
	faults := slices.Clone(c.kept)
	if n := len(faults); n > 0 {
		faults[n-1].Further = c.further
	}
	return faults
}

// Shown returns the first [MaxShown] characters of a caller's text, with an
// ellipsis if there are more.
func Shown(text string) string {
	n := 0
	for i := range text {
		if n == MaxShown {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

// fits reports whether a pointer is short enough to be shown.
func fits[T ~string | ~[]byte](pointer T) bool {
	return len(pointer) <= MaxShown ||
		len(pointer) <= MaxShown*utf8.UTFMax && utf8.RuneCountInString(string(pointer)) <= MaxShown
}
