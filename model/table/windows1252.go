package table

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// high are the characters of the bytes from 0x80 to 0x9f in Windows-1252, and 0
// where there is none. All other bytes are as in Latin 1.
var high = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// A windows1252Reader converts Windows-1252 to UTF-8. A byte that is no character
// becomes one that is invalid in UTF-8, so that its row fails.
type windows1252Reader struct {
	r     io.Reader
	text  []byte // converted but not returned
	err   error
	space [3 * window / 4]byte
	input [window / 4]byte
}

// Read returns converted text. If there is none it reads and converts more.
func (w *windows1252Reader) Read(p []byte) (int, error) {
	if len(w.text) == 0 && w.err != nil {
		return 0, w.err
	}
	if len(w.text) == 0 {
		var n int
		n, w.err = w.r.Read(w.input[:])
		w.convert(w.input[:n])
	}
	n := copy(p, w.text)
	w.text = w.text[n:]
	return n, nil
}

func (w *windows1252Reader) convert(raw []byte) {
	w.text = w.space[:0]
	for _, b := range raw {
		c := rune(b)
		if b >= 0x80 && b < 0xa0 {
			c = high[b-0x80]
		}
		if c == 0 && b != 0 {
			w.text = append(w.text, notUTF8)
		} else {
			w.text = utf8.AppendRune(w.text, c)
		}
	}
}

// marks are the byte order marks of the encodings.
var marks = []struct {
	mark     []byte
	encoding string
}{{markUTF8, EncodingUTF8}, {markLE, EncodingUTF16LE}, {markBE, EncodingUTF16BE}}

// setEncoding finds out the encoding of a file of text, and refuses one that was
// given although the file's byte order mark says another.
func (f *File) setEncoding(in *input, head []byte) error {
	d := &f.dialect
	if d.Encoding == "" || d.Encoding == EncodingUTF8 {
		if detail := foreign(head); detail != "" {
			return &Refusal{detail}
		}
	}
	for _, m := range marks {
		switch {
		case !bytes.HasPrefix(head, m.mark):
		case d.Encoding != "" && d.Encoding != m.encoding:
			return &Refusal{"The file begins with the byte order mark of " + m.encoding + " and cannot be " + d.Encoding + ": give that encoding, or none."}
		default:
			d.Encoding = m.encoding
			return nil
		}
	}
	if d.Encoding != "" {
		return nil
	}
	var err error
	d.Encoding, err = encodingOf(in)
	return err
}

// encodingOf reads a file without a byte order mark to its end, because its only
// character beyond ASCII may stand there. It is Windows-1252 if more of its bytes
// break UTF-8 than make characters of it. A few broken rows in a file of UTF-8 are
// faults of these rows; to read the file as Windows-1252 would damage all others.
func encodingOf(in *input) (string, error) {
	r := in.reader()
	buf := make([]byte, window)
	var characters, broken int64
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		text := buf[:kept+n]
		if err == nil { // the last character may go on in the next part
			text = text[:len(text)-unfinished(text)]
		}
		good, bad := beyondASCII(text)
		characters, broken = characters+good, broken+bad
		kept = copy(buf, buf[len(text):kept+n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	if broken > characters {
		return Encoding1252, nil
	}
	return EncodingUTF8, nil
}

// unfinished counts the bytes at the end that begin a character and do not end it.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if end := text[len(text)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return n
		}
	}
	return 0
}

// beyondASCII counts the characters of more than one byte and the bytes that belong
// to none.
func beyondASCII(text []byte) (characters, broken int64) {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		c, size := utf8.DecodeRune(text[i:])
		if i += size; c == utf8.RuneError && size == 1 {
			broken++
		} else {
			characters++
		}
	}
	return characters, broken
}
