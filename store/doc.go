// Package store owns all data: the tables of jobs, keys and records, the SQL that
// names them, and every transaction over them. What it has committed is true.
// Everything else, such as a task in Redis or a number in a worker's memory, is
// only a hint.
//
// A public method makes one promise, and keeps it in one transaction if it changes
// anything. Values are always bound. Identifiers come only from loaded models.
//
// Rows are locked in one order, so that two transactions never wait for each
// other: a job, its shards by their numbers, a shard's records by theirs, and last
// the job's wake-ups in the outbox. A chunk locks no job. A transaction that loses
// a race all the same is run again from the start, so whatever it does outside the
// database must be safe to repeat.
//
// It leaves connections, commits and the differences between the databases to
// store/sqldb, when work is done to worker, and what is shown to api.
// worker/DESIGN.md says how epochs, checkpoints and the outbox work together.
package store
