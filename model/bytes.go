package model

import "unicode/utf8"

// scalarBytes is about the length of a stored value that is not a string.
const scalarBytes = 24

// MaxBytes is the greatest length in bytes of a value of the field in stored form,
// 0 if the model sets no limit.
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
