package store

import (
	"math"
	"strconv"
	"strings"

	"bulkpatch/job"
)

// A resultPlace is a place in a list of results: behind the record with a number, or
// behind the row with an index, which has no usable record.
type resultPlace struct{ rid, row int64 }

// rowMark distinguishes the cursor of a row from a number.
const rowMark = "r"

func readResultPlace(cursor string) (p resultPlace, err error) {
	p = resultPlace{-1, -1}
	text, isRow := strings.CutPrefix(cursor, rowMark)
	switch {
	case cursor == "":
		return p, nil
	case isRow:
		p.row, err = strconv.ParseInt(text, 10, 64)
	default:
		p.row = math.MaxInt64 // all rows come before the records
		p.rid, err = strconv.ParseInt(text, 10, 64)
	}
	if err != nil {
		err = job.ErrBadCursor
	}
	return p, err
}

func placeOfResult(f foundResult) resultPlace {
	if f.rowless {
		return resultPlace{-1, f.row}
	}
	return resultPlace{f.rid, math.MaxInt64}
}

// String writes the place as a cursor.
func (p resultPlace) String() string {
	if p.rid < 0 {
		return rowMark + strconv.FormatInt(p.row, 10)
	}
	return strconv.FormatInt(p.rid, 10)
}
