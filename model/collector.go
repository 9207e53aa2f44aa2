package model

import (
	"slices"
	"unicode/utf8"
)

// Bounds of what is said of one input, however many faults a caller puts into
// it and however long its names are.
const (
	MaxFaults = 100 // faults that are kept; further ones are counted
	MaxShown  = 200 // characters of a pointer, and of a caller's text in a detail
)

// A Collector gathers the faults of one input in bounded space. A fault that
// is only counted costs nothing: its pointer is never written. The zero
// Collector is ready for use.
type Collector struct {
	kept    Faults
	further int
}

// Add notes a fault at a place. What detail holds of the caller's text must
// have passed [Shown].
func (c *Collector) Add(at *Place, code, detail string) {
	if c.Full() {
		c.further++
		return
	}
	c.kept = append(c.kept, Fault{Pointer: at.Pointer(), Code: code, Detail: detail})
}

// AddAll notes faults that were found already, with those that they count.
func (c *Collector) AddAll(fs Faults) {
	kept := fs[:min(len(fs), MaxFaults-len(c.kept))]
	for _, f := range kept {
		f.Further = 0
		c.kept = append(c.kept, f)
	}
	c.further += len(fs) - len(kept) + fs.More()
}

// Full reports whether further faults are only counted, so that nobody need
// work out what to say of them.
func (c *Collector) Full() bool { return len(c.kept) >= MaxFaults }

// Found is how many faults were noted so far, the counted ones included.
func (c *Collector) Found() int { return len(c.kept) + c.further }

// Faults are the faults noted so far, nil for none.
func (c *Collector) Faults() Faults {
	faults := slices.Clone(c.kept)
	if n := len(faults); n > 0 {
		faults[n-1].Further = c.further
	}
	return faults
}

// Shown is a caller's text as a detail may hold it: its first [MaxShown]
// characters.
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
