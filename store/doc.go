// Package store owns all SQL: the tables of jobs, keys and customers, and
// every transaction over them. It is the ledger of bulkpatch: what it has
// committed is true, and everything else (a task in Redis, a number in a
// worker's memory) is a hint.
//
// A public method is one promise, kept in one transaction where it changes
// anything. Values are always bound; identifiers come only from loaded
// models. What differs between databases sits in one [dialect] value.
//
// It leaves deciding when work is done to worker, and what is shown to api.
// worker/DESIGN.md tells how epochs, checkpoints and the outbox fit together.
package store
