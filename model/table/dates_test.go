package table

import "testing"

func TestFormsOfDates(t *testing.T) {
	for form, ok := range map[string]bool{
		"": true, "YYYY-MM-DD": true, "DD.MM.YYYY": true, "MM/DD/YYYY": true, "DD MM YYYY": true, "YYYY. MM. DD": true,
		"DD.MM.YYYY HH:mm": true, "YYYY-MM-DDTHH:mm:ss": true, "YYYY. MM. DD HH:mm:ss": true,
		"DD.MM.YY": false, "DD.MM": false, "DD.DD.YYYY": false, "DDMMYYYY": false, "D.M.YYYY": false, "DD.MM.YYYY.": false, ".DD.MM.YYYY": false,
		"DD.MM.YYYY HH": false, "DD.MM.YYYY hh:mm": false, "HH:mm": false, "dd.mm.yyyy": false, "MM/DD/YYYY, HH:mm": false, "YYYY...MM...DD": false,
		"YYYY. MM. DD HH:mm:ss ": false,
	} {
		if got := ValidDates(form); got != ok {
			t.Errorf("%q: %v", form, got)
		}
	}
}

func TestDatesAreReadInTheirForm(t *testing.T) {
	for _, test := range []struct{ form, text, want string }{
		{"DD.MM.YYYY", "31.01.2026", "2026-01-31"},
		{"DD.MM.YYYY", "1.2.2026", "2026-02-01"},
		{"MM/DD/YYYY", "1/31/2026", "2026-01-31"},
		{"YYYY-MM-DD", "2026-01-31", "2026-01-31"},
		{"YYYY. MM. DD", "2026. 1. 31", "2026-01-31"},
		{"DD.MM.YYYY", "99.99.2026", "2026-99-99"}, // the caller refuses it
		{"DD.MM.YYYY HH:mm", "31.01.2026 9:05", "2026-01-31T09:05:00"},
		{"DD.MM.YYYY HH:mm", "31.01.2026", "2026-01-31"},
		{"YYYY-MM-DD HH:mm:ss", "2026-01-31T23:59:58", "2026-01-31T23:59:58"},
		{"DD.MM.YYYY", "31.01.26", ""},
		{"DD.MM.YYYY", "31.01.20261", ""},
		{"DD.MM.YYYY", "031.01.2026", ""},
		{"DD.MM.YYYY", "31/01/2026", ""},
		{"DD.MM.YYYY", " 31.01.2026", ""},
		{"DD.MM.YYYY", "31.01.2026 12:00", ""},
		{"DD.MM.YYYY", "", ""},
		{"DD.MM.YYYY", "31.01.", ""},
		{"DD.MM.YYYY HH:mm", "31.01.2026 12:0", ""},
		{"DD.MM.YYYY HH:mm", "31.01.2026 12:00:00", ""},
		{"DD.MM.YYYY HH:mm", "31.01.2026 12.00", ""},
		{"DD.MM.YYYY HH:mm:ss", "31.01.2026 12:00:", ""},
		{"DD.MM.YYYY HH:mm", "31.01.2026 ", ""},
	} {
		if got, ok := ReadDate(test.form, test.text); ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%q as %s: %q, %v", test.text, test.form, got, ok)
		}
	}
}
