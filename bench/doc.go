// Package bench measures bulkpatch as its users meet it: the real binary, over
// HTTP, with the raw statement of the database in the same run as the
// yardstick where there is one. It holds benchmarks only; package model/sample
// makes the records.
//
// Some measure what one caller can cost the others: BenchmarkSingleBesideAJob,
// BenchmarkExpensiveNeighbours, BenchmarkExpensiveFilter, BenchmarkFollowers
// and BenchmarkHostile. BenchmarkJobLists and BenchmarkPages have a database with many
// jobs, and BenchmarkOpenTabs has many open pages. All are small unless flags say
// otherwise: -costly, -followers and -measured for the three in the middle, -jobs for
// those of jobs, -records for the rest.
package bench
