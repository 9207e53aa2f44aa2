package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jmoiron/sqlx"
)

// maxStatements bounds the prepared statements that a writer keeps. Statements
// of jobs carry their filter in their text, so their number has no end.
const maxStatements = 200

// A tx is one write transaction. Its helpers never begin or commit. It lives
// in the writer's goroutine and under the writer's own context: a caller that
// goes away cannot tear a commit that others share.
type tx struct {
	ctx     context.Context
	conn    *sqlx.Conn
	d       *dialect
	stmts   *statements
	now     int64 // microseconds, one reading for the whole transaction
	clock   func() int64
	touched []string
	rang    bool
}

// touch notes that the transaction changed a job that users may be watching.
func (t *tx) touch(jobID string) { t.touched = append(t.touched, jobID) }

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	stmt, err := t.stmts.get(t.ctx, t.conn, t.d.rebind(query))
	if err != nil {
		return 0, err
	}
	r, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// exec1 is exec for callers that do not ask how many rows changed.
func (t *tx) exec1(query string, args ...any) error {
	_, err := t.exec(query, args...)
	return err
}

// get reads one row into dest; ok is false when there is none.
func (t *tx) get(dest any, query string, args ...any) (ok bool, err error) {
	stmt, err := t.stmts.get(t.ctx, t.conn, t.d.rebind(query))
	if err != nil {
		return false, err
	}
	return one(stmt.GetContext(t.ctx, dest, args...))
}

// list reads all rows into the slice that dest points to.
func (t *tx) list(dest any, query string, args ...any) error {
	stmt, err := t.stmts.get(t.ctx, t.conn, t.d.rebind(query))
	if err != nil {
		return err
	}
	return stmt.SelectContext(t.ctx, dest, args...)
}

// row reads one row of several columns; ok is false when there is none.
func (t *tx) row(query string, args []any, dest ...any) (ok bool, err error) {
	stmt, err := t.stmts.get(t.ctx, t.conn, t.d.rebind(query))
	if err != nil {
		return false, err
	}
	return one(stmt.QueryRowContext(t.ctx, args...).Scan(dest...))
}

// attempt runs fn so that its error undoes only what fn did.
func (t *tx) attempt(fn func() error) error {
	if err := t.exec1(`SAVEPOINT attempt`); err != nil {
		return err
	}
	err := fn()
	if err != nil {
		if rollback := t.exec1(`ROLLBACK TO attempt`); rollback != nil {
			return errors.Join(err, rollback)
		}
	}
	return errors.Join(err, t.exec1(`RELEASE attempt`))
}

func one(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// statements keeps what a connection has prepared.
type statements struct {
	byText map[string]*sqlx.Stmt
}

func (s *statements) get(ctx context.Context, conn *sqlx.Conn, query string) (*sqlx.Stmt, error) {
	if stmt, ok := s.byText[query]; ok {
		return stmt, nil
	}
	stmt, err := conn.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(s.byText) >= maxStatements {
		s.close()
	}
	if s.byText == nil {
		s.byText = make(map[string]*sqlx.Stmt)
	}
	s.byText[query] = stmt
	return stmt, nil
}

// close forgets all statements. What it cannot close is closed with the
// connection.
func (s *statements) close() {
	for text, stmt := range s.byText {
		stmt.Close()
		delete(s.byText, text)
	}
}
