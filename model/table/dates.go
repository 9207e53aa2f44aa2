package table

import "strings"

// DateForms describes for the user how dates in a file may be written.
const DateForms = "DD, MM and YYYY, each once, with . / - or a space between them, such as DD.MM.YYYY, MM/DD/YYYY or YYYY-MM-DD, and then HH:mm or HH:mm:ss if there are times"

// maxDates bounds the length of a form of dates.
const maxDates = len("YYYY. MM. DD HH:mm:ss")

// ValidDates reports whether dates may be written in a form. The empty form is
// that of ISO 8601.
func ValidDates(form string) bool {
	if form == "" {
		return true
	}
	day, clock, timed := cutClock(form)
	if len(form) > maxDates || timed && clock != "HH:mm" && clock != "HH:mm:ss" {
		return false
	}
	seen := ""
	for i := 0; i < len(day); {
		part := formPart(day[i:])
		if part == "" || strings.Contains(seen, part[:1]) {
			return false
		}
		seen += part[:1]
		i += len(part)
		gap := separators(day[i:])
		if gap == 0 && i < len(day) || gap > 0 && i+gap == len(day) {
			return false
		}
		i += gap
	}
	return len(seen) == 3
}

// cutClock cuts a form of dates before its time of day.
func cutClock(form string) (day, clock string, timed bool) {
	if i := strings.IndexByte(form, 'H'); i > 0 && (form[i-1] == ' ' || form[i-1] == 'T') {
		return form[:i-1], form[i:], true
	}
	return form, "", false
}

// formPart returns the part of a date that a form begins with, "" for none.
func formPart(form string) string {
	for _, part := range []string{"YYYY", "MM", "DD"} {
		if strings.HasPrefix(form, part) {
			return part
		}
	}
	return ""
}

// separators counts the characters between two parts of a date, at most 2.
func separators(text string) int {
	n := 0
	for n < min(len(text), 2) && strings.IndexByte("./- ", text[n]) >= 0 {
		n++
	}
	return n
}

// ReadDate reads a date that is written in a valid form and returns it as ISO 8601:
// 2026-01-31, or 2026-01-31T12:00:00 if it has a time of day. Days and months may
// have one digit, and the time may be missing. Whether there is such a day is for
// the caller to find out.
func ReadDate(form, text string) (iso string, ok bool) {
	day, clock, _ := cutClock(form)
	var year, month, date string
	for day != "" {
		part := formPart(day)
		digits := leadingDigits(text, len(part))
		switch {
		case digits == "" || part == "YYYY" && len(digits) < len(part):
			return "", false
		case part == "YYYY":
			year = digits
		case part == "MM":
			month = digits
		default:
			date = digits
		}
		day, text = day[len(part):], text[len(digits):]
		gap := separators(day)
		if !strings.HasPrefix(text, day[:gap]) {
			return "", false
		}
		day, text = day[gap:], text[gap:]
	}
	iso = year + "-" + padded(month) + "-" + padded(date)
	if text == "" {
		return iso, true
	}
	if clock == "" || text[0] != ' ' && text[0] != 'T' {
		return "", false
	}
	if text, ok = readClock(clock, text[1:]); !ok {
		return "", false
	}
	return iso + "T" + text, true
}

// readClock reads a time of day in the form HH:mm or HH:mm:ss.
func readClock(form, text string) (string, bool) {
	hour := leadingDigits(text, 2)
	if rest := text[len(hour):]; hour == "" || len(rest) != len(form)-len("HH") {
		return "", false
	} else if form == "HH:mm" {
		return padded(hour) + rest + ":00", validClock(padded(hour) + rest + ":00")
	} else {
		return padded(hour) + rest, validClock(padded(hour) + rest)
	}
}

// validClock reports whether a text has the form of a time of day.
func validClock(text string) bool {
	for i := range len(text) {
		if digit := text[i] >= '0' && text[i] <= '9'; digit == (i%3 == 2) || i%3 == 2 && text[i] != ':' {
			return false
		}
	}
	return len(text) == len("12:00:00")
}

// leadingDigits returns the digits at the beginning of a text, at most most.
func leadingDigits(text string, most int) string {
	n := 0
	for n < min(most, len(text)) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return text[:n]
}

// padded returns a number of one or two digits with two.
func padded(digits string) string {
	if len(digits) == 1 {
		return "0" + digits
	}
	return digits
}
