package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"
)

// A Session runs the statements of a transaction, on one connection.
type Session interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	GetContext(ctx context.Context, dest any, query string, args ...any) error
	SelectContext(ctx context.Context, dest any, query string, args ...any) error
	QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error)
}

// A Tx is a transaction that writes. The functions that take one neither begin
// nor commit it. It runs under a context of the writer: a caller that stops
// waiting cannot interrupt a commit.
type Tx struct {
	Ctx     context.Context
	Session Session
	Dialect *Dialect
	Now     int64        // microseconds; the same for the whole transaction
	Clock   func() int64 // reads the time anew

	Began time.Time
	Took  time.Duration // from Began until the commit was done
	limit time.Duration // of one statement, where the database ends slow ones
	// others answers OthersSince.
	others func(since Mark, own int64) (bool, error)
}

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	r, err := t.Session.ExecContext(t.Ctx, t.Dialect.Rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Run is Exec for callers that do not ask how many rows changed.
func (t *Tx) Run(query string, args ...any) error {
	_, err := t.Exec(query, args...)
	return err
}

// Get reads one row into dest; ok is false when there is none.
func (t *Tx) Get(dest any, query string, args ...any) (ok bool, err error) {
	return HasRow(t.Session.GetContext(t.Ctx, dest, t.Dialect.Rebind(query), args...))
}

// List reads all rows into the slice that dest points to.
func (t *Tx) List(dest any, query string, args ...any) error {
	return t.Session.SelectContext(t.Ctx, dest, t.Dialect.Rebind(query), args...)
}

// Row reads one row of several columns; ok is false when there is none.
func (t *Tx) Row(query string, args []any, dest ...any) (ok bool, err error) {
	rows, err := t.Session.QueryxContext(t.Ctx, t.Dialect.Rebind(query), args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, errors.Join(rows.Scan(dest...), rows.Close())
}

// Attempt runs fn under a savepoint: an error undoes only what fn did.
func (t *Tx) Attempt(fn func() error) error {
	if err := t.Run(`SAVEPOINT attempt`); err != nil {
		return err
	}
	err := fn()
	if err != nil {
		if rollback := t.Run(`ROLLBACK TO SAVEPOINT attempt`); rollback != nil {
			return errors.Join(err, rollback)
		}
	}
	return errors.Join(err, t.Run(`RELEASE SAVEPOINT attempt`))
}

// TookTooLong reports whether err says that a statement was ended because it
// reached its time limit. It is false for a statement that an operator ended
// sooner, and for a transaction that did not begin, which is nil.
func (t *Tx) TookTooLong(err error) bool {
	return t != nil && t.Dialect.TooSlow(err) && time.Since(t.Began) >= t.limit
}

// OthersSince reports whether anybody else has committed since a mark of the
// writer. own is how many transactions the caller itself has committed since
// then. It is for SQLite, whose writer runs one transaction at a time.
func (t *Tx) OthersSince(since Mark, own int64) (bool, error) { return t.others(since, own) }

// HasRow takes the error of a query for one row. It reports whether there was a
// row, and returns the error unless it only says that there was none.
func HasRow(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
