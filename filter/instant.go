package filter

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An instant is a time of any precision.
type instant struct {
	seconds  int64  // since 1970 UTC
	fraction string // decimal digits of a second after that, no trailing zeros
}

// The first and the last day of a date.
const (
	firstDay = "0001-01-01"
	lastDay  = "9999-12-31"
)

const (
	secondsPerDay = 24 * 60 * 60

	// keyShift is added to the seconds of a key to make them positive.
	keyShift = 62_168_000_000
)

// parseInstant reads a plain date, which means its midnight in UTC, or an RFC
// 3339 date-time with any offset. Years are 1 to 9999.
func parseInstant(text string) (instant, bool) {
	if len(text) == len(time.DateOnly) {
		return parseDateTime(text + "T00:00:00Z")
	}
	return parseDateTime(text)
}

// parseDateTime reads an RFC 3339 date-time. Package time is no help: it cuts
// fractions after nine digits.
func parseDateTime(text string) (instant, bool) {
	const layout = "2006-01-02T15:04:05"
	const head = len(layout)
	text = strings.ToUpper(text)
	// The colon is looked at because package time takes hours of one digit.
	if len(text) <= head || text[13] != ':' {
		return instant{}, false
	}
	t, err := time.Parse(layout, text[:head])
	if err != nil || t.Year() < 1 {
		return instant{}, false
	}
	fraction, zone, ok := cutFraction(text[head:])
	if !ok {
		return instant{}, false
	}
	offset, ok := parseZone(zone)
	return instant{t.Unix() - offset, strings.TrimRight(fraction, "0")}, ok
}

// cutFraction splits ".25Z" into "25" and "Z".
func cutFraction(text string) (fraction, zone string, ok bool) {
	if text[0] != '.' {
		return "", text, true
	}
	rest := strings.TrimLeft(text[1:], "0123456789")
	fraction = text[1 : len(text)-len(rest)]
	return fraction, rest, fraction != ""
}

// parseZone reads "Z" or "+02:00" as seconds east of UTC.
func parseZone(zone string) (int64, bool) {
	if zone == "Z" {
		return 0, true
	}
	if len(zone) != len("+02:00") || zone[3] != ':' || zone[0] != '+' && zone[0] != '-' {
		return 0, false
	}
	hours, err1 := strconv.ParseUint(zone[1:3], 10, 8)
	minutes, err2 := strconv.ParseUint(zone[4:6], 10, 8)
	if err1 != nil || err2 != nil || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := int64(hours*60+minutes) * 60
	if zone[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// micros returns the last whole microsecond not after i, and whether i is after it.
func (i instant) micros() (micros int64, after bool) {
	digits := (i.fraction + "000000")[:6]
	n, _ := strconv.ParseInt(digits, 10, 64)
	return i.seconds*1e6 + n, len(i.fraction) > 6
}

// day returns the last UTC midnight not after i as a date, and whether i is after it.
// An offset can move an instant out of the years 1 to 9999. Such an instant is before
// or after all dates.
func (i instant) day() (day string, after bool) {
	t := time.Unix(i.seconds, 0).UTC()
	switch {
	case t.Year() < 1:
		return "", true
	case t.Year() > 9999:
		return lastDay, true
	}
	return t.Format(time.DateOnly), t.Unix()%secondsPerDay != 0 || i.fraction != ""
}

// key returns a string for the instant. Keys are ordered as strings like their times.
// Date-times inside JSON are compared by their keys, because they are stored as they
// were given, with any offset and precision.
func (i instant) key() string {
	return fmt.Sprintf("%012d.%s", i.seconds+keyShift, i.fraction)
}
