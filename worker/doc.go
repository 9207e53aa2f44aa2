// Package worker drives jobs: it tells Redis of work that the store has in
// its outbox (relay), takes tasks from Redis and works on what they name
// (worker), and looks for work that nobody has shown a sign of life for
// (sweep). Beside it only cmd/bulkpatch knows asynq, to connect and to show the
// queues.
//
// A task says no more than "look at job J, shard S, which you will find at
// epoch E". It may arrive twice, late or never, and nothing breaks: what is
// true is what store has committed. The worker keeps no progress of its own,
// so it may be killed at any time.
//
// It leaves every write, and every rule about what may be written, to store
// and job. DESIGN.md beside this file tells the whole.
package worker
