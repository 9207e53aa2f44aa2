package table

import (
	"bytes"
	"io"
)

// NDJSON reads JSON objects, one a line. Blank lines are ignored.
type NDJSON struct {
	lines *lines
	long  []byte // a line of several pieces
	raw   []byte // the text of the line read last, as long as it is valid
}

// NewNDJSON checks the beginning of a stream. The error is a *Refusal if it is not
// one object a line.
func NewNDJSON(r io.Reader) (*NDJSON, error) {
	l, head, err := open(r)
	if err != nil {
		return nil, err
	}
	if detail := notNDJSON(head); detail != "" {
		return nil, &Refusal{detail}
	}
	return &NDJSON{lines: l}, nil
}

const (
	detailTooLong  = "The line is longer than 1 MiB."
	detailNoObject = `The line is not a JSON object, such as {"id": 1}.`

	// DetailNotUTF8 is the detail of a row in another encoding.
	DetailNotUTF8 = "This is not valid UTF-8; a program may have saved it in another encoding, such as Windows-1252. Save it as UTF-8."
)

// Next reads one line. It does not check that the line is valid JSON in UTF-8,
// because the model does.
func (n *NDJSON) Next() (Row, error) {
	for {
		text, tooLong, err := n.line()
		if n.raw = text; err != nil {
			return Row{}, err
		}
		at := Place{Line: n.lines.number, ToLine: n.lines.number, Size: len(text)}
		trimmed := bytes.TrimSpace(text)
		switch {
		case tooLong:
			return Row{}, &Fault{at, 1, detailTooLong}
		case len(trimmed) == 0:
			continue
		case trimmed[0] != '{':
			return Row{}, &Fault{at, 1, detailNoObject}
		}
		return Row{Place: at, Object: text}, nil
	}
}

// line returns the next line, joined from its pieces.
func (n *NDJSON) line() (text []byte, tooLong bool, err error) {
	n.long = n.long[:0]
	for {
		p, err := n.lines.next()
		if err != nil {
			return nil, false, err
		}
		if p.last && len(n.long) == 0 && !tooLong {
			return p.text, false, nil
		}
		if tooLong = tooLong || len(n.long)+len(p.text) > MaxRow; tooLong {
			n.long = n.long[:0]
		} else {
			n.long = append(n.long, p.text...)
		}
		if p.last {
			return n.long, tooLong, nil
		}
	}
}
