package filter

// A dialect is what differs between the databases in a compiled filter.
type dialect interface {
	// part returns an expression for the value at a path of a JSON column. It
	// is NULL if the value has another type.
	part(target, sqlType) string
	// items returns a table of the items of the list in a column. Its name is
	// item; see target.item.
	items(target) string
	// instant returns an expression for the [instant.key] of a date-time at a
	// path. It is NULL if there is no date-time.
	instant(target) string
	// jsonType returns an expression for the name of the JSON type at a path:
	// "null" for null, NULL if there is no value.
	jsonType(target) string
	// position returns an expression for the index, from 1, of a placeholder's
	// text in the text of expr with A-Z in lower case. It is 0 if that does not
	// contain it.
	position(expr string) string
	// containsAny returns a condition that is true if the text of expr, with A-Z
	// in lower case, contains a string of a placeholder's JSON array. It is false
	// if not or if expr is NULL. The negative sense is its negation.
	containsAny(expr string, s sense) string
	// startsWithAny is containsAny for prefixes. The first placeholder has their
	// lengths in characters, the second the prefixes.
	startsWithAny(expr string, s sense) string
	// list returns a sub-select of the items of a placeholder's JSON array.
	list(sqlType) string
	// mark returns the placeholder for a value that a part is compared with.
	mark(sqlType) string
	// arg returns the argument for a value that an operand is compared with.
	arg(operand, any) any
}

func dialectOf(d Dialect) dialect {
	if d == PostgreSQL {
		return postgres{}
	}
	return sqlite{}
}
