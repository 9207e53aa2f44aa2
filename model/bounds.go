package model

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
)

// toInt reads an integer of the schema, which the metaschema has checked. A
// larger one than most becomes most.
func toInt(n json.Number, most int) int {
	v, err := parseInteger([]byte(n))
	if err != nil || v > int64(most) {
		return most
	}
	return int(v)
}

func (b *builder) prepareBounds(f *Field, s map[string]any) {
	for _, keyword := range []string{"minimum", "exclusiveMinimum"} {
		if n, ok := numberOf(s, keyword); ok {
			f.rule.raise(bound{string(n), keyword != "minimum"})
		}
	}
	for _, keyword := range []string{"maximum", "exclusiveMaximum"} {
		if n, ok := numberOf(s, keyword); ok {
			f.rule.lower(bound{string(n), keyword != "maximum"})
		}
	}
}

// A bound is an end of a range of numbers. The zero bound is none.
type bound struct {
	number   string
	excluded bool // the number itself is not in the range
}

// raise adds a lower bound. Of two lower bounds the greater one counts.
func (r *rule) raise(b bound) {
	v, _ := json.Number(b.number).Float64()
	if r.minNumber == nil || v > *r.minNumber || v == *r.minNumber && b.excluded {
		r.minNumber, r.minExcluded = &v, b.excluded
	}
	r.minInt = max(r.minInt, b.whole(1))
}

// lower adds an upper bound. Of two upper bounds the lesser one counts.
func (r *rule) lower(b bound) {
	v, _ := json.Number(b.number).Float64()
	if r.maxNumber == nil || v < *r.maxNumber || v == *r.maxNumber && b.excluded {
		r.maxNumber, r.maxExcluded = &v, b.excluded
	}
	r.maxInt = min(r.maxInt, b.whole(-1))
}

// whole returns the last integer that the bound allows. inside is 1 for a
// lower and -1 for an upper bound. A bound beyond int64 becomes the end of its
// range.
func (b bound) whole(inside int64) int64 {
	x, ok := new(big.Rat).SetString(b.number)
	if !ok {
		return 0 // the metaschema refuses a bound that is no number
	}
	// DivMod rounds down for a positive divisor, which a denominator is.
	q, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	switch exact := rest.Sign() == 0; {
	case exact && b.excluded:
		q.Add(q, big.NewInt(inside))
	case !exact && inside > 0:
		q.Add(q, big.NewInt(1))
	}
	switch {
	case q.IsInt64():
		return q.Int64()
	case q.Sign() > 0:
		return math.MaxInt64
	default:
		return math.MinInt64
	}
}

// prepareEnum keeps the allowed values of a field that is no string. Those of a
// string are its Choices.
func (b *builder) prepareEnum(f *Field, s map[string]any, at string) {
	list, ok := s["enum"].([]any)
	if !ok {
		return
	}
	at = PointerTo(at, "enum")
	if _, typed := typesOf(s); typed && !slices.Contains(list, nil) && f.Type != Any {
		b.problem(at, "the type allows null but the enum does not; add null to it")
	}
	switch f.Type {
	case Integer, Number, Boolean, Date:
		f.rule.enum = b.enumValues(f, list)
	case DateTime:
		b.problem(at, "a date-time is kept as an instant and can have no enum")
	}
}

func (b *builder) enumValues(f *Field, list []any) []any {
	values := []any{}
	for _, v := range list {
		c := checker{rounds: true}
		stored := c.scalar(f, appendTree(nil, v), nil)
		if v != nil && c.Found() == 0 {
			values = append(values, stored)
		}
	}
	return values
}
