package filter

import (
	"strings"
)

// A sense says whether a node stands as it is or turned around. Negations are
// carried down to the conditions, which have a form for each sense; SQL's NOT,
// which leaves NULL as it is, is never used on what may be NULL.
type sense bool

const (
	positive sense = true
	negative sense = false
)

// A verdict is what is known of a condition before any record is seen.
type verdict int

const (
	depends verdict = iota
	always
	never
)

// A piece is SQL text with its arguments: a call, or something in parentheses.
type piece struct {
	verdict verdict
	text    string
	args    []any
}

func (p piece) sql() (string, []any) {
	switch p.verdict {
	case always:
		return "(1 = 1)", nil
	case never:
		return "(1 = 0)", nil
	}
	if p.text[0] != '(' {
		return "(" + p.text + ")", p.args
	}
	return p.text, p.args
}

type compiler struct{ d dialect }

// compile compiles a folded node.
func (c compiler) compile(n node) piece {
	switch n := n.(type) {
	case allOf:
		return c.junction(n, true)
	case anyOf:
		return c.junction(n, false)
	case negation:
		return c.condition(n.of.(*cond), negative)
	case *cond:
		return c.condition(n, positive)
	}
	return piece{verdict: never} // no other nodes exist
}

func (c compiler) junction(nodes []node, and bool) piece {
	pieces := make([]piece, len(nodes))
	for i, n := range nodes {
		pieces[i] = c.compile(n)
	}
	return join(pieces, and)
}

// join connects pieces by AND or OR. Those whose verdict is known beforehand
// vanish or decide the whole.
func join(pieces []piece, and bool) piece {
	neutral, deciding, word := never, always, " OR "
	if and {
		neutral, deciding, word = always, never, " AND "
	}
	kept := make([]piece, 0, len(pieces))
	for _, p := range pieces {
		switch p.verdict {
		case deciding:
			return p
		case depends:
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return piece{verdict: neutral}
	}
	var text strings.Builder
	var args []any
	balance(kept, word, &text, &args)
	return piece{text: text.String(), args: args}
}

// balance writes pieces as a tree of even height. A chain of ten thousand
// terms would be a tree as high as it is long, and SQLite takes expressions
// up to a depth of 1,000 only.
func balance(pieces []piece, word string, text *strings.Builder, args *[]any) {
	if len(pieces) == 1 {
		text.WriteString(pieces[0].text)
		*args = append(*args, pieces[0].args...)
		return
	}
	const few = 4 // a chain this short reads better than its tree
	text.WriteByte('(')
	if len(pieces) <= few {
		for i := range pieces {
			if i > 0 {
				text.WriteString(word)
			}
			balance(pieces[i:i+1], word, text, args)
		}
	} else {
		half := len(pieces) / 2
		balance(pieces[:half], word, text, args)
		text.WriteString(word)
		balance(pieces[half:], word, text, args)
	}
	text.WriteByte(')')
}
