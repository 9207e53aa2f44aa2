// Package job owns what a job is: its states and the moves between them,
// its counts and their invariant, its options, and the shapes in which the
// worker and the store speak of one. It is rules and data only: no I/O, no
// clock of its own.
//
// It leaves to store how a job is kept, to worker how it is driven, and to
// api how it is shown.
package job
