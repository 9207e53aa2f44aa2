package model

// Raw stands in [Occasion.Row] for a value as JSON, such as [Field.CellJSON] returns.
type Raw string

// Columns lists, for each column of a computation of [Model.CheckFilling], the field
// whose cells it has. For a path that is one which only says how its cells are read.
func (c *Computation) Columns() []*Field {
	list := make([]*Field, len(c.targets))
	for i := range c.targets {
		t := &c.targets[i]
		if list[t.column] = t.field; t.path != nil {
			f := &Field{Name: t.name, Type: t.kind, Nullable: true}
			f.rule.leadTo(ShownPointer(t.pointer))
			list[t.column] = f
		}
	}
	return list
}
