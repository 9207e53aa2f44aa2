// Package chaos hurts a running bulkpatch and checks that it keeps its
// promises. It holds tests only: one seed is one run of real processes under a
// load, while they are killed, stopped and cut off from Redis, from the disk
// and from the database. Afterwards a checker reads the answers that were
// noted and the database, and judges them.
//
// There are three kinds of runs: SQLite with the embedded Redis and one
// process; SQLite with a Redis server and three; PostgreSQL and a Redis server
// with two apis and three workers, each with ways of its own to both servers,
// so that one of them can lose a server that the others have.
//
// Under the faults jobs are submitted, stopped, throttled, retried and undone,
// and other writers change the same records. Callers go to the limits of what
// they may ask for, and beyond: jobs write, merge and undo values of nearly a
// megabyte, some of which would become too large; jobs, lists, counts and
// previews have filters of a thousand conditions; requests that are beyond a
// limit must be refused. Keys are revoked while they import, export and follow
// a job of theirs: what was open must end, every process must refuse the key,
// the job goes on, and what the import had written counts. And in some seeds a
// few of the processes lack a model, whose jobs are the others' work.
//
// When all has ended, a large job runs once more with small ones beside it, and
// one more key is revoked. Judged are the first ten promises that the project
// makes to its users: nothing lost, nothing twice, counts that add up, a
// selection that stays, stops that hold, bad records that stop no others, undo
// that respects later edits, one job for one key, small jobs that are not held
// up, and memory that does not grow; and the limits of what is accepted.
//
// What is done, and when, follows from the seed; how the processes interleave
// does not, so a seed that failed may have to be replayed a few times:
//
//	go test ./chaos -v -run TestChaos -chaos.first=SEED -chaos.seeds=1 -chaos.kind=postgres
//
// The harness speaks plain HTTP and SQL of its own. It shares no code with the
// client, the worker or the store, so that a mistake in one of them cannot hide
// itself. It leaves what a single package promises to the tests of that
// package.
package chaos
