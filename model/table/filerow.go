package table

// A Kind says what the text of a cell is.
type Kind uint8

// The kinds of cells. Text has no type: the field that it is for says what it
// means. The kinds below it are those of workbooks, except JSON.
const (
	Text    Kind = iota // as it is written; an empty cell is one of no text
	JSON                // a JSON value of NDJSON as it came
	Number              // a number in JSON's grammar
	Boolean             // true or false
	Date                // 2026-01-31, or 2026-01-31T12:00:00 with a time of day; without a zone
	Error               // what a formula that cannot be computed shows, such as #N/A
	kinds               // how many there are
)

// A FileRow is one row of a file.
type FileRow struct {
	Line, ToLine int64 // its first and last line, or the row of the sheet, from 1
	// Cells are as many as [File.Columns] of a row that can be read, in their
	// order; a name that a line of NDJSON lacks is an empty cell. They are valid
	// until the next call, their texts for ever.
	Cells []Cell
	// Fault says why the row cannot be read, nil if it can. Such a row has no
	// cells; it is one row, even if an unclosed quote joined several.
	Fault *Fault
	// Raw is the text of a row with a fault as it came, in UTF-8 as far as that
	// is possible. It is empty if the row is longer than [MaxRow]. Rows without a
	// fault do not keep it: written again, their cells have the same values.
	Raw string
}

// faulty returns the row of a fault.
func faulty(at Place, detail, raw string) FileRow {
	return FileRow{Line: at.Line, ToLine: at.ToLine, Fault: &Fault{at, 1, detail}, Raw: raw}
}
