package model

import (
	"fmt"
	"strings"
)

// A Fault is one thing wrong with an input.
type Fault struct {
	Pointer string `json:"pointer"` // RFC 6901 into the input, "" for the whole; see [Place.Pointer]
	Code    string `json:"code"`    // stable, snake_case
	Detail  string `json:"detail"`  // a sentence for the user, without the value itself

	// Further is set in the last fault that a [Collector] has kept. It is how
	// many more were found.
	Further int `json:"-"`
}

// Faults are the things wrong with one input: at most [MaxFaults] of them, and in
// the last one how many more there are. It is an error whose text names the
// first few.
type Faults []Fault

// The codes of faults that this package finds.
const (
	CodeUnknownField = "unknown_field"
	CodeReadOnly     = "read_only"
	CodeType         = "type"
	CodeRequired     = "required"
	CodeNotNull      = "not_null"
	CodeTooLong      = "too_long"
	CodeTooShort     = "too_short"
	CodeOutOfRange   = "out_of_range"
	CodeTooPrecise   = "too_precise" // a number that would be stored as another one
	CodeEnum         = "enum"
	CodeFormat       = "format"
	CodePattern      = "pattern"
	CodeSchema       = "schema" // a rule of the schema that has no code of its own
	CodeDuplicateKey = "duplicate_key"
	CodeInvalidJSON  = "invalid_json"
	CodeInvalidUTF8  = "invalid_utf8"
	CodeNUL          = "nul_character"
	CodeTooDeep      = "too_deep"
	CodeEmptyPatch   = "empty_patch"
	CodeTooManyNames = "too_many_names"

	CodeTooManyChoices = "too_many_options"

	CodeDuplicateField     = "duplicate_field"  // it is set in two ways
	CodeUnknownOperator    = "unknown_operator" // of a computed value, as all below
	CodeOperatorNotAllowed = "operator_not_allowed"
	CodeTooManyValues      = "too_many_values"
	CodeTooComplex         = "too_complex" // a regular expression, or it and a text
	CodeTooLarge           = "too_large"   // a result of more than MaxValue
	CodeTooManyOperators   = "too_many_operators"
	CodeSecretField        = "secret_field" // a secret or write-only field is computed or read
)

// More returns how many faults were found beyond those listed.
func (fs Faults) More() int {
	n := 0
	for _, f := range fs {
		n += f.Further
	}
	return n
}

// maxFaultsInText bounds the faults that the text of [Faults] names.
const maxFaultsInText = 3

// Error names the first few faults with their pointers.
func (fs Faults) Error() string {
	var b strings.Builder
	for i, f := range fs {
		if i == maxFaultsInText {
			fmt.Fprintf(&b, " (and %d more)", len(fs)-i+fs.More())
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		if f.Pointer != "" {
			b.WriteString(f.Pointer + ": ")
		}
		b.WriteString(f.Detail)
	}
	return b.String()
}
