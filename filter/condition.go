package filter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"bulkpatch/model"
)

// manyValues is the length above which a list of values becomes one argument. A job
// runs statements with its filter thousands of times, and each would bind every
// value.
const manyValues = 50

// condition compiles a condition.
func (c compiler) condition(n *cond, s sense) piece {
	if n.items {
		return c.anyItem(n, s)
	}
	switch n.op {
	case opIn:
		return c.in(n, s)
	case opContains, opStartsWith:
		return c.likeAny(n, s)
	}
	pieces := make([]piece, len(n.literals))
	for i, l := range n.literals {
		pieces[i] = c.compare(c.operand(n.target, l), comparison(n.op, l, s), l.v, s)
	}
	return join(pieces, or.in(s))
}

// anyItem compiles a condition on the items of a list: at least one item must meet
// it. A test for null means that no item has a value.
func (c compiler) anyItem(n *cond, s sense) piece {
	one := *n
	one.items, one.item, one.null = false, true, false
	meets := c.missing(one.target, negative)
	if n.null {
		s = !s
	} else {
		meets = c.condition(&one, positive)
	}
	return piece{text: "(" + exists(s) + " (SELECT 1 FROM " + c.d.items(n.target) + " WHERE " + meets.text + "))", args: meets.args}
}

// likeAny compiles $contains and $startsWith for one or several strings. Many of
// them become one argument.
func (c compiler) likeAny(n *cond, s sense) piece {
	x := c.operand(n.target, n.literals[0])
	if len(n.literals) > manyValues {
		if n.op == opContains {
			return x.when(c.d.containsAny(x.expr, s), []any{jsonArray(n.literals)}, s)
		}
		prefixes, lengths := shortest(n.literals)
		return x.when(c.d.startsWithAny(x.expr, s), []any{jsonArray(lengths), jsonArray(prefixes)}, s)
	}
	pieces := make([]piece, len(n.literals))
	for i, l := range n.literals {
		if n.op == opContains {
			pieces[i] = c.contains(x, l.v.(string), s)
		} else {
			pieces[i] = c.startsWith(x, l.v.(string), s)
		}
	}
	return join(pieces, or.in(s))
}

// shortest returns the prefixes without those that begin with another one, and the
// lengths of these in characters, each once.
func shortest(prefixes []literal) (kept, lengths []literal) {
	sorted := slices.SortedFunc(slices.Values(prefixes), func(a, b literal) int { return strings.Compare(a.v.(string), b.v.(string)) })
	seen := map[int64]bool{}
	for _, p := range sorted {
		text := p.v.(string)
		if n := len(kept); n > 0 && strings.HasPrefix(text, kept[n-1].v.(string)) {
			continue
		}
		kept = append(kept, p)
		if n := int64(utf8.RuneCountInString(text)); !seen[n] {
			seen[n] = true
			lengths = append(lengths, literal{v: n})
		}
	}
	return kept, lengths
}

// operand returns the SQL for the value that is compared with a literal.
func (c compiler) operand(t target, l literal) operand {
	if !t.nested() {
		name := quote(t.field.Column)
		return operand{expr: name, column: name, sqlType: columnType(t.valueType), mark: "?"}
	}
	st := textType
	switch l.v.(type) {
	case bool:
		st = booleanType
	case int64, float64:
		st = numericType
	}
	x := operand{sqlType: st, mark: c.d.mark(st)}
	if t.valueType == model.DateTime {
		x.expr = c.d.instant(t)
	} else {
		x.expr = c.d.part(t, st)
	}
	return x
}

func (c compiler) compare(x operand, word string, v any, s sense) piece {
	return x.when(x.expr+" "+word+" "+x.mark, []any{c.d.arg(x, v)}, s)
}

// negated maps each comparison to its negation.
var negated = map[string]string{"=": "<>", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "IN": "NOT IN"}

func worded(word string, s sense) string {
	if s == negative {
		return negated[word]
	}
	return word
}

// comparison is the SQL operator that orders a value and a literal. The argument
// of a rounded literal is a little less than the literal itself (see
// literal.after), so "less than" becomes "less than or equal to" it.
func comparison(o op, l literal, s sense) string {
	word := map[op]string{opLess: "<", opLessEq: "<=", opGreater: ">", opGreaterEq: ">="}[o]
	if l.after {
		word = map[op]string{opLess: "<=", opLessEq: "<=", opGreater: ">", opGreaterEq: ">"}[o]
	}
	return worded(word, s)
}

func (c compiler) contains(x operand, text string, s sense) piece {
	if text == "" {
		return x.exists(s)
	}
	found := " > 0"
	if s == negative {
		found = " = 0"
	}
	return x.when(c.d.position(x.expr)+found, []any{text}, s)
}

// startsWith compiles a prefix as a range, for which an index can be used.
func (c compiler) startsWith(x operand, prefix string, s sense) piece {
	if prefix == "" {
		return x.exists(s)
	}
	from := c.compare(x, worded(">=", s), prefix, s)
	end, bounded := afterPrefix(prefix)
	if !bounded {
		return from
	}
	to := c.compare(x, worded("<", s), end, s)
	return join([]piece{from, to}, and.in(s))
}

// afterPrefix returns the least string, ordered by code points, that is greater than
// all strings with the prefix. ok is false if there is none, because the prefix has
// no code point but the last one.
func afterPrefix(prefix string) (end string, ok bool) {
	head := strings.TrimRight(prefix, string(utf8.MaxRune))
	if head == "" {
		return "", false
	}
	last, size := utf8.DecodeLastRuneInString(head)
	last++
	if last == 0xD800 {
		last = 0xE000 // surrogates are no code points of a string
	}
	return head[:len(head)-size] + string(last), true
}

// in compiles equality with any of some values.
func (c compiler) in(n *cond, s sense) piece {
	var pieces []piece
	for _, group := range byType(n.literals) {
		pieces = append(pieces, c.oneOf(c.operand(n.target, group[0]), group, s))
	}
	if n.null {
		pieces = append(pieces, c.missing(n.target, s))
	}
	return join(pieces, or.in(s))
}

// byType groups literals by their type. Only a path without a declared type has more
// than one. It ignores literals that equal no value.
func byType(literals []literal) [][]literal {
	var groups [3][]literal
	for _, l := range literals {
		i := 0
		switch l.v.(type) {
		case int64, float64:
			i = 1
		case bool:
			i = 2
		}
		if !l.after {
			groups[i] = append(groups[i], l)
		}
	}
	var used [][]literal
	for _, g := range groups {
		if len(g) > 0 {
			used = append(used, g)
		}
	}
	return used
}

func (c compiler) oneOf(x operand, group []literal, s sense) piece {
	if len(group) == 1 {
		return c.compare(x, worded("=", s), group[0].v, s)
	}
	in := x.expr + " " + worded("IN", s) + " "
	if len(group) > manyValues {
		return x.when(in+c.d.list(x.sqlType), []any{jsonArray(group)}, s)
	}
	args := make([]any, len(group))
	for i, l := range group {
		args[i] = c.d.arg(x, l.v)
	}
	marks := strings.Repeat(", "+x.mark, len(group))[len(", "):]
	return x.when(in+"("+marks+")", args, s)
}

// missing compiles the test for null.
func (c compiler) missing(t target, s sense) piece {
	if !t.nested() {
		return operand{expr: quote(t.field.Column)}.exists(!s)
	}
	return piece{text: "(coalesce(" + c.d.jsonType(t) + ", 'null') " + worded("=", s) + " 'null')"}
}
