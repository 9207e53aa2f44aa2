package model

import "unicode/utf8"

// scalarBytes is about what a value takes that is no text.
const scalarBytes = 24

// MaxBytes is how long a value of the field can be in stored form, in bytes; 0
// where the model sets no bound.
func (f *Field) MaxBytes() int {
	switch {
	case f.Type == Object || f.Type == Array || f.Type == Any:
		return 0
	case f.Type != String:
		return scalarBytes
	case f.Choices != nil && !f.Extensible:
		longest := 0
		for _, o := range f.Choices {
			longest = max(longest, len(o))
		}
		return longest
	case f.rule.maxLength < 0:
		return 0
	}
	return f.rule.maxLength * utf8.UTFMax
}
