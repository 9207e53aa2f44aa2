package store

import (
	"strings"

	"bulkpatch/model"
)

// An assignment is a list of new values as SQL.
type assignment struct {
	set         string // "a" = ?, "b" = json_patch("b", ?)
	setArgs     []any
	differs     string // true for a record that has another value in any of them
	differsArgs []any
	kept        []*model.Field // those whose former values are kept: not of hashed ones
}

// assign compiles the sets of a patch. Without any, nothing differs.
func (d *dialect) assign(sets []model.Set) assignment {
	var a assignment
	var set, differs []string
	for _, s := range sets {
		column := quoted(s.Field)
		expr, arg := "?", s.Value
		if s.Merge != nil {
			expr, arg = d.merge(column), string(s.Merge)
		}
		set = append(set, column+" = "+expr)
		differs = append(differs, column+" "+d.differs+" "+expr)
		a.setArgs = append(a.setArgs, arg)
		a.differsArgs = append(a.differsArgs, arg)
		if s.Field.Secret != model.Hashed {
			a.kept = append(a.kept, s.Field)
		}
	}
	a.set = strings.Join(set, ", ")
	a.differs = "(" + strings.Join(differs, " OR ") + ")"
	if len(sets) == 0 {
		a.differs = "(1 = 0)"
	}
	return a
}
