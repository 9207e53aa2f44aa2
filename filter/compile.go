package filter

import (
	"strings"
)

// A sense says whether a node is compiled as it is or negated. A negation is
// applied to the conditions below it, each of which compiles in both senses.
// SQL's NOT is never used on what may be NULL, because NOT NULL is NULL.
type sense bool

const (
	positive sense = true
	negative sense = false
)

// A junction says how several nodes are joined.
type junction int

const (
	and junction = iota
	or
)

// other is the junction that by becomes under a negation (De Morgan).
func (by junction) other() junction {
	if by == and {
		return or
	}
	return and
}

// in returns the junction that has the effect of by in a sense.
func (by junction) in(s sense) junction {
	if s == negative {
		return by.other()
	}
	return by
}

// A verdict is the result of a condition as far as it is known without a
// record.
type verdict int

const (
	depends verdict = iota
	always
	never
)

// A piece is SQL text with its arguments: a function call, or an expression in
// parentheses.
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

// compile returns the SQL of a folded node.
func (c compiler) compile(n node) piece {
	switch n := n.(type) {
	case allOf:
		return c.compileAll(n, and)
	case anyOf:
		return c.compileAll(n, or)
	case negation:
		return c.condition(n.of.(*cond), negative)
	case *cond:
		return c.condition(n, positive)
	}
	return piece{verdict: never} // not reached: there are no other nodes
}

// compileAll compiles nodes and joins them.
func (c compiler) compileAll(nodes []node, by junction) piece {
	pieces := make([]piece, len(nodes))
	for i, n := range nodes {
		pieces[i] = c.compile(n)
	}
	return join(pieces, by)
}

// join connects pieces by AND or OR. A piece that is always true or always
// false is left out, or is the whole result.
func join(pieces []piece, by junction) piece {
	neutral, deciding, word := never, always, " OR "
	if by == and {
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

// balance writes pieces as a balanced tree. SQLite accepts expressions up to a depth
// of 1,000, and it reads a chain of ten thousand terms as one of that depth.
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
