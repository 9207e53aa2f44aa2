// Package job owns what a job is: its states and the moves between them, its
// counts, its options, its retention, and the shapes in which the worker, the
// store and the API exchange jobs. It is rules and data only: it does no I/O and
// reads no clock.
//
// It leaves to store how a job is stored, to worker how it is carried out, and to
// api how it is shown.
//
// The words of the system, as its types and functions use them:
//
//   - A job changes records of one model in one workspace. A bulk job changes
//     those that a filter matches, a single one record; an undo restores what
//     another job changed, a retry repeats what another job could not do. The
//     other job is the parent job. The restore source of an undo, and of its
//     retries, is the job whose changes are taken back.
//   - The selection of a job is the set of records that its filter matches when it
//     is resolved. It is committed once and never changes afterwards.
//   - Each selected record gets one [Outcome]. Until then it is pending.
//   - A shard is a part of a job's selection. A chunk is the part of a shard that
//     is changed in one transaction. The checkpoint of a shard is how far its
//     chunks have come.
//   - A [WakeUp] asks a worker to look at a shard or a single. It waits in the
//     outbox, a table, until the relay has sent it to Redis.
//   - A [Lease] is a worker's right to work on a shard. The shard's epoch grows
//     with each new lease, so that a former holder can no longer commit.
//   - [Liveness] is how the sweep sees that a shard is being worked on: its
//     epoch and its heartbeat, a counter, change.
//   - To settle a job that is pausing or cancelling is to fence off its workers
//     and then write the state.
//   - A job expires at the end of its retention. A tombstone, with its state and
//     counts, is kept for a while longer; its other rows are purged.
package job
