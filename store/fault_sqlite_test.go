package store_test

import (
	"context"
	"database/sql/driver"

	"github.com/mattn/go-sqlite3"
)

// A faultySQLite passes every call on to SQLite, unless a test makes it fail.
type faultySQLite struct{ *faults }

func (d faultySQLite) Open(name string) (driver.Conn, error) {
	c, err := (&sqlite3.SQLiteDriver{}).Open(name)
	if err != nil {
		return nil, err
	}
	return &faultyFile{c.(*sqlite3.SQLiteConn), d.faults}, nil
}

type faultyFile struct {
	*sqlite3.SQLiteConn
	faults *faults
}

// ExecContext fails a COMMIT by rolling back, as SQLite does when the sync of
// a commit fails.
func (c *faultyFile) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if query != "ROLLBACK" {
		if err := c.faults.hit(); err != nil {
			return nil, err
		}
	}
	return c.SQLiteConn.ExecContext(ctx, query, args)
}

func (c *faultyFile) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.SQLiteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &faultyStmt{s.(*sqlite3.SQLiteStmt), c.faults}, nil
}

type faultyStmt struct {
	*sqlite3.SQLiteStmt
	faults *faults
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.faults.hit(); err != nil {
		return nil, err
	}
	return s.SQLiteStmt.ExecContext(ctx, args)
}

func (s *faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.faults.hit(); err != nil {
		return nil, err
	}
	return s.SQLiteStmt.QueryContext(ctx, args)
}
