// Package bench measures bulkpatch as its users meet it: the real binary, over
// HTTP, with the raw statement of the database in the same run as the
// yardstick. It holds benchmarks only; package customers beside it makes the
// records.
package bench
