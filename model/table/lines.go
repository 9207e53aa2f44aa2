package table

import (
	"bytes"
	"io"
	"slices"
)

// window is how much of a stream is looked at at a time.
const window = 64 << 10

// lines cuts a stream into lines, and a line that does not fit into its window
// into pieces. A line ends with LF, CRLF or CR.
type lines struct {
	r          io.Reader
	buf        []byte
	start, end int   // what of buf was read and not given out
	feed       int   // the first line feed of it, or end
	err        error // of the last read

	number int64 // of the line of the last piece, from 1
	within bool  // that line goes on
}

// A piece is a line or a part of one. It is valid until the next call.
type piece struct {
	text []byte
	end  []byte // the line end behind it; none at the end of the stream
	last bool   // nothing of the line is left
}

func newLines(r io.Reader) *lines {
	return &lines{r: r, buf: make([]byte, window)}
}

// next returns the next piece. An error other than io.EOF drops what was read
// of the line.
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

// give counts a piece as given out.
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

// cut finds the end of the line in the window. A CR at the end of the window
// is left until it is known what follows.
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

// part is the whole window, without a CR at its end.
func (l *lines) part() piece {
	return piece{text: bytes.TrimSuffix(l.buf[:l.end], []byte{'\r'})}
}

// fill reads more into the window, which must not be full.
func (l *lines) fill() {
	if l.start > 0 && l.end == len(l.buf) || l.start == l.end {
		l.end = copy(l.buf, l.buf[l.start:l.end])
		l.feed -= l.start
		l.start = 0
	}
	const patience = 100 // readers may give nothing now and then
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

// feedFrom finds the first line feed of the window from there on, or its end.
func (l *lines) feedFrom(at int) int {
	if i := bytes.IndexByte(l.buf[at:l.end], '\n'); i >= 0 {
		return at + i
	}
	return l.end
}

// peek returns what is in the window, once that is a line, enough to know what
// the stream is, or all of it.
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

// line returns the next line as far as it is in the window, without taking it.
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

// unread makes a reader of what was not given out, and of the rest.
func (l *lines) unread() io.Reader {
	rest := bytes.NewReader(slices.Clone(l.buf[l.start:l.end]))
	if l.err != nil {
		return io.MultiReader(rest, failed{l.err})
	}
	return io.MultiReader(rest, l.r)
}

// failed is a reader that has failed.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
