package model

import "time"

// The first and the last DateTime: the years 1 to 9999, which both databases and
// RFC 3339 can represent.
var (
	minTime = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	maxTime = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC).UnixMicro()
)

const (
	dateLength = len("2006-01-02")
	timeLength = len("2006-01-02T15:04:05")
)

// ParseTime reads an RFC 3339 date-time, with any offset, as microseconds
// since 1970 UTC. Digits beyond microseconds are cut off. ok is false for anything
// else, for times outside the years 1 to 9999 in UTC, and for leap seconds.
func ParseTime(text string) (micros int64, ok bool) {
	if len(text) <= timeLength || !ValidDate(text[:dateLength]) || text[10]|0x20 != 't' || text[13] != ':' || text[16] != ':' {
		return 0, false
	}
	hour, minute, second := twoDigits(text[11:]), twoDigits(text[14:]), twoDigits(text[17:])
	if hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	fraction, rest, ok := parseFraction(text[timeLength:])
	if !ok {
		return 0, false
	}
	offset, ok := parseOffset(rest)
	if !ok {
		return 0, false
	}
	year, month, day := dateParts(text)
	seconds := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC).Unix() - int64(offset)*60
	micros = seconds*1e6 + fraction
	return micros, micros >= minTime && micros <= maxTime
}

// FormatTime writes microseconds since 1970 as RFC 3339 in UTC, with a
// fraction only where there is one.
func FormatTime(micros int64) string { return string(AppendTime(nil, micros)) }

// AppendTime appends what [FormatTime] returns.
func AppendTime(dst []byte, micros int64) []byte {
	return time.UnixMicro(micros).UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999Z07:00")
}

// ValidDate reports whether text is a day of the calendar as YYYY-MM-DD, in
// the years 1 to 9999.
func ValidDate(text string) bool {
	if len(text) != dateLength || text[4] != '-' || text[7] != '-' {
		return false
	}
	century, rest := twoDigits(text), twoDigits(text[2:])
	month, day := twoDigits(text[5:]), twoDigits(text[8:])
	if century > 99 || rest > 99 || century+rest == 0 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= daysIn(century*100+rest, month)
}

func dateParts(text string) (year, month, day int) {
	return twoDigits(text)*100 + twoDigits(text[2:]), twoDigits(text[5:]), twoDigits(text[8:])
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// twoDigits reads the first two bytes as a number. If they are none it returns
// 100, which no part of a time can be.
func twoDigits(s string) int {
	if len(s) < 2 {
		return 100
	}
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return 100
	}
	return int(a)*10 + int(b)
}

func parseFraction(s string) (micros int64, rest string, ok bool) {
	if s[0] != '.' {
		return 0, s, true
	}
	unit, i := int64(100000), 1
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		micros += int64(s[i]-'0') * unit
		unit /= 10
	}
	return micros, s[i:], i > 1
}

func parseOffset(s string) (minutes int, ok bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+00:00") || s[3] != ':' || (s[0] != '+' && s[0] != '-') {
		return 0, false
	}
	h, m := twoDigits(s[1:]), twoDigits(s[4:])
	if h > 23 || m > 59 {
		return 0, false
	}
	minutes = h*60 + m
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}
