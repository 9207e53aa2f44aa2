package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseTimeTakesRFC3339AndNothingElse(t *testing.T) {
	tests := map[string]struct {
		text string
		want string // "" for refused
	}{
		"UTC":                           {"2024-03-21T18:42:15Z", "2024-03-21T18:42:15Z"},
		"small letters":                 {"2024-03-21t18:42:15z", "2024-03-21T18:42:15Z"},
		"milliseconds":                  {"2024-03-21T18:42:15.291Z", "2024-03-21T18:42:15.291Z"},
		"a fraction of zero":            {"2024-03-21T18:42:15.000Z", "2024-03-21T18:42:15Z"},
		"digits beyond microseconds":    {"2024-03-21T18:42:15.1234569Z", "2024-03-21T18:42:15.123456Z"},
		"an offset to the east":         {"2024-03-21T01:00:00+05:30", "2024-03-20T19:30:00Z"},
		"an offset to the west":         {"2023-12-31T20:00:00-08:00", "2024-01-01T04:00:00Z"},
		"the leap day":                  {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		"the first instant":             {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		"the last instant":              {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
		"before 1970":                   {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
		"year 1 by the clock, 0 in UTC": {"0001-01-01T00:00:00+01:00", ""},
		"year 9999, 10000 in UTC":       {"9999-12-31T23:59:59-01:00", ""},
		"year 0":                        {"0000-06-01T00:00:00Z", ""},
		"no leap day in 1900":           {"1900-02-29T00:00:00Z", ""},
		"the 31st of April":             {"2024-04-31T00:00:00Z", ""},
		"month 13":                      {"2024-13-01T00:00:00Z", ""},
		"hour 24":                       {"2024-03-21T24:00:00Z", ""},
		"a leap second":                 {"2016-12-31T23:59:60Z", ""},
		"no offset":                     {"2024-03-21T18:42:15", ""},
		"a day alone":                   {"2024-03-21", ""},
		"a space for the T":             {"2024-03-21 18:42:15Z", ""},
		"a dot without digits":          {"2024-03-21T18:42:15.Z", ""},
		"an offset without a colon":     {"2024-03-21T18:42:15+0530", ""},
		"an offset of 24 hours":         {"2024-03-21T18:42:15+24:00", ""},
		"something behind":              {"2024-03-21T18:42:15Zx", ""},
		"letters among the digits":      {"2024-0a-21T18:42:15Z", ""},
		"nothing":                       {"", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			micros, ok := ParseTime(tt.text)
			if ok != (tt.want != "") {
				t.Fatalf("ok = %v", ok)
			}
			if ok && FormatTime(micros) != tt.want {
				t.Errorf("got %s, want %s", FormatTime(micros), tt.want)
			}
		})
	}
}

func TestTimesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(minTime, maxTime).Draw(t, "micros")
		text := FormatTime(micros)
		if back, ok := ParseTime(text); !ok || back != micros {
			t.Fatalf("%d became %s and then %d, %v", micros, text, back, ok)
		}
		if std, err := time.Parse(time.RFC3339Nano, text); err != nil || std.UnixMicro() != micros {
			t.Fatalf("package time reads %s as %v, %v", text, std, err)
		}
	})
}
