package model

import (
	"math"
	"slices"
	"strconv"
	"time"
)

var notDate = &problem{CodeType, "The value before is no date."}

// detailYears is the detail of a date that is too early or too late.
const detailYears = "The result must lie in the years 1 to 9999."

// A shift moves a date.
type shift struct {
	months  int   // years count as twelve
	seconds int64 // days, hours and minutes
}

// unit is one of the names in a $shift. It is months or seconds long.
type unit struct {
	months  int
	seconds int64
	most    int64 // as many can be given
}

// units are long enough for any two dates.
var units = map[string]unit{
	"years":   {months: 12, most: 10_000},
	"months":  {months: 1, most: 120_000},
	"days":    {seconds: 24 * 60 * 60, most: 4_000_000},
	"hours":   {seconds: 60 * 60, most: 100_000_000},
	"minutes": {seconds: 60, most: 6_000_000_000},
}

var unitNames = []string{"years", "months", "days", "hours", "minutes"}

func parseShift(p *computeParser, t *target, operand []byte, at *Place) step {
	var s shift
	count := 0
	isObject := p.known(operand, at, unitNames, func(name string, value []byte, here *Place) {
		count++
		u := units[name]
		if t.kind == Date && u.seconds%units["days"].seconds != 0 {
			p.Add(here, CodeOperatorNotAllowed, "A date has no time of day. It can be shifted by years, months and days.")
			return
		}
		n := p.count(value, u.most, here)
		s.months += int(n) * u.months
		s.seconds += n * u.seconds
	})
	if isObject && count == 0 {
		p.Add(at, CodeRequired, `Say by how much, such as {"months": 1, "days": -3}.`)
	}
	return step{run: func(_ *working, in []byte) ([]byte, *problem) { return s.run(t.kind, in) }}
}

// count reads how many units a date is shifted.
func (p *computeParser) count(value []byte, most int64, at *Place) int64 {
	n, err := parseInteger(value)
	switch {
	case err == ErrRange, err == nil && (n > most || n < -most):
		p.Add(at, CodeOutOfRange, rangeDetail(bound{number: strconv.FormatInt(-most, 10)}, bound{number: strconv.FormatInt(most, 10)}))
		return 0
	case err != nil:
		p.Add(at, CodeType, "This must be a whole number.")
	}
	return n
}

func (s shift) run(kind Type, in []byte) ([]byte, *problem) {
	text, ok := jsonText(in)
	if !ok {
		return nil, notDate
	}
	if kind == Date {
		if !ValidDate(text) {
			return nil, notDate
		}
		year, month, day := dateParts(text)
		micros, ok := s.shifted(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC))
		if !ok {
			return nil, &problem{CodeOutOfRange, detailYears}
		}
		return appendDay(nil, micros), nil
	}
	micros, ok := ParseTime(text)
	if !ok {
		return nil, notDate
	}
	if micros, ok = s.shifted(time.UnixMicro(micros).UTC()); !ok {
		return nil, &problem{CodeOutOfRange, detailYears}
	}
	return appendInstant(nil, micros), nil
}

// shifted moves an instant: first by months, where a day that does not exist becomes
// the last of its month, then by the rest. ok is false beyond the years 1 to 9999.
func (s shift) shifted(t time.Time) (micros int64, ok bool) {
	months := t.Year()*12 + int(t.Month()) - 1 + s.months
	year := int(math.Floor(float64(months) / 12))
	month := months - 12*year + 1
	day := min(t.Day(), daysIn(year, month))
	moved := time.Date(year, time.Month(month), day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	micros = moved.UnixMicro() + s.seconds*1e6
	return micros, micros >= minTime && micros <= maxTime
}

func appendInstant(dst []byte, micros int64) []byte {
	return append(AppendTime(append(dst, '"'), micros), '"')
}

// appendDay appends the day of an instant.
func appendDay(dst []byte, micros int64) []byte {
	dst = time.UnixMicro(micros).UTC().AppendFormat(append(dst, '"'), "2006-01-02")
	return append(dst, '"')
}

func parseNow(p *computeParser, t *target, operand []byte, at *Place) step {
	p.mustBeTrue(operand, at)
	return step{absent: true, run: func(w *working, _ []byte) ([]byte, *problem) {
		if t.kind == Date {
			return appendDay(nil, w.Accepted), nil
		}
		return appendInstant(nil, w.Accepted), nil
	}}
}

// copies reports whether a value of one type can become one of another. Whether it
// does depends on the value: a number may be no whole one, a text no date.
func copies(from, to Type) bool {
	texts := []Type{String, Date, DateTime}
	switch {
	case from == to, from == Any, to == Any:
		return true
	case from == DateTime && to == Date: // it would lose the time of day
		return false
	case slices.Contains(texts, from):
		return slices.Contains(texts, to)
	case slices.Contains(ofNumbers, from):
		return slices.Contains(ofNumbers, to)
	}
	return false
}
