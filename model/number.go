package model

import (
	"bytes"
	"errors"
	"strconv"
)

var (
	errNotNumber = errors.New("not a JSON number")
	errRange     = errors.New("number out of range")
)

// Limits of a number inside a list or an object. Both databases hold numbers
// of a double's size; more digits than these serve nobody.
const (
	maxDigits   = 400
	maxExponent = 309
	minExponent = -323
)

// A decimal is an exact number, 0.DIGITS times ten to the power of point.
type decimal struct {
	negative bool
	digits   []byte // no zeros at either end; none at all for zero
	point    int
}

// parseDecimal reads a JSON number without rounding it.
func parseDecimal(lit []byte) (decimal, error) {
	var d decimal
	s := lit
	if len(s) > 0 && s[0] == '-' {
		d.negative, s = true, s[1:]
	}
	if !isNumber(lit) {
		return d, errNotNumber
	}
	whole := countDigits(s)
	d.digits, s, d.point = append(d.digits, s[:whole]...), s[whole:], whole
	if len(s) > 0 && s[0] == '.' {
		n := countDigits(s[1:])
		d.digits, s = append(d.digits, s[1:1+n]...), s[1+n:]
	}
	exponent, err := parseExponent(s)
	if err != nil {
		return d, err
	}
	d.point += exponent
	d.trim()
	return d, d.checkRange(lit)
}

func countDigits(s []byte) int {
	for i, c := range s {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(s)
}

// parseExponent reads what follows the digits of a number.
func parseExponent(s []byte) (int, error) {
	if len(s) == 0 {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(s[1:]), 10, 32)
	if err != nil || n > 1e6 || n < -1e6 {
		return 0, errRange
	}
	return int(n), nil
}

func (d *decimal) trim() {
	n := len(d.digits)
	d.digits = bytes.TrimLeft(d.digits, "0")
	d.point -= n - len(d.digits)
	d.digits = bytes.TrimRight(d.digits, "0")
	if len(d.digits) == 0 {
		*d = decimal{}
	}
}

func (d *decimal) checkRange(lit []byte) error {
	switch {
	case len(d.digits) == 0:
		return nil
	case len(d.digits) > maxDigits || d.point > maxExponent || d.point < minExponent:
		return errRange
	case d.point < maxExponent && d.point > minExponent:
		return nil
	}
	if f, err := strconv.ParseFloat(string(lit), 64); err != nil || f == 0 {
		return errRange
	}
	return nil
}

// append writes the number as JavaScript would, but exactly: plain digits
// between 1e-7 and 1e21, else with an exponent.
func (d *decimal) append(dst []byte) []byte {
	n := len(d.digits)
	if n == 0 {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	switch {
	case d.point > 21 || d.point < -5:
		dst = append(dst, d.digits[0])
		if n > 1 {
			dst = append(append(dst, '.'), d.digits[1:]...)
		}
		dst = append(dst, 'e')
		if d.point > 0 {
			dst = append(dst, '+')
		}
		return strconv.AppendInt(dst, int64(d.point-1), 10)
	case d.point <= 0:
		dst = append(dst, "0."...)
		return append(appendZeros(dst, -d.point), d.digits...)
	case n <= d.point:
		return appendZeros(append(dst, d.digits...), d.point-n)
	default:
		dst = append(append(dst, d.digits[:d.point]...), '.')
		return append(dst, d.digits[d.point:]...)
	}
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// appendNumber appends a JSON number in its shortest exact form.
func appendNumber(dst, lit []byte) ([]byte, error) {
	// Most numbers are short whole ones, which are what they should be.
	if n := countDigits(lit); n == len(lit) && n > 0 && n <= 18 && (n == 1 || lit[0] != '0') {
		return append(dst, lit...), nil
	}
	d, err := parseDecimal(lit)
	if err != nil {
		return dst, err
	}
	return d.append(dst), nil
}

var errFraction = errors.New("not a whole number")

// parseInteger reads a JSON number as an int64 without going through a
// float: 1.0 and 1e2 are whole numbers, 1.5 is not.
func parseInteger(lit []byte) (int64, error) {
	if n := countDigits(lit); n == len(lit) && n > 0 && n <= 18 && (n == 1 || lit[0] != '0') {
		var v int64
		for _, c := range lit {
			v = v*10 + int64(c-'0')
		}
		return v, nil
	}
	d, err := parseDecimal(lit)
	if err != nil {
		return 0, err
	}
	switch {
	case len(d.digits) > d.point && len(d.digits) > 0:
		return 0, errFraction
	case d.point > 19:
		return 0, errRange
	}
	v, err := strconv.ParseInt(string(d.append(nil)), 10, 64)
	if err != nil {
		return 0, errRange
	}
	return v, nil
}

// parseFloat reads a JSON number as a finite float64.
func parseFloat(lit []byte) (float64, error) {
	if !isNumber(lit) {
		return 0, errNotNumber
	}
	v, err := strconv.ParseFloat(string(lit), 64)
	if err != nil {
		return 0, errRange
	}
	if v == 0 {
		return 0, nil // JSON's -0 and 0 are one value
	}
	return v, nil
}

// surelyExact is how many digits a float64 keeps of any number of a usual size.
const surelyExact = 15

// KeepsDecimal reports whether v, the float64 nearest to a JSON number, is
// written as that same number: 0.1 is, 9007199254740993 is not.
func KeepsDecimal(lit []byte, v float64) bool {
	if len(lit) <= surelyExact && !bytes.ContainsAny(lit, "eE") {
		return true
	}
	given, err := parseDecimal(lit)
	if err != nil {
		return false
	}
	kept, err := parseDecimal(strconv.AppendFloat(nil, v, 'e', -1, 64))
	return err == nil && given.point == kept.point && bytes.Equal(given.digits, kept.digits)
}

// isNumber reports whether lit is a number of JSON's grammar. Go's own parser
// takes more than that.
func isNumber(lit []byte) bool {
	s := bytes.TrimPrefix(lit, []byte("-"))
	whole := countDigits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if s = s[whole:]; len(s) > 0 && s[0] == '.' {
		n := countDigits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if len(s) == 0 {
		return true
	}
	if s[0]|0x20 != 'e' {
		return false
	}
	if s = s[1:]; len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return len(s) > 0 && countDigits(s) == len(s)
}
