package model

import (
	"bytes"
	"errors"
	"strconv"
)

// Why a JSON number is not an integer of 64 bits.
var (
	ErrFraction = errors.New("not a whole number")
	ErrRange    = errors.New("number out of range")
)

var errNotNumber = errors.New("not a JSON number")

// Limits of a number in a record. Both databases hold numbers of a double's
// size. Nobody needs more digits than these.
const (
	maxDigits   = 400
	maxExponent = 309
	minExponent = -323

	maxGivenExponent = 1_000_000 // the number after the e
)

// A decimal is an exact number, 0.DIGITS times ten to the power of point.
type decimal struct {
	negative bool
	digits   []byte // no zeros at either end; none at all for zero
	point    int
}

// parseDecimal reads a JSON number without rounding it. It returns [ErrRange]
// for one beyond the limits of a number in a record.
func parseDecimal(lit []byte) (decimal, error) {
	d, exponent, err := readDecimal(lit)
	switch {
	case err != nil:
		return d, err
	case exponent > maxGivenExponent || exponent < -maxGivenExponent:
		return d, ErrRange
	}
	return d, d.checkRange(lit)
}

// readDecimal reads a JSON number of any size without rounding it. exponent is
// the number after the e.
func readDecimal(lit []byte) (d decimal, exponent int, err error) {
	s := lit
	if len(s) > 0 && s[0] == '-' {
		d.negative, s = true, s[1:]
	}
	if !isNumber(lit) {
		return d, 0, errNotNumber
	}
	whole := countDigits(s)
	d.digits, s, d.point = append(d.digits, s[:whole]...), s[whole:], whole
	if len(s) > 0 && s[0] == '.' {
		n := countDigits(s[1:])
		d.digits, s = append(d.digits, s[1:1+n]...), s[1+n:]
	}
	exponent = exponentOf(s)
	d.point += exponent
	d.trim()
	return d, exponent, nil
}

// countDigits counts the digits at the beginning of s.
func countDigits[T ~string | ~[]byte](s T) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// exponentOf reads the exponent that follows the digits of a JSON number, 0 if
// there is none. A huge one is cut to a limit which is still larger than any
// number has digits.
func exponentOf(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	const limit = 1 << 30
	n, _ := strconv.ParseInt(string(s[1:]), 10, 32) // out of range: the nearest int32
	return int(min(max(n, -limit), limit))
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
		return ErrRange
	case d.point < maxExponent && d.point > minExponent:
		return nil
	}
	if f, err := strconv.ParseFloat(string(lit), 64); err != nil || f == 0 {
		return ErrRange
	}
	return nil
}

// append appends the number in the format of JavaScript, but exactly: plain digits
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
	if isShortInteger(lit) { // as most numbers are
		return append(dst, lit...), nil
	}
	d, err := parseDecimal(lit)
	if err != nil {
		return dst, err
	}
	return d.append(dst), nil
}

// ParseInteger reads a JSON number of any size as an int64 without going
// through a float: 1.0 and 10e-1 are 1. It returns [ErrFraction] if the number
// is not whole, and [ErrRange] if it does not fit.
func ParseInteger[T ~string | ~[]byte](lit T) (int64, error) {
	if isShortInteger(lit) {
		return shortInteger(lit), nil
	}
	d, _, err := readDecimal([]byte(lit))
	if err != nil {
		return 0, err
	}
	return d.integer()
}

// parseInteger is [ParseInteger] for a number in a record: it returns
// [ErrRange] also for a fraction beyond the limits of such a number.
func parseInteger(lit []byte) (int64, error) {
	if isShortInteger(lit) {
		return shortInteger(lit), nil
	}
	d, err := parseDecimal(lit)
	if err != nil {
		return 0, err
	}
	return d.integer()
}

// isShortInteger reports whether a JSON number has digits only, in canonical
// form, and surely fits into an int64.
func isShortInteger[T ~string | ~[]byte](lit T) bool {
	n := countDigits(lit)
	return n == len(lit) && n > 0 && n <= 18 && (n == 1 || lit[0] != '0')
}

func shortInteger[T ~string | ~[]byte](lit T) int64 {
	var v int64
	for i := range len(lit) {
		v = v*10 + int64(lit[i]-'0')
	}
	return v
}

// integer returns the number as an int64; see [ParseInteger].
func (d *decimal) integer() (int64, error) {
	const most = 19 // digits of the largest int64
	switch {
	case len(d.digits) > d.point && len(d.digits) > 0:
		return 0, ErrFraction
	case d.point > most:
		return 0, ErrRange
	}
	v, err := strconv.ParseInt(string(d.append(nil)), 10, 64)
	if err != nil {
		return 0, ErrRange
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
		return 0, ErrRange
	}
	if v == 0 {
		return 0, nil // JSON's -0 and 0 are one value
	}
	return v, nil
}

// surelyExact is how many digits of any number without an exponent a float64 keeps.
const surelyExact = 15

// KeepsDecimal reports whether v, the float64 nearest to a JSON number, is written
// as the same number: 0.1 is, 9007199254740993 is not.
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
// accepts more.
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
