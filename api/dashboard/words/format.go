package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Number writes a number with commas between thousands.
func Number(v any) string {
	text := fmt.Sprint(v)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Lasting writes how long something takes, in one or two units that people use.
func Lasting(d time.Duration) string {
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
	return Number(int(d.Hours()/24)) + " days"
}

// Brief writes how long a server takes to answer.
func Brief(d time.Duration) string {
	if d < time.Millisecond {
		return "less than 1 ms"
	}
	return Lasting(d)
}

// Clock writes a moment to the second.
func Clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// ISO writes a moment for programs.
func ISO(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// Actor is the name of who did something: the name of a key.
func Actor(actor string) string { return strings.TrimPrefix(actor, "key:") }

// Day writes a day.
func Day(t time.Time) string { return t.UTC().Format("Mon 2 Jan") }

// PerSecond writes a number of records per second: whole above 100, and with at most two
// digits behind the point below.
func PerSecond(r float64) string {
	if r >= 100 {
		return Number(int64(r))
	}
	return strconv.FormatFloat(float64(int64(r*100+0.5))/100, 'f', -1, 64)
}

// Lowered begins a text with a small letter, unless its first word is in capitals.
func Lowered(text string) string {
	if text == "" || len(text) > 1 && text[1] >= 'A' && text[1] <= 'Z' {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}
