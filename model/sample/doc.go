// Package sample makes customers that never lived, for the demo, the tests
// and the benchmarks. The same seed makes the same customers, with names in
// the scripts that real customer lists contain.
//
// It knows the field names of the shipped model desk and nothing else of
// bulkpatch. It writes what an import reads: NDJSON, one customer a line.
package sample
