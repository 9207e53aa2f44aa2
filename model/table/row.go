package table

// Limits of a table.
const (
	MaxRow     = 1 << 20 // bytes of one row, as UTF-8 and with its quotes
	MaxColumns = 16_384  // cells of a header, as many as a spreadsheet has
)

// A Reader reads a table row by row.
type Reader interface {
	// Next reads one row. A *Fault concerns this row only, and the next call
	// reads the next row. Any other error ends the table: io.EOF at its end.
	Next() (Row, error)
}

// A Row is one row of a table: either its cells or an object.
type Row struct {
	Place
	Cells  []Cell // as many as the header has; valid until the next call
	Object []byte // a line that should be a JSON object; valid until the next call
}

// A Place is the position of a row in the stream.
type Place struct {
	Line, ToLine int64 // its first and last line, from 1
	Size         int   // bytes, 0 of a row that was too long to be kept
}

// A Cell is one cell of a row.
type Cell struct {
	Text string
	// Quoted: the cell was in quotes, in a table that does not quote all cells.
	// A quoted cell without text is an empty string instead of a missing value.
	Quoted bool
	Kind   Kind // Text, if not of a File
}

// Empty reports whether the cell has no value, not even an empty string.
func (c Cell) Empty() bool { return c.Text == "" && !c.Quoted }

// A Fault says why a row cannot be read, or several rows that an unclosed quote
// joined.
type Fault struct {
	Place
	Rows   int64  // how many rows are lost by it
	Detail string // a sentence for the user, without the row's values
}

func (f *Fault) Error() string { return f.Detail }

// A Refusal says why an input is no table that can be read: a sentence for the user
// with the cause and the remedy.
type Refusal struct{ Detail string }

func (r *Refusal) Error() string { return r.Detail }
