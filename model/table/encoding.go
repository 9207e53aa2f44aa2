package table

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The byte order marks that are recognized.
var (
	markUTF8 = []byte("\xef\xbb\xbf")
	markLE   = []byte("\xff\xfe")
	markBE   = []byte("\xfe\xff")
	markLE32 = []byte("\xff\xfe\x00\x00")
)

// open returns the lines of a stream as UTF-8, and the beginning of its text. The
// encoding is that of the byte order mark, UTF-8 if there is none.
func open(r io.Reader) (*lines, []byte, error) {
	l := newLines(r)
	head, err := l.peek()
	if err != nil {
		return nil, nil, err
	}
	if detail := foreign(head); detail != "" {
		return nil, nil, &Refusal{detail}
	}
	switch {
	case bytes.HasPrefix(head, markUTF8):
		l.start += len(markUTF8)
	case bytes.HasPrefix(head, markLE):
		l.start += len(markLE)
		l = newLines(newUTF16Reader(l.unread(), binary.LittleEndian))
	case bytes.HasPrefix(head, markBE):
		l.start += len(markBE)
		l = newLines(newUTF16Reader(l.unread(), binary.BigEndian))
	}
	head, err = l.peek()
	return l, head, err
}

// decoded returns a file's text as UTF-8.
func decoded(r io.Reader, encoding string) io.Reader {
	switch encoding {
	case EncodingUTF16LE:
		return newUTF16Reader(r, binary.LittleEndian)
	case EncodingUTF16BE:
		return newUTF16Reader(r, binary.BigEndian)
	case Encoding1252:
		return &windows1252Reader{r: r}
	}
	return r
}

// A utf16Reader converts UTF-16 to UTF-8. Invalid UTF-16 (half a surrogate pair or
// half a unit) becomes a byte that is invalid in UTF-8, so that its row fails.
type utf16Reader struct {
	r     io.Reader
	order binary.ByteOrder
	raw   []byte // read but not decoded; between calls part of a character
	text  []byte // decoded but not returned
	err   error
	space [3 * window / 8]byte
	input [window / 4]byte
}

func newUTF16Reader(r io.Reader, order binary.ByteOrder) *utf16Reader {
	return &utf16Reader{r: r, order: order}
}

const notUTF8 = 0xff

// Read returns decoded text. If there is none it reads and decodes more.
func (u *utf16Reader) Read(p []byte) (int, error) {
	if len(u.text) == 0 && u.err != nil {
		return 0, u.err
	}
	if len(u.text) == 0 {
		kept := copy(u.input[:], u.raw)
		n, err := u.r.Read(u.input[kept:])
		u.raw, u.err = u.input[:kept+n], err
		u.decode()
	}
	n := copy(p, u.text)
	u.text = u.text[n:]
	return n, nil
}

// decode decodes what was read, except a character that may be incomplete.
func (u *utf16Reader) decode() {
	u.text = u.space[:0]
	for len(u.raw) >= 2 {
		c, size := rune(u.order.Uint16(u.raw)), 2
		if utf16.IsSurrogate(c) {
			if len(u.raw) < 4 && u.err == nil {
				return
			}
			c = u.pair(c)
			size = 4
		}
		if c == utf8.RuneError && size == 4 {
			u.text, size = append(u.text, notUTF8), 2
		} else {
			u.text = utf8.AppendRune(u.text, c)
		}
		u.raw = u.raw[size:]
	}
	if len(u.raw) > 0 && u.err != nil {
		u.text, u.raw = append(u.text, notUTF8), nil
	}
}

// pair reads the second half of a surrogate pair.
func (u *utf16Reader) pair(first rune) rune {
	if len(u.raw) < 4 {
		return utf8.RuneError
	}
	return utf16.DecodeRune(first, rune(u.order.Uint16(u.raw[2:])))
}
