package table

import "bytes"

// quotes tracks the quotes of a row that is read in pieces. The rules are those of
// RFC 4180: a quote may open a cell, two quotes inside it mean one, and after the
// closing quote comes a delimiter or the end of the line.
type quotes struct {
	delimiter byte
	state     quoteState
	broken    string // what is wrong, "" for nothing
	opened    int64  // the line in which a quote was opened last
}

type quoteState int

const (
	atCell   quoteState = iota // a cell begins
	inPlain                    // in a cell without quotes
	inQuoted                   // after an opening quote
	atQuote                    // after a quote that closes the cell or is the first of two
)

// The two faults of quotes.
const (
	detailBareQuote  = `A quote stands inside a cell that is not quoted: put the whole cell into quotes, and write a quote in it twice ("").`
	detailAfterQuote = `A closing quote is not followed by a delimiter or the end of the line: a quote that is part of the text is written twice ("").`
)

// follow reads a piece of a line. After a fault it ignores the rest of the line.
func (q *quotes) follow(text []byte, line int64) {
	if q.state < inQuoted && bytes.IndexByte(text, '"') < 0 {
		q.plain(text)
		return
	}
	for len(text) > 0 && q.broken == "" {
		switch q.state {
		case atCell:
			text = q.begin(text, line)
		case inPlain:
			cell, rest, more := bytes.Cut(text, []byte{q.delimiter})
			if bytes.IndexByte(cell, '"') >= 0 {
				q.broken = detailBareQuote
			}
			if text = rest; more {
				q.state = atCell
			}
		case inQuoted:
			_, rest, closed := bytes.Cut(text, []byte{'"'})
			if text = rest; closed {
				q.state = atQuote
			}
		case atQuote:
			q.afterQuote(text[0])
			text = text[1:]
		}
	}
}

// plain reads a piece without quotes.
func (q *quotes) plain(text []byte) {
	switch n := len(text); {
	case n == 0:
	case text[n-1] == q.delimiter:
		q.state = atCell
	default:
		q.state = inPlain
	}
}

func (q *quotes) begin(text []byte, line int64) []byte {
	if text[0] != '"' {
		q.state = inPlain
		return text
	}
	q.state, q.opened = inQuoted, line
	return text[1:]
}

func (q *quotes) afterQuote(c byte) {
	switch c {
	case '"':
		q.state = inQuoted
	case q.delimiter:
		q.state = atCell
	default:
		q.broken = detailAfterQuote
	}
}

// open reports whether a line end at this point is part of a cell.
func (q *quotes) open() bool { return q.state == inQuoted && q.broken == "" }
