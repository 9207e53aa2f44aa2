package filter

import "bulkpatch/model"

// The codes of a filter's faults. A code that [model] has, too, means the same there.
const (
	CodeInvalidJSON        = model.CodeInvalidJSON
	CodeInvalidUTF8        = model.CodeInvalidUTF8
	CodeNUL                = model.CodeNUL
	CodeDuplicateKey       = model.CodeDuplicateKey
	CodeUnknownField       = model.CodeUnknownField
	CodeType               = model.CodeType
	CodeOutOfRange         = model.CodeOutOfRange
	CodeTooPrecise         = model.CodeTooPrecise
	CodeTooDeep            = model.CodeTooDeep
	CodeTooLong            = model.CodeTooLong
	CodeTooShort           = model.CodeTooShort
	CodeTooManyValues      = "too_many_values"
	CodeTooManyConditions  = "too_many_conditions"
	CodeUnknownOperator    = "unknown_operator"
	CodeOperatorNotAllowed = "operator_not_allowed" // the operator does not suit the field's type
	CodeNotFilterable      = "not_filterable"
	CodeNullComparison     = "null_comparison"
	CodeNotSortable        = "not_sortable"
	CodeDuplicateField     = "duplicate_field" // in a sort
)
