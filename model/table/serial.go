package table

import (
	"math"
	"strconv"
	"time"
)

// An epoch is the day from which a workbook counts its dates.
type epoch struct{ is1904 bool }

const (
	millisADay = 24 * 60 * 60 * 1000
	lastSerial = 2_958_465 // 9999-12-31, counted from 1900
	from1904   = 1462      // days between the two ways of counting
)

// iso writes a serial date as ISO 8601: a date, and a time of day unless it is
// midnight. ok is false for a number that is no date. Counted from 1900, the serial
// 60 stands for a 29 February that was not, and the days before it are one later
// than the others would make them.
func (e epoch) iso(serial float64) (text string, ok bool) {
	if e.is1904 {
		serial += from1904
	}
	if !(serial >= 1 && serial < lastSerial+1) || serial >= 60 && serial < 61 && !e.is1904 {
		return "", false
	}
	millis := int64(math.Round(serial * millisADay))
	days := millis / millisADay
	if days < 60 {
		days++
	}
	if days > lastSerial {
		return "", false
	}
	at := time.UnixMilli(millis % millisADay).UTC()
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days))
	text = day.Format("2006-01-02")
	if millis%millisADay != 0 {
		text += at.Format("T15:04:05.999")
	}
	return text, true
}

// clock writes a part of a day as a time of day. ok is false for a day or more.
func clock(serial float64) (text string, ok bool) {
	millis := int64(math.Round(serial * millisADay))
	if !(serial >= 0) || millis >= millisADay {
		return "", false
	}
	return time.UnixMilli(millis).UTC().Format("15:04:05.999"), true
}

// The powers of ten between which a number is written without an exponent.
const (
	leastPlain = 1e-7
	mostPlain  = 1e21
)

// number writes the number of a cell in JSON's grammar. ok is false if it is none. A
// workbook may write 0.1 as 0.10000000000000001, which is the same number. Digits
// alone are left as they are, because they may be an id of more digits than a
// spreadsheet program has.
func number(text string) (v float64, plain string, ok bool) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, "", false
	}
	if n := leadingDigits(text, len(text)); n == text && (n == "0" || n[0] != '0') {
		return v, text, true
	}
	if v == 0 {
		return 0, "0", true
	}
	format := byte('f')
	if a := math.Abs(v); a < leastPlain || a >= mostPlain {
		format = 'e'
	}
	return v, strconv.FormatFloat(v, format, -1, 64), true
}
