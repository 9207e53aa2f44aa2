// Package store owns all SQL: the tables of jobs, keys and customers, and
// every transaction over them. It is the ledger of bulkpatch: what it has
// committed is true, and everything else (a task in Redis, a number in a
// worker's memory) is a hint.
//
// A public method is one promise, kept in one transaction where it changes
// anything. Values are always bound; identifiers come only from loaded
// models. What differs between databases sits in one [dialect] value, and in
// the [writer] that it comes with: SQLite has one transaction at a time, in
// which many small ones join; on PostgreSQL each has a connection of its own.
//
// Where many write at a time, rows are locked in one order, so that nobody
// waits for whoever waits for them: a job, its shards by their numbers, a
// shard's records by theirs, and last its rings in the outbox. A chunk locks no
// job. A transaction that loses a race all the same starts again, so what it
// does outside the database must bear repeating.
//
// It leaves deciding when work is done to worker, and what is shown to api.
// worker/DESIGN.md tells how epochs, checkpoints and the outbox fit together.
package store
