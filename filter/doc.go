// Package filter owns the filter language: JSON objects that select
// customers, as in Teamwork Desk's guide to filtering results, with a few
// operators more. Parsing, checking against a model, folding into the simplest
// form and compiling are four steps; only a checked [Filter] can become SQL, so
// an unchecked one cannot reach a database. What each step allocates grows with
// the length of the filter and no faster.
//
// Filters are two-valued: every condition is true or false for every record,
// also for one without a value, so "not" is exact and no SQL NULL escapes.
//
// It leaves running the SQL to the store, and knows models only by their
// fields.
package filter
