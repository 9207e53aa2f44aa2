package model

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// DetailTooPrecise is the detail of a number that would be stored as another one.
const DetailTooPrecise = "This number would be kept as another one. Give at most 15 significant digits, and nothing closer to zero than 2.3e-308."

// The details of faults say what is allowed.
const (
	detailUnknown  = "There is no such field."
	detailTwice    = "This name is given twice."
	detailRequired = "This is required."
	detailReadOnly = "This field is read-only."
	detailNotNull  = "This may not be null."
	detailUTF8     = "This is not valid UTF-8."
	detailNUL      = "Text may not contain a NUL character."
	detailForms    = "This has none of the allowed forms."
	detailSchema   = "This does not follow the schema of the model."
)

var (
	detailTooDeep = "This nests more than " + strconv.Itoa(MaxDepth) + " levels deep."
	detailInt64   = fmt.Sprintf("This must be a whole number from %d to %d.", math.MinInt64, math.MaxInt64)
	detailFloat64 = fmt.Sprintf("This must be a number from %v to %[2]v.", -math.MaxFloat64, math.MaxFloat64)
	detailNumber  = fmt.Sprintf("This must be a number from %v to %[2]v with at most %[3]d digits, and not closer to zero than %[4]v.",
		-math.MaxFloat64, math.MaxFloat64, maxDigits, math.SmallestNonzeroFloat64)
)

// Limits of the list of values in a detail.
const (
	maxListed      = 20
	maxListedBytes = 1000
)

// OneOf returns the detail that lists the allowed values: the first few, and how
// many more there are.
func OneOf(values []string) string {
	var b strings.Builder
	b.WriteString("This must be one of: ")
	for i, v := range values {
		v = Shown(v)
		if i == maxListed || i > 0 && b.Len()+len(v) > maxListedBytes {
			fmt.Fprintf(&b, " and %d more", len(values)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v)
	}
	b.WriteByte('.')
	return b.String()
}

// choicesDetail returns the detail that lists the choices of a drop-down.
func (c *checker) choicesDetail(f *Field) string {
	choices := f.Choices
	if f.Extensible && c.choices != nil {
		choices = append(choices[:len(choices):len(choices)], c.choices(f)...)
	}
	return OneOf(choices)
}

// enumDetail returns the detail that lists the values of a field's enum.
func enumDetail(f *Field) string {
	values := make([]string, len(f.rule.enum))
	for i, v := range f.rule.enum {
		values[i] = string(f.AppendCell(nil, v, HideSecrets))
	}
	return OneOf(values)
}

// treesDetail is oneOf for values of the file.
func treesDetail(trees ...any) string {
	values := make([]string, len(trees))
	for i, tree := range trees {
		text, ok := tree.(string)
		if !ok {
			text = string(appendTree(nil, tree))
		}
		values[i] = text
	}
	return OneOf(values)
}

// rangeDetail says between which bounds a number must lie. At most one of them
// may be the zero bound.
func rangeDetail(least, most bound) string {
	low, high := "at least ", "at most "
	if least.excluded {
		low = "more than "
	}
	if most.excluded {
		high = "less than "
	}
	switch {
	case least == bound{}:
		return "This must be " + high + most.number + "."
	case most == bound{}:
		return "This must be " + low + least.number + "."
	}
	return "This must be " + low + least.number + " and " + high + most.number + "."
}

// integerRange returns the detail that gives the range of an Integer field.
func integerRange(r *rule) string {
	if r.minInt == math.MinInt64 && r.maxInt == math.MaxInt64 {
		return detailInt64
	}
	var least, most bound
	if r.minInt > math.MinInt64 {
		least.number = strconv.FormatInt(r.minInt, 10)
	}
	if r.maxInt < math.MaxInt64 {
		most.number = strconv.FormatInt(r.maxInt, 10)
	}
	return rangeDetail(least, most)
}

// numberRange returns the detail that gives the range of a Number field.
func numberRange(r *rule) string {
	if r.minNumber == nil && r.maxNumber == nil {
		return detailFloat64
	}
	var least, most bound
	if r.minNumber != nil {
		least = bound{formatFloat(*r.minNumber), r.minExcluded}
	}
	if r.maxNumber != nil {
		most = bound{formatFloat(*r.maxNumber), r.maxExcluded}
	}
	return rangeDetail(least, most)
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// formatRat writes a number of the file.
func formatRat(r *big.Rat) string {
	if r.IsInt() && r.Num().BitLen() <= 64 {
		return r.Num().String()
	}
	v, _ := r.Float64()
	return formatFloat(v)
}

// typeDetail returns the detail that gives the type of a field.
func typeDetail(f *Field) string {
	switch f.Type {
	case Integer:
		return "This must be a whole number."
	case Number:
		return "This must be a number."
	case Boolean:
		return "This must be true or false."
	case Object:
		return "This must be an object."
	case Array:
		return "This must be a list."
	case Date, DateTime:
		return "This must be text: " + formatNames[string(f.Type)] + "."
	default:
		return "This must be text."
	}
}
