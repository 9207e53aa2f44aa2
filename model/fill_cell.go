package model

// Raw stands in [Occasion.Row] for a value as JSON, such as [Field.CellJSON] returns.
type Raw string
