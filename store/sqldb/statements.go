package sqldb

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"
)

// maxStatements bounds the prepared statements that a writer keeps, and
// maxStatementBytes bounds their texts. Some texts contain a filter, so there is
// no end of different ones. When either bound is reached, all are closed.
const (
	maxStatements     = 200
	maxStatementBytes = 2 << 20
)

// statements is a [Session] that keeps the statements it has prepared, because
// the driver does not.
type statements struct {
	conn   *sqlx.Conn
	byText map[string]*sqlx.Stmt
	bytes  int // of the texts
}

// ExecContext runs a statement that answers no rows.
func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// GetContext reads one row.
func (s *statements) GetContext(ctx context.Context, dest any, query string, args ...any) error {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return err
	}
	return stmt.GetContext(ctx, dest, args...)
}

// SelectContext reads all rows.
func (s *statements) SelectContext(ctx context.Context, dest any, query string, args ...any) error {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return err
	}
	return stmt.SelectContext(ctx, dest, args...)
}

// QueryxContext returns the rows.
func (s *statements) QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error) {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryxContext(ctx, args...)
}

func (s *statements) get(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if stmt, ok := s.byText[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(s.byText) >= maxStatements || s.bytes+len(query) > maxStatementBytes {
		s.close()
	}
	if s.byText == nil {
		s.byText = make(map[string]*sqlx.Stmt)
	}
	s.byText[query] = stmt
	s.bytes += len(query)
	return stmt, nil
}

// close closes and forgets all statements. If that fails for one, it is closed
// with the connection.
func (s *statements) close() {
	for text, stmt := range s.byText {
		stmt.Close()
		delete(s.byText, text)
	}
	s.bytes = 0
}
