package filter

// mostSought is how many values a field may be compared with to be looked up.
const mostSought = 100

// Sought returns a condition that every record has to meet which the filter selects,
// and that the index of a field finds: the field has one of a few values. ok is false
// if the filter has none.
func (f Filter) Sought(d Dialect) (text string, args []any, ok bool) {
	all, isAll := f.folded.(allOf)
	if !isAll {
		all = allOf{f.folded}
	}
	for _, n := range all {
		if c, is := n.(*cond); is && c.sought() {
			text, args = compiler{dialectOf(d)}.compile(c).sql()
			return text, args, true
		}
	}
	return "", nil, false
}

// sought reports whether an index finds what meets the condition.
func (c *cond) sought() bool {
	return c.op == opIn && !c.null && !c.nested() && !c.items && !c.item && (c.field.Indexed || c.field.Unique) && len(c.literals) <= mostSought
}
