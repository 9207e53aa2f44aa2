package table

import (
	"encoding/binary"
	"errors"
	"slices"
)

// packing is the version of the form that [AppendRow] writes. It is the first byte
// of each row, so that later versions can still read what is stored.
//
// After it comes the length of the rest, and then, all numbers as varints: the first
// line, how many lines follow it, and the number of cells plus one. Each cell is its
// length and kind in one number, and its text; empty cells beside one another are
// one number, since a file may have many columns and few values. A row with a fault
// has 0 for the number of cells, and then the rows lost, the detail and the raw text.
const packing = 1

// The last bits of a cell's number are its kind, or one of these.
const (
	kindBits   = 3
	quotedBits = 1<<kindBits - 1 // a quoted text
	emptyBits  = quotedBits - 1  // the number is that of empty cells
)

// AppendRow appends a row in a compact form for [ParseRow].
func AppendRow(dst []byte, row FileRow) []byte {
	dst = append(dst, packing)
	at := len(dst)
	dst = binary.AppendUvarint(dst, uint64(row.Line))
	dst = binary.AppendUvarint(dst, uint64(row.ToLine-row.Line))
	if f := row.Fault; f != nil {
		dst = append(dst, 0)
		dst = binary.AppendUvarint(dst, uint64(f.Rows))
		dst = appendText(dst, f.Detail)
		dst = appendText(dst, row.Raw)
	} else {
		dst = binary.AppendUvarint(dst, uint64(len(row.Cells))+1)
		dst = appendCells(dst, row.Cells)
	}
	var length [binary.MaxVarintLen64]byte
	return slices.Insert(dst, at, length[:binary.PutUvarint(length[:], uint64(len(dst)-at))]...)
}

func appendCells(dst []byte, cells []Cell) []byte {
	empty := uint64(0)
	for i, c := range cells {
		if c == (Cell{}) {
			if empty++; i+1 == len(cells) || cells[i+1] != c {
				dst = binary.AppendUvarint(dst, empty<<kindBits|emptyBits)
				empty = 0
			}
			continue
		}
		kind := uint64(c.Kind)
		if c.Quoted {
			kind = quotedBits
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(c.Text))<<kindBits|kind), c.Text...)
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

var errPacked = errors.New("this is not a stored row of a file, or one of a later version")

// ParseRow reads a row that [AppendRow] has written at the beginning of src, and
// returns what follows it. The row keeps no part of src.
func ParseRow(src []byte) (row FileRow, rest []byte, err error) {
	if len(src) == 0 || src[0] != packing {
		return FileRow{}, src, errPacked
	}
	length, n := binary.Uvarint(src[1:])
	if n <= 0 || length > uint64(len(src)-1-n) {
		return FileRow{}, src, errPacked
	}
	body, rest := src[1+n:][:length], src[1+n:][length:]
	u := unpacker{text: string(body), ok: true}
	row.Line = int64(u.number())
	row.ToLine = row.Line + int64(u.number())
	if cells := u.number(); cells > 0 {
		row.Cells = u.cells(cells - 1)
	} else {
		at := Place{Line: row.Line, ToLine: row.ToLine}
		row.Fault = &Fault{Place: at, Rows: int64(u.number()), Detail: u.take(u.number())}
		row.Raw = u.take(u.number())
	}
	if !u.ok || u.text != "" {
		return FileRow{}, src, errPacked
	}
	return row, rest, nil
}

// An unpacker reads the parts of a row. Of a text that ends too early it returns
// zero values, and ok is false.
type unpacker struct {
	text string
	ok   bool
}

func (u *unpacker) number() uint64 {
	var v uint64
	for i := 0; i < min(len(u.text), binary.MaxVarintLen64-1); i++ {
		b := u.text[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			u.text = u.text[i+1:]
			return v
		}
	}
	u.text, u.ok = "", false
	return 0
}

func (u *unpacker) take(n uint64) string {
	if n > uint64(len(u.text)) {
		u.text, u.ok = "", false
		return ""
	}
	text := u.text[:n]
	u.text = u.text[n:]
	return text
}

func (u *unpacker) cells(n uint64) []Cell {
	if n > MaxColumns {
		u.ok = false
		return nil
	}
	cells := make([]Cell, 0, n)
	for u.ok && len(cells) < int(n) {
		head := u.number()
		kind, size := head&quotedBits, head>>kindBits
		switch {
		case kind == emptyBits && size > 0 && size <= n-uint64(len(cells)):
			cells = cells[:len(cells)+int(size)] // of a new array, so they are zero
		case kind == quotedBits:
			cells = append(cells, Cell{Text: u.take(size), Quoted: true})
		case kind < uint64(kinds):
			cells = append(cells, Cell{Text: u.take(size), Kind: Kind(kind)})
		default:
			u.ok = false
		}
	}
	return cells
}
