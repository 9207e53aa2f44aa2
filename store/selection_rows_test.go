package store

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/job"
)

func TestPlacesOfRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var places []rowPlace
		for range rapid.IntRange(0, 50).Draw(t, "places") {
			places = append(places, rowPlace{rapid.Uint32().Draw(t, "row"), rapid.Uint32().Draw(t, "line")})
		}
		packed := packPlaces(places)
		again, err := unpackPlaces(packed, len(places))
		if err != nil || !slices.Equal(again, places) {
			t.Fatalf("%v became %v, %v", places, again, err)
		}
		if len(packed) > 0 {
			if _, err := unpackPlaces(packed[:len(packed)-1], len(places)); err == nil {
				t.Fatal("a part was taken for the whole")
			}
		}
	})
	places := make([]rowPlace, windowSize)
	for i := range places {
		places[i] = rowPlace{uint32(i), uint32(i + 2)}
	}
	if n := len(packPlaces(places)); n > 2*windowSize+8 {
		t.Errorf("a window of rows in order takes %d bytes", n)
	}
}

func TestCursorsTellRowsFromRecords(t *testing.T) {
	for cursor, want := range map[string]resultPlace{
		"": {-1, -1}, "17": {17, math.MaxInt64}, "0": {0, math.MaxInt64}, "r0": {-1, 0}, "r2000000": {-1, 2_000_000},
	} {
		p, err := readResultPlace(cursor)
		if err != nil || p != want {
			t.Errorf("%q is %v, %v", cursor, p, err)
		}
		if cursor != "" && p.String() != cursor {
			t.Errorf("%q came back as %q", cursor, p.String())
		}
	}
	for _, cursor := range []string{"r", "rr1", "1r", "x", "r-"} {
		if _, err := readResultPlace(cursor); err != job.ErrBadCursor {
			t.Errorf("%q: %v", cursor, err)
		}
	}
}
