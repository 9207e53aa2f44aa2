package job

import (
	"cmp"
	"slices"
	"strings"

	"bulkpatch/model"
)

// titles names each reason for which a record is not updated.
var titles = map[string]string{
	"no_longer_matches":   "The record no longer matched the filter when its turn came",
	"not_found":           "The record was deleted before its turn came",
	"precondition_failed": "The record's version was not the one in If-Match",
	"changed_since":       "The record was changed since, in what the job had changed",
	"secret_not_kept":     "The former value is a secret that was not kept",
	"values_not_kept":     "The former value is no longer kept",
	CodeLineInvalid:       "The row has a value that breaks a rule",
	CodeNoKey:             "The row has an empty key",
	CodeNoMatch:           "No record has the key of the row",
	CodeAmbiguous:         "Several records have the key of the row",
	CodeDuplicateRow:      "Another row of the file is for the same record",
	"unique":              "The value is already taken by another record",
	"constraint":          "A rule of the database refused the value",
	"too_large":           "The value would be larger than a field may hold (1 MiB)",
	"too_complex":         "The change is too complex to be carried out",
	"too_many_options":    "The drop-down has as many added options as it may have",
	"too_slow":            "The change of this record alone took longer than the database may spend on one",
}

// Title returns a sentence for the code of a reason. The code FIELD_needs_OTHER
// stands for a record that has no value in a field which another field needs.
func Title(code string) string {
	if field, other, ok := strings.Cut(code, "_needs_"); ok {
		return "The record has no value in " + other + ", which " + field + " needs"
	}
	return cmp.Or(titles[code], rules[code].Title)
}

// Summarise adds records that ended for one reason to a summary, with the ids and
// lines of some of them. The most frequent reason stays first.
func Summarise(list []ErrorSummary, add ErrorSummary) []ErrorSummary {
	i := slices.IndexFunc(list, func(e ErrorSummary) bool { return e.Code == add.Code && e.Pointer == add.Pointer })
	if i < 0 {
		list = append(list, ErrorSummary{Code: add.Code, Pointer: add.Pointer, Title: Title(add.Code), SampleIDs: []model.ID{}})
		i = len(list) - 1
	}
	e := &list[i]
	e.Count += add.Count
	room := MaxSampleIDs - len(e.SampleIDs)
	e.SampleIDs = append(e.SampleIDs, add.SampleIDs[:min(room, len(add.SampleIDs))]...)
	room = MaxSampleIDs - len(e.SampleLines)
	e.SampleLines = append(e.SampleLines, add.SampleLines[:min(room, len(add.SampleLines))]...)
	slices.SortStableFunc(list, func(a, b ErrorSummary) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
