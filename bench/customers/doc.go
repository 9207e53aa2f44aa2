// Package customers makes customers that never lived, for the demo, the tests
// and the benchmarks: the same ones for the same seed, in the scripts that
// real customer lists hold.
//
// It knows the field names of the shipped models and nothing else of
// bulkpatch; what it writes is what an import reads.
package customers
