package table

// Bounds of what is read.
const (
	MaxRow     = 1 << 20 // bytes of one row, as UTF-8 and with its quotes
	MaxColumns = 16_384  // cells of a header, as many as a spreadsheet has
)

// A Reader reads a table row by row.
type Reader interface {
	// Next reads one row. A *Fault is about what stands there alone, and the
	// next call goes on behind it; any other error ends the table, io.EOF as
	// it should be.
	Next() (Row, error)
}

// A Row is one row of a table: either its cells or an object.
type Row struct {
	Place
	Cells  []Cell // as many as the header has; valid until the next call
	Object []byte // a line that should be a JSON object; valid until the next call
}

// A Place says where a row stands.
type Place struct {
	Line, ToLine int64 // its first and last line, from 1
	Size         int   // bytes, 0 of a row that was too long to be kept
}

// A Cell is one cell of a row.
type Cell struct {
	Text string
	// Quoted: the cell stood in quotes, in a table where that means something.
	// So a quoted cell without text is an empty text, and not an empty cell.
	Quoted bool
}

// Empty reports whether the cell holds nothing, not even an empty text.
func (c Cell) Empty() bool { return c.Text == "" && !c.Quoted }

// A Fault is why a row cannot be read, or several that an unclosed quote made
// into one.
type Fault struct {
	Place
	Rows   int64  // how many rows are lost by it
	Detail string // a sentence for the user, without the row's values
}

func (f *Fault) Error() string { return f.Detail }

// A Refusal is why an input is not a table that can be read: a sentence for
// the user that names the cause and the way out.
type Refusal struct{ Detail string }

func (r *Refusal) Error() string { return r.Detail }
