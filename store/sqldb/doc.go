// Package sqldb owns the connections to the database, SQLite or PostgreSQL, and
// knows no job. It owns:
//
//   - opening a database, and saying in a sentence why one cannot be opened;
//   - the pools of connections that read, one for each class of reads;
//   - the writer. On SQLite one goroutine runs all transactions and joins small
//     ones into one commit; it keeps prepared statements, and moves the
//     write-ahead log into the database. On PostgreSQL each transaction has a
//     connection of its own;
//   - the [Dialect]: every piece of SQL that differs between the databases;
//   - the classes of errors: whether a fault lies in the data of a statement,
//     may pass, or means a full disk.
//
// It leaves to store which tables there are, what is written to them, and what
// an error means for a job.
package sqldb
