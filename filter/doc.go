// Package filter owns the filter language: JSON objects that select customers. It is
// that of Teamwork Desk's guide to filtering results with a few more operators. A
// filter is parsed, checked against a model, folded into its simplest form and
// compiled to SQL. Only a checked [Filter] has SQL, so an unchecked filter cannot
// reach a database. The memory of each step is linear in the length of the filter.
//
// Every condition is true or false for every record, also for one without a value.
// So "not" is exact, and no SQL expression of a filter is NULL.
//
// It leaves running the SQL to store. Of a model it uses only the fields.
package filter
