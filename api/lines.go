package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// A lineReader cuts a stream into lines of bounded length. Memory does not
// grow with the length of a line: what is too long is passed over.
type lineReader struct {
	r      *bufio.Reader
	number int64 // of the line read last, from 1
	buf    []byte
}

var errLineTooLong = errors.New("the line is longer than 1 MiB")

var byteOrderMark = []byte("\xef\xbb\xbf")

func newLineReader(r io.Reader) *lineReader {
	br := bufio.NewReaderSize(r, 64<<10)
	if start, err := br.Peek(len(byteOrderMark)); err == nil && bytes.Equal(start, byteOrderMark) {
		_, _ = br.Discard(len(byteOrderMark)) // it has just been seen
	}
	return &lineReader{r: br}
}

// next returns the next line without its line feed; it is valid until the
// call after. A carriage return stays: in a quoted cell it is part of the
// value. errLineTooLong passes over one line; any other error ends the
// stream, io.EOF as it should be.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	tooLong, any := false, false
	for {
		part, err := l.r.ReadSlice('\n')
		any = any || len(part) > 0
		if !tooLong && len(l.buf)+len(part) > MaxLine {
			tooLong = true
			l.buf = l.buf[:0]
		}
		if !tooLong {
			l.buf = append(l.buf, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || !any) {
			return nil, err
		}
		l.number++
		if tooLong {
			return nil, errLineTooLong
		}
		return bytes.TrimSuffix(l.buf, []byte{'\n'}), nil
	}
}
