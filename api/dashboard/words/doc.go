// Package words says in plain English what jobs do, what became of their records, and
// what to do about a fault; it writes the calls that make a job like another one as
// commands and programs; and it writes numbers, sizes and times as pages show them.
//
// A text of a caller may be in any script and of any length. So what is said of it is
// bounded, a [Sentence] tells its own words from values, and whatever cannot be seen or
// would rearrange other text is written as JSON escapes it.
//
// It leaves to dashboard how all that looks on a page, and to the command line how it
// looks on a terminal.
package words
