package job

import (
	"time"

	"bulkpatch/model"
)

// A File is an uploaded table whose rows a file job takes its values from. How it is
// read was detected or given when it was uploaded, and does not change afterwards.
type File struct {
	ID        string
	Name      string // as its owner calls it, "" for none
	Model     string
	Format    string // csv, tsv, ndjson or xlsx
	Encoding  string // "" for xlsx
	Delimiter string // "" unless csv or tsv
	Decimal   string // "." or ","
	Dates     string // the pattern of dates, "" for ISO 8601
	Sheet     string // of a workbook, else ""
	Columns   []string
	Rows      int64
	Bytes     int64 // as it was uploaded
	CreatedAt time.Time
	CreatedBy string
	// ExpiresAt is when the file is deleted; nil while a job needs it.
	ExpiresAt *time.Time
}

// MaxFileSample is how many rows of a file its description shows.
const MaxFileSample = 5

// A FilePage is some of the files of a workspace, newest first.
type FilePage struct {
	Items      []File
	NextCursor string // "" at the end
}

// A FileTarget is what a file job does with the rows of a file. It stands in a
// submission instead of a filter or a record, and instead of a patch.
type FileTarget struct {
	File  string         // id
	Match []*model.Field // what the columns of a row must equal in its record: at least one; never written
	// Columns says which field each column of the file has a value of, in the order of
	// the file's columns: a field's name, [VersionColumn], or "" for a column that is
	// ignored.
	Columns []string
	// ClearBlank: an empty cell clears its field. Otherwise it leaves the field as it
	// is.
	ClearBlank bool
	// ClearWord is the word that clears a field, in upper or lower case; "" for none.
	ClearWord string
	// SkipUnmatched: a row without a record is skipped. Otherwise it fails.
	SkipUnmatched bool
}

// VersionColumn is the column that says which version the record of a row must have.
const VersionColumn = "version"

// The codes of rows that no record is changed for.
const (
	CodeLineInvalid  = "line_invalid"  // a value breaks a rule of the model
	CodeNoKey        = "no_key"        // a cell of the key is empty
	CodeNoMatch      = "no_match"      // no record has the key
	CodeAmbiguous    = "ambiguous"     // several records have it
	CodeDuplicateRow = "duplicate_row" // another row has the same record
)
