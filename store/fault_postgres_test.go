package store_test

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5/stdlib"
)

// A faultyPostgres passes every call on to PostgreSQL, until a test makes one
// fail.
type faultyPostgres struct{ *faults }

// Open connects.
func (d faultyPostgres) Open(name string) (driver.Conn, error) {
	c, err := stdlib.GetDefaultDriver().Open(name)
	if err != nil {
		return nil, err
	}
	return &faultySession{c.(*stdlib.Conn), d.faults}, nil
}

type faultySession struct {
	*stdlib.Conn
	faults *faults
}

// ExecContext runs a statement, or fails.
func (c *faultySession) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.faults.hit(); err != nil {
		return nil, err
	}
	return c.Conn.ExecContext(ctx, query, args)
}

// QueryContext runs a query, or fails.
func (c *faultySession) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.faults.hit(); err != nil {
		return nil, err
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// BeginTx begins a transaction, or fails.
func (c *faultySession) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.faults.hit(); err != nil {
		return nil, err
	}
	tx, err := c.Conn.BeginTx(ctx, o)
	return &faultyTx{tx, c.faults}, err
}

type faultyTx struct {
	driver.Tx
	faults *faults
}

// Commit can fail in two ways: before anything is committed, and afterwards, when
// the answer is lost. The program cannot tell which.
func (t *faultyTx) Commit() error {
	if err := t.faults.hit(); err != nil {
		t.Tx.Rollback()
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.faults.hit()
}
