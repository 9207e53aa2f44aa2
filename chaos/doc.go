// Package chaos injects faults into a running bulkpatch and checks that it keeps
// its promises. It holds only tests. One seed is one run: real processes under
// load are killed, stopped, and cut off from Redis, the disk and the database.
// Afterwards a checker reads the recorded answers and the database, and reports
// what is wrong with them.
//
// There are five variants of runs:
//
//   - sqlite-embedded: SQLite, the embedded Redis, and one process;
//   - sqlite-real: SQLite, a Redis server, one API process and two workers;
//   - postgres: PostgreSQL, a Redis server, two API processes and three workers.
//     Each process has its own connections to both servers, through proxies, so
//     that one process can lose a server that the others still reach;
//   - webhook: one of these sets of processes, by turns. Most jobs call a webhook when
//     they end;
//   - compute: also one of these, by turns. All jobs compute a value, in one table of
//     100,000 records. It is not among all variants, because its seeds take minutes.
//
// During the faults, jobs are submitted, paused, cancelled, throttled, retried and
// undone, while other writers change the same records. Besides, in the first three
// variants:
//
//   - Jobs write, merge and undo values of almost a megabyte, some of which would
//     become too large.
//   - Jobs, lists, counts and previews have filters with a thousand conditions.
//   - Requests exceed a limit, and must be refused.
//   - Keys are revoked while they import, export and follow a job. Their open calls
//     must end, every API process must refuse the key, the job must go on, and the
//     lines that the import had written must stay.
//   - The brake is switched on and off, for one workspace and for all. A job that
//     shows it must write nothing until it is off, and singles must go on.
//   - In some seeds a few processes do not have one of the models. The others must
//     do its jobs.
//   - Bulk updates and singles increment an integer of a table, which nothing else
//     writes. Some filters read it. Some of the bulk jobs change the same records at
//     the same time, others are cancelled midway and retried.
//   - Files are uploaded, some of which break off, and jobs take the values of their rows.
//     Rows have keys that are empty, doubled, of no record or of several, invalid values,
//     and versions. Other writers change the same records, and one of the keys.
//
// After the faults a large job runs with small jobs beside it, and one more key is
// revoked. The checker checks the first ten promises to the users: no job is lost,
// no record is updated twice, the counts add up, a selection does not change, a
// pause or cancel holds, bad records do not stop the others, an undo respects later
// edits, one idempotency key makes one job, small jobs are not held up, and memory
// does not grow. It also checks the limits.
//
// Each integer must be the one at the start and one more for each job that counts its record
// as updated. Then all of these jobs, retries included, are undone, the newest first. Each
// undo must restore exactly the records that hold what its job wrote. Jobs that ran side
// by side may have changed two records in different orders, so that it takes a few rounds.
// In the end each record must be as at the start.
//
// Each row of a file must have one outcome, in the results and in the rows that the job
// gives back. The checker knows which records had the key of the row while the job found
// them, so it knows which outcomes were possible. An updated record must show the values
// of its row and nothing else. A retry must take exactly the rows that have a record and
// are left. An upload that broke off must leave no file.
//
// In the variant webhook the receiver is a part of the test. It refuses calls, breaks
// them off, leaves them without an answer, and kills the process that calls before or
// after it has answered. The checker has a Standard Webhooks signature of its own. It
// checks that each end of a job with the option arrives, never before the end is
// committed, the same at each attempt, and that the attempts that are listed are the
// calls that came. A job without the option calls nobody. In every fifth seed there are
// no faults, and each end must arrive exactly once; in the others it may come again only
// if a fault may have kept its sender from recording the answer. The clock is not stepped:
// on SQLite the next attempt is due by it.
//
// The seed decides what is done and when. It does not decide how the processes
// interleave, so a seed that failed may have to be replayed a few times:
//
//	go test ./chaos -v -run TestChaos -chaos.first=SEED -chaos.seeds=1 -chaos.kind=postgres
//
// The package has its own HTTP calls and SQL. It shares no code with the client,
// the worker or the store, so that a mistake in one of them cannot hide itself. It
// leaves the promises of a single package to the tests of that package.
package chaos
