// Package worker carries jobs out, and finds those that nobody works on. It has
// three parts:
//
//   - The [Relay] reads wake-ups from the outbox in the database and queues them
//     in Redis as tasks. It is also the round-robin scheduler.
//   - The [Worker] takes tasks from Redis and works on the shard or the single
//     that each of them names.
//   - The sweep, a part of each worker process, finds work that has shown no
//     heartbeat for some seconds, and puts a new wake-up into the outbox.
//
// A task says only "look at job J, shard S, at epoch E". It may arrive twice,
// late or never, and nothing breaks, because the database alone says what is to
// be done. The worker keeps no progress of its own, so it may be killed at any
// time.
//
// The package owns the use of asynq; only cmd/bulkpatch knows asynq, too, to
// connect. For people, a [QueueReader] tells what Redis has of the queues. It leaves every write to the database, and
// every rule about what may be written, to the packages store and job.
// DESIGN.md beside this file explains the whole and has a glossary.
package worker
