package model

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
)

// toInt reads a whole number of the schema; the metaschema has checked it.
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
			f.rule.raise(n, keyword != "minimum")
		}
	}
	for _, keyword := range []string{"maximum", "exclusiveMaximum"} {
		if n, ok := numberOf(s, keyword); ok {
			f.rule.lower(n, keyword != "maximum")
		}
	}
}

// raise and lower narrow the range by one bound; of two bounds on a side the
// narrower one holds.
func (r *rule) raise(n json.Number, open bool) {
	v, _ := n.Float64()
	if r.minNumber == nil || v > *r.minNumber || v == *r.minNumber && open {
		r.minNumber, r.openMin = &v, open
	}
	r.minInt = max(r.minInt, wholeBound(n, 1, open))
}

func (r *rule) lower(n json.Number, open bool) {
	v, _ := n.Float64()
	if r.maxNumber == nil || v < *r.maxNumber || v == *r.maxNumber && open {
		r.maxNumber, r.openMax = &v, open
	}
	r.maxInt = min(r.maxInt, wholeBound(n, -1, open))
}

// wholeBound is the outermost whole number that a bound allows: the bound
// rounded towards the inside (up is 1, down is -1), and where the bound itself
// is excluded the next one. A bound beyond int64 becomes the end of its range.
func wholeBound(n json.Number, inside int64, open bool) int64 {
	x, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return 0 // the metaschema refuses a bound that is no number
	}
	// DivMod rounds down for a positive divisor, which a denominator is.
	q, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	switch exact := rest.Sign() == 0; {
	case exact && open:
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

// prepareEnum keeps the allowed values of a scalar that is no option list.
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
