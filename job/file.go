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

// A FileRequest is what a job keeps and shows of its [FileTarget], also after the file
// itself is gone. Its JSON is the stored form.
type FileRequest struct {
	File    string   `json:"file"` // id
	Name    string   `json:"name"`
	Headers []string `json:"headers"` // of the file's columns; nil where a list leaves them out
	Match   []string `json:"match"`   // names of fields
	Columns []string `json:"columns"` // as in FileTarget, in the order of Headers

	ClearBlank    bool   `json:"clearBlank,omitempty"`
	ClearWord     string `json:"clearWord,omitempty"`
	SkipUnmatched bool   `json:"skipUnmatched,omitempty"`
}

// Request returns what a job keeps of the target. f is its file.
func (t FileTarget) Request(f File) FileRequest {
	r := FileRequest{
		File: t.File, Name: f.Name, Headers: f.Columns, Columns: t.Columns,
		ClearBlank: t.ClearBlank, ClearWord: t.ClearWord, SkipUnmatched: t.SkipUnmatched,
	}
	for _, field := range t.Match {
		r.Match = append(r.Match, field.Name)
	}
	return r
}

// Target is the inverse of [FileTarget.Request]. ok is false if the model no longer has
// a field of match.
func (r FileRequest) Target(m *model.Model) (t FileTarget, ok bool) {
	t = FileTarget{
		File: r.File, Columns: r.Columns,
		ClearBlank: r.ClearBlank, ClearWord: r.ClearWord, SkipUnmatched: r.SkipUnmatched,
	}
	for _, name := range r.Match {
		f, known := m.Field(name)
		if !known {
			return t, false
		}
		t.Match = append(t.Match, f)
	}
	return t, true
}

// columnBytes is about how much text shows the columns.
func (r FileRequest) columnBytes() (n int64) {
	for _, list := range [][]string{r.Headers, r.Columns} {
		for _, text := range list {
			n += int64(len(text)) + 4
		}
	}
	return n
}
