package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// cells are the rows of CSV or TSV.
type cells struct {
	csv      *CSV
	encoding string
}

// openCells reads the header and completes the dialect.
func openCells(in *input, d *Dialect, guard Guard) (*cells, []string, error) {
	csv, err := NewCSV(decoded(in.reader(), d.Encoding), d.separator(), guard)
	if err != nil {
		return nil, nil, err
	}
	d.Delimiter = string(csv.Delimiter())
	if d.Decimal == "" {
		d.Decimal = "."
	}
	return &cells{csv, d.Encoding}, csv.Header(), nil
}

func (c *cells) next() (FileRow, error) {
	row, err := c.csv.Next()
	var fault *Fault
	if errors.As(err, &fault) {
		return unread(fault, c.csv.raw, c.encoding), nil
	}
	return FileRow{Line: row.Line, ToLine: row.ToLine, Cells: row.Cells}, err
}

// unread returns a row of text that cannot be read. It names the encoding that the
// row is not in.
func unread(fault *Fault, raw []byte, encoding string) FileRow {
	if fault.Detail == DetailNotUTF8 && encoding != EncodingUTF8 {
		fault.Detail = "The row has a byte that stands for no character of " + encoding + ": save the file as UTF-8, or give the encoding that it has."
	}
	return FileRow{Line: fault.Line, ToLine: fault.ToLine, Fault: fault, Raw: string(raw)}
}

// objects are the rows of NDJSON.
type objects struct {
	lines    *NDJSON
	encoding string
	names    map[string]int // place of each name among the columns
	header   []string
	named    int // bytes of the names, which stay in memory
	most     int // columns
	scanner
	cells []Cell
}

// A scanner reads the members of an object that is in memory.
type scanner struct {
	text    bytes.Buffer
	decoder jsontext.Decoder
}

// openObjects reads the file to know the names of all its objects, because a row
// has a cell for each, and then begins again.
func openObjects(in *input, encoding string, most int) (*objects, []string, error) {
	o := &objects{encoding: encoding, names: map[string]int{}, most: most}
	for _, again := range []bool{true, false} {
		var err error
		if o.lines, err = NewNDJSON(decoded(in.reader(), encoding)); err != nil {
			return nil, nil, err
		}
		for again && err == nil {
			_, err = o.next()
		}
		if err != nil && err != io.EOF {
			return nil, nil, err
		}
	}
	if len(o.header) == 0 {
		return nil, nil, &Refusal{"This is empty: there must be a JSON object on each line, with the names of its fields."}
	}
	return o, o.header, nil
}

func (o *objects) next() (FileRow, error) {
	row, err := o.lines.Next()
	var fault *Fault
	if errors.As(err, &fault) {
		return unread(fault, o.lines.raw, o.encoding), nil
	}
	if err != nil {
		return FileRow{}, err
	}
	clear(o.cells)
	detail, err := o.members(row.Object)
	if detail != "" {
		row.Place.Size = len(row.Object)
		return unread(&Fault{row.Place, 1, detail}, row.Object, o.encoding), nil
	}
	return FileRow{Line: row.Line, ToLine: row.ToLine, Cells: o.cells}, err
}

// members reads the members of an object into the cells. It returns a detail if the
// object cannot be read, and an error if the file has too many names.
func (o *objects) members(object []byte) (detail string, err error) {
	o.text = *bytes.NewBuffer(object)
	o.decoder.Reset(&o.text)
	if _, err := o.decoder.ReadToken(); err != nil {
		return whyNoJSON(object, err), nil
	}
	for o.decoder.PeekKind() == '"' {
		token, err := o.decoder.ReadToken()
		if err != nil {
			return whyNoJSON(object, err), nil
		}
		name := token.String()
		value, err := o.decoder.ReadValue()
		if err != nil {
			return whyNoJSON(object, err), nil
		}
		if err := o.set(name, value); err != nil {
			return "", err
		}
	}
	if _, err := o.decoder.ReadToken(); err != nil {
		return whyNoJSON(object, err), nil
	}
	if _, err := o.decoder.ReadToken(); err != io.EOF {
		return "Something follows the object on its line: each object must have a line of its own.", nil
	}
	return "", nil
}

// set sets the cell of a name, which may be a new one.
func (o *objects) set(name string, value []byte) error {
	i, known := o.names[name]
	if !known {
		if o.named += len(name); o.named > MaxRow {
			return &Refusal{"The names in the objects have more than 1 MiB in all: each object should have the same few names."}
		}
		if len(o.header) == o.most+len(outcomeColumns) {
			return tooManyColumns(len(o.header)+1, o.most)
		}
		i = len(o.header)
		o.names[name] = i
		o.header = append(o.header, name)
	}
	for len(o.cells) <= i {
		o.cells = append(o.cells, Cell{})
	}
	o.cells[i] = Cell{Text: string(value), Kind: JSON}
	return nil
}

// whyNoJSON says why a line is not a JSON object.
func whyNoJSON(line []byte, err error) string {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return "The line is not valid JSON."
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return "The object has a name twice: remove one of them."
	}
	if !utf8.Valid(line) {
		return DetailNotUTF8
	}
	return fmt.Sprintf("The line is not valid JSON, at byte %d.", syntax.ByteOffset)
}
