package table

import (
	"bytes"
	"io"
	"slices"
)

// window is how many bytes of a stream are buffered.
const window = 64 << 10

// lines splits a stream into lines, and a line that is longer than the buffer into
// pieces. A line ends with LF, CRLF or CR.
type lines struct {
	r          io.Reader
	buf        []byte
	start, end int   // the part of buf that was read but not returned
	feed       int   // the first line feed of it, or end
	err        error // of the last read

	number int64 // of the line of the last piece, from 1
	within bool  // that line has more pieces
}

// A piece is a line or a part of one. It is valid until the next call.
type piece struct {
	text []byte
	end  []byte // the line end after it, if any
	last bool   // it ends the line
}

func newLines(r io.Reader) *lines {
	return &lines{r: r, buf: make([]byte, window)}
}

// next returns the next piece. On an error other than io.EOF it drops the part of the
// line that was read.
func (l *lines) next() (piece, error) {
	for {
		p, found := l.cut()
		if !found && l.full() {
			p, found = l.part(), true
		}
		if !found && l.err == io.EOF && (l.start < l.end || l.within) {
			p, found = piece{text: l.buf[l.start:l.end], last: true}, true
		}
		if found {
			l.give(p)
			return p, nil
		}
		if l.err != nil {
			return piece{}, l.err
		}
		l.fill()
	}
}

// give marks a piece as returned.
func (l *lines) give(p piece) {
	l.start += len(p.text) + len(p.end)
	if l.feed < l.start {
		l.feed = l.feedFrom(l.start)
	}
	if !l.within {
		l.number++
	}
	l.within = !p.last
}

// cut returns the line if its end is in the buffer. It leaves a CR at the end of the
// buffer until the next byte is known, which may be an LF.
func (l *lines) cut() (piece, bool) {
	at, size := l.feed, 1
	if cr := bytes.IndexByte(l.buf[l.start:l.feed], '\r'); cr >= 0 {
		at = l.start + cr
		switch {
		case at+1 == l.feed && l.feed < l.end:
			size = 2
		case at+1 == l.end && l.err == nil:
			return piece{}, false
		}
	} else if at == l.end {
		return piece{}, false
	}
	return piece{text: l.buf[l.start:at], end: l.buf[at : at+size], last: true}, true
}

func (l *lines) full() bool { return l.start == 0 && l.end == len(l.buf) }

// part returns the whole buffer, without a CR at its end.
func (l *lines) part() piece {
	return piece{text: bytes.TrimSuffix(l.buf[:l.end], []byte{'\r'})}
}

// fill reads more into the buffer, which must not be full.
func (l *lines) fill() {
	if l.start > 0 && l.end == len(l.buf) || l.start == l.end {
		l.end = copy(l.buf, l.buf[l.start:l.end])
		l.feed -= l.start
		l.start = 0
	}
	const patience = 100 // a reader may return nothing now and then
	for range patience {
		n, err := l.r.Read(l.buf[l.end:])
		searched := l.end
		l.end += n
		if l.feed == searched {
			l.feed = l.feedFrom(searched)
		}
		if l.err = err; n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// feedFrom returns the index of the first line feed in the buffer from at on, or the
// end.
func (l *lines) feedFrom(at int) int {
	if i := bytes.IndexByte(l.buf[at:l.end], '\n'); i >= 0 {
		return at + i
	}
	return l.end
}

// peek returns the beginning of the stream: at least a line, or enough to recognize
// what the stream is, or all of it.
func (l *lines) peek() ([]byte, error) {
	const enough = 4 << 10
	for l.err == nil && l.end-l.start < enough && !bytes.ContainsAny(l.buf[l.start:l.end], "\r\n") {
		l.fill()
	}
	if l.err != nil && l.err != io.EOF {
		return nil, l.err
	}
	return l.buf[l.start:l.end], nil
}

// line returns the next line, as far as it fits into the buffer, but does not skip
// it.
func (l *lines) line() ([]byte, error) {
	for {
		if p, found := l.cut(); found {
			return p.text, nil
		}
		if l.full() || l.err == io.EOF {
			return l.buf[l.start:l.end], nil
		}
		if l.err != nil {
			return nil, l.err
		}
		l.fill()
	}
}

// unread returns a reader of everything that was not returned yet.
func (l *lines) unread() io.Reader {
	rest := bytes.NewReader(slices.Clone(l.buf[l.start:l.end]))
	if l.err != nil {
		return io.MultiReader(rest, failed{l.err})
	}
	return io.MultiReader(rest, l.r)
}

// failed is a reader that returns an error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
