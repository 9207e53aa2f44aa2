package dashboard

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// number writes a number with commas between thousands.
func number(v any) string {
	text := fmt.Sprint(v)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// lasting writes how long something takes, in one or two units that people use.
func lasting(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s" // clocks of two machines
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return number(int(d.Hours()/24)) + " days"
}

// brief writes how long a server takes to answer.
func brief(d time.Duration) string {
	if d < time.Millisecond {
		return "less than 1 ms"
	}
	return lasting(d)
}

// clock writes a moment to the second.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// iso writes a moment for programs.
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// actorName is the name of who did something: the name of a key.
func actorName(actor string) string { return strings.TrimPrefix(actor, "key:") }

// dateType is the type of an input for a day. A time, which only an address can have,
// is shown as text, so that it is not lost.
func dateType(given string) string {
	if _, err := time.Parse(time.DateOnly, given); given == "" || err == nil {
		return "date"
	}
	return "text"
}

// day writes a day.
func day(t time.Time) string { return t.UTC().Format("Mon 2 Jan") }
