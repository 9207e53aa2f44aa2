package filter

// A dialect is what differs between the databases in a compiled filter.
type dialect interface {
	// part is the value at a path of a JSON column if it is of the given
	// type, else NULL.
	part(target, sqlType) string
	// items is a table of the items of the list in a column, under the name
	// item; see target.item.
	items(target) string
	// instant is the [instant.key] of a date-time at a path, or NULL if there
	// is none.
	instant(target) string
	// jsonType is the name of the JSON type of the value at a path: "null"
	// for null, NULL where nothing is.
	jsonType(target) string
	// position is the place of a placeholder's text in that of an expression,
	// or 0, when A-Z in the latter are taken as small letters.
	position(expr string) string
	// containsAny is true if the text of an expression, with A-Z as small
	// letters, has one of a placeholder's JSON array in it, and false if not
	// or if it is NULL; the other way around in the negative sense.
	containsAny(expr string, s sense) string
	// startsWithAny is containsAny for prefixes. The first placeholder is for
	// their lengths in characters, the second for the prefixes.
	startsWithAny(expr string, s sense) string
	// list is a sub-select of the elements of a placeholder's JSON array.
	list(sqlType) string
	// mark is the placeholder for a value to compare a part with.
	mark(sqlType) string
	// arg is the argument for a value to compare an operand with.
	arg(operand, any) any
}

func dialectOf(d Dialect) dialect {
	if d == PostgreSQL {
		return postgres{}
	}
	return sqlite{}
}
