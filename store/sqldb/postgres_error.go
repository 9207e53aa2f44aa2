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
// https://www.postgresql.org/docs/current/errcodes-appendix.html. Two letters
// or digits stand for a class.
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

// postgresPasses lists the faults that may pass: of the connection, of the
// server's resources, of its operators and its disk, a lock or a statement
// that took too long, a session that stood still, a server that only reads
// (after a failover), and transactions that lost a race again and again.
var postgresPasses = []string{"08", "53", "57", "58", "40", "55P03", "25P03", "25P04", "25006"}

// postgresRefusals lists the classes of what a record's values can be refused
// for, and the code of each: a constraint, a value out of a type's range, one
// beyond the program's limits, such as a text too long for an index.
var postgresRefusals = []struct{ prefix, code string }{
	{postgresUnique, CodeUnique},
	{"23", CodeConstraint},
	{"22", CodeConstraint},
	{postgresStackDepth, CodeTooComplex},
	{postgresTooComplex, CodeTooComplex},
	{postgresTooManyArgs, CodeTooComplex},
	{"54", CodeTooLarge},
}

func classifyPostgres(err error) error {
	var refused *pgconn.PgError
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err // the caller's own doing
	case errors.As(err, &refused):
		switch {
		case refused.Code == postgresDiskFull:
			return fmt.Errorf("%w: %w", ErrStorageFull, err)
		case hasCode(refused, postgresPasses):
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

// cutOff reports whether there was no connection, or none any more. A
// transaction that was cut off in its COMMIT may have been committed or not,
// as after a crash.
func cutOff(err error) bool {
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone)
}

// postgresLost reports whether a transaction lost a race and is to start
// again.
func postgresLost(err error) bool {
	var refused *pgconn.PgError
	return errors.Is(err, ErrRaced) ||
		errors.As(err, &refused) && (refused.Code == postgresSerialization || refused.Code == postgresDeadlock)
}

// postgresTooSlow reports whether a statement reached its time limit.
func postgresTooSlow(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == postgresCancelled
}

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

// postgresColumn reads the column from the detail, "Key (workspace,
// f_domain)=(1, x) already exists." in the server's language: the index's name
// may have been cut. Of an index on small letters it is "lower(f_domain)".
func postgresColumn(detail string) string {
	_, rest, _ := strings.Cut(detail, "(")
	columns, _, found := strings.Cut(rest, ")=(")
	if !found {
		return ""
	}
	column := strings.TrimPrefix(columns[strings.LastIndex(columns, " ")+1:], "lower(")
	return strings.Trim(strings.TrimSuffix(column, ")"), `"`)
}
