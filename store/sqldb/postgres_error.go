package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// PostgreSQL's SQLSTATEs that matter here, from
// https://www.postgresql.org/docs/current/errcodes-appendix.html. The first two
// characters are the class.
const (
	postgresDiskFull      = "53100"
	postgresSerialization = "40001"
	postgresDeadlock      = "40P01"
	postgresCancelled     = "57014" // by statement_timeout, or by an operator
	postgresUnique        = "23505"
	postgresStackDepth    = "54001"
	postgresTooComplex    = "54011"
	postgresTooManyArgs   = "54023"
	postgresNoMemory      = "53200"
	postgresInternal      = "XX000"
)

// postgresPasses lists the SQLSTATEs, by their first characters, of faults that
// may pass: of the connection, of the server's resources, of its operators and its
// disk; a lock or a statement that took too long; a session that was idle for too
// long; a server that is read-only, after a failover; a transaction that lost a
// race too often.
var postgresPasses = []string{"08", "53", "57", "58", "40", "55P03", "25P03", "25P04", "25006"}

// postgresRefusals gives a code to each SQLSTATE, by its first characters, with
// which the server refuses the values of a record: a constraint, a value out of
// the range of its type, a value beyond a limit of the server, such as a text that
// is too long for an index. The first that matches counts.
var postgresRefusals = []struct{ prefix, code string }{
	{postgresUnique, CodeUnique},
	{"23", CodeConstraint},
	{"22", CodeConstraint},
	{postgresStackDepth, CodeTooComplex},
	{postgresTooComplex, CodeTooComplex},
	{postgresTooManyArgs, CodeTooComplex},
	{"54", CodeTooLarge},
}

// classifyPostgres implements [Dialect.Classify].
func classifyPostgres(err error) error {
	var refused *pgconn.PgError
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err // the caller itself ended it
	case errors.As(err, &refused):
		switch {
		case refused.Code == postgresDiskFull:
			return fmt.Errorf("%w: %w", ErrStorageFull, err)
		case hasCode(refused, postgresPasses), endedSession(refused):
			return fmt.Errorf("%w: %w", ErrUnavailable, postgresOpening(err))
		}
		return err
	case cutOff(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, postgresOpening(err))
	}
	return err
}

func hasCode(err *pgconn.PgError, codes []string) bool {
	for _, c := range codes {
		if strings.HasPrefix(err.Code, c) {
			return true
		}
	}
	return false
}

// endedSession reports whether the server ended a session, or could not begin it, because
// of an error of its own. So it does at the start of a session where its disk is full.
func endedSession(err *pgconn.PgError) bool {
	return err.Code == postgresInternal && err.SeverityUnlocalized == "FATAL"
}

// cutOff reports whether there was no connection or it was lost. A transaction that
// lost it during COMMIT may or may not have been committed, as after a crash.
func cutOff(err error) bool {
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone)
}

// postgresLost reports whether a transaction lost a race and has to be run again.
func postgresLost(err error) bool {
	var refused *pgconn.PgError
	return errors.Is(err, ErrRaced) ||
		errors.As(err, &refused) && (refused.Code == postgresSerialization || refused.Code == postgresDeadlock)
}

// postgresTooSlow implements [Dialect.TooSlow].
func postgresTooSlow(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == postgresCancelled
}

// postgresFault implements [Dialect.Fault].
func postgresFault(err error) (DataFault, bool) {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return DataFault{}, false
	}
	switch {
	case refused.Code == postgresNoMemory:
		return DataFault{Code: CodeTooLarge, Memory: true}, true
	case refused.Code == postgresInternal && strings.Contains(refused.Routine, "lloc"):
		return DataFault{Code: CodeTooLarge}, true // one value of more than a gigabyte
	}
	for _, r := range postgresRefusals {
		if strings.HasPrefix(refused.Code, r.prefix) {
			return DataFault{Code: r.code, Column: postgresColumn(refused.Detail)}, true
		}
	}
	return DataFault{}, false
}

// postgresColumn reads the column from the detail of an error, which is "Key
// (workspace, f_domain)=(1, x) already exists." in the server's language. The name
// of the index cannot serve, because it may be truncated. For an index that ignores
// case, the column is written "lower(f_domain)".
func postgresColumn(detail string) string {
	_, rest, _ := strings.Cut(detail, "(")
	columns, _, found := strings.Cut(rest, ")=(")
	if !found {
		return ""
	}
	column := strings.TrimPrefix(columns[strings.LastIndex(columns, " ")+1:], "lower(")
	return strings.Trim(strings.TrimSuffix(column, ")"), `"`)
}
