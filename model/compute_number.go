package model

import (
	"math/big"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Numbers are computed as the decimals that people see, without rounding between the
// steps of one operator: 0.1 and 0.2 make 0.3. The result is rounded once, to an
// integer (half away from zero) or to the nearest float64.

// An exact is the number coefficient × 10^exponent. Its coefficient must not be
// changed.
type exact struct {
	coefficient *big.Int
	exponent    int
}

// parseExact reads a JSON number within the limits of a number in a record.
func parseExact(lit []byte) (exact, bool) {
	if isShortInteger(lit) {
		return exact{big.NewInt(shortInteger(lit)), 0}, true
	}
	d, err := parseDecimal(lit)
	if err != nil {
		return exact{}, false
	}
	e := exact{new(big.Int), d.point - len(d.digits)}
	if len(d.digits) > 0 {
		e.coefficient.SetString(string(d.digits), 10)
	}
	if d.negative {
		e.coefficient.Neg(e.coefficient)
	}
	return e, true
}

// aligned returns the coefficients of two numbers for the same exponent.
func (e exact) aligned(o exact) (a, b *big.Int, exponent int) {
	a, b = e.coefficient, o.coefficient
	if e.exponent > o.exponent {
		return new(big.Int).Mul(a, powerOfTen(e.exponent-o.exponent)), b, o.exponent
	}
	if e.exponent < o.exponent {
		b = new(big.Int).Mul(b, powerOfTen(o.exponent-e.exponent))
	}
	return a, b, e.exponent
}

func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func (e exact) plus(o exact) exact {
	a, b, exponent := e.aligned(o)
	return exact{new(big.Int).Add(a, b), exponent}
}

func (e exact) times(o exact) exact {
	return exact{new(big.Int).Mul(e.coefficient, o.coefficient), e.exponent + o.exponent}
}

func (e exact) compare(o exact) int {
	a, b, _ := e.aligned(o)
	return a.Cmp(b)
}

// rounded returns the nearest integer, of two the one farther from zero. ok is false
// if an int64 cannot hold it.
func (e exact) rounded() (v int64, ok bool) {
	switch {
	case e.coefficient.Sign() == 0:
		return 0, true
	case e.exponent > 18:
		return 0, false
	case e.exponent >= 0:
		whole := new(big.Int).Mul(e.coefficient, powerOfTen(e.exponent))
		return whole.Int64(), whole.IsInt64()
	}
	unit := powerOfTen(-e.exponent)
	quotient, rest := new(big.Int).QuoRem(e.coefficient, unit, new(big.Int))
	if rest.Lsh(rest, 1).CmpAbs(unit) >= 0 {
		quotient.Add(quotient, big.NewInt(int64(e.coefficient.Sign())))
	}
	return quotient.Int64(), quotient.IsInt64()
}

// nearest returns the nearest float64. ok is false beyond the largest.
func (e exact) nearest() (v float64, ok bool) {
	text := append(e.coefficient.Append(nil, 10), 'e')
	v, err := strconv.ParseFloat(string(strconv.AppendInt(text, int64(e.exponent), 10)), 64)
	if v == 0 {
		v = 0 // not -0
	}
	return v, err == nil
}

// parseOperand reads the number that an operator is given for values of a type.
func (p *computeParser) parseOperand(kind Type, operand []byte, at *Place) exact {
	if kind == Integer {
		p.wholeOperand(operand, at)
	} else {
		p.numberOperand(operand, at)
	}
	n, _ := parseExact(operand)
	return n
}

func (p *computeParser) wholeOperand(operand []byte, at *Place) {
	switch _, err := parseInteger(operand); err {
	case nil:
	case ErrRange:
		p.Add(at, CodeOutOfRange, detailInt64)
	default:
		p.Add(at, CodeType, "This must be a whole number.")
	}
}

func (p *computeParser) numberOperand(operand []byte, at *Place) {
	switch v, err := parseFloat(operand); {
	case err == ErrRange:
		p.Add(at, CodeOutOfRange, detailFloat64)
	case err != nil:
		p.Add(at, CodeType, "This must be a number.")
	case !p.restores && !KeepsDecimal(operand, v):
		p.Add(at, CodeTooPrecise, DetailTooPrecise)
	}
}

// calculation is the step that works out a number from the one before it. A value
// that stays the same is not rounded.
func calculation(t *target, calculate func(v exact) exact) step {
	return step{run: func(_ *working, in []byte) ([]byte, *problem) {
		v, ok := parseExact(in)
		if !ok {
			return nil, &problem{CodeType, "The value before is no number that can be computed with."}
		}
		if t.kind == Integer {
			if whole, fits := v.rounded(); !fits || (exact{big.NewInt(whole), 0}).compare(v) != 0 {
				return nil, &problem{CodeType, "The value before is no whole number of 64 bits."}
			}
		}
		result := calculate(v)
		if result.compare(v) == 0 {
			return in, nil
		}
		return result.append(t)
	}}
}

// append returns a result as a value of the target.
func (e exact) append(t *target) ([]byte, *problem) {
	if t.kind == Integer {
		v, ok := e.rounded()
		if !ok {
			return nil, &problem{CodeOutOfRange, t.rangeDetail(detailInt64)}
		}
		return strconv.AppendInt(nil, v, 10), nil
	}
	v, ok := e.nearest()
	if !ok {
		return nil, &problem{CodeOutOfRange, t.rangeDetail(detailFloat64)}
	}
	return jsontext.AppendFloat(nil, v, 64), nil
}

// rangeDetail says between which bounds the target must lie. of is the range of its
// type.
func (t *target) rangeDetail(of string) string {
	switch {
	case t.path != nil:
		return of
	case t.kind == Integer:
		return integerRange(&t.field.rule)
	default:
		return numberRange(&t.field.rule)
	}
}

func parseIncrement(p *computeParser, t *target, operand []byte, at *Place) step {
	n := p.parseOperand(t.kind, operand, at)
	return calculation(t, func(v exact) exact { return v.plus(n) })
}

func parseFactor(p *computeParser, t *target, operand []byte, at *Place) step {
	n := p.parseOperand(Number, operand, at)
	return calculation(t, func(v exact) exact { return v.times(n) })
}

func parseMinimum(p *computeParser, t *target, operand []byte, at *Place) step {
	n := p.parseOperand(t.kind, operand, at)
	return calculation(t, func(v exact) exact {
		if n.compare(v) < 0 {
			return n
		}
		return v
	})
}

func parseMaximum(p *computeParser, t *target, operand []byte, at *Place) step {
	n := p.parseOperand(t.kind, operand, at)
	return calculation(t, func(v exact) exact {
		if n.compare(v) > 0 {
			return n
		}
		return v
	})
}
