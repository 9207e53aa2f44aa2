package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs with which a server refuses a connection.
const (
	postgresWrongPassword = "28P01"
	postgresNoAccess      = "28000" // pg_hba.conf has no line that lets the user in
	postgresNoDatabase    = "3D000"
	postgresTooMany       = "53300"
)

// An unreachable is the error of a database that cannot be connected to now.
type unreachable struct {
	reason string // a sentence without a password
	err    error
}

func (e *unreachable) Error() string   { return e.reason }
func (e *unreachable) Unwrap() []error { return []error{ErrUnavailable, e.err} }

// postgresOpening says in one sentence why a server cannot be connected to.
// The driver tries each host with TLS and without, and its error lists every
// attempt. Other errors are returned as they are.
func postgresOpening(err error) error {
	var connecting *pgconn.ConnectError
	if !errors.As(err, &connecting) {
		return err
	}
	config := connecting.Config
	var reasons []string
	for _, attempt := range attempts(connecting.Unwrap()) {
		if reason := postgresReason(config, attempt); !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	// If another attempt got an answer, that it takes no TLS explains nothing.
	if spoken := slices.DeleteFunc(slices.Clone(reasons), func(r string) bool { return r == noTLS }); len(spoken) > 0 {
		reasons = spoken
	}
	return &unreachable{fmt.Sprintf("%s cannot be reached: %s", postgresPlace(config), strings.Join(reasons, "; ")), err}
}

// attempts splits the error of a connection into those of its attempts.
func attempts(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// postgresPlace names a database without its password.
func postgresPlace(config *pgconn.Config) string {
	return fmt.Sprintf("the PostgreSQL database %s at %s", config.Database, postgresHosts(config))
}

func postgresHosts(config *pgconn.Config) string {
	hosts := []string{net.JoinHostPort(config.Host, fmt.Sprint(config.Port))}
	for _, f := range config.Fallbacks {
		if host := net.JoinHostPort(f.Host, fmt.Sprint(f.Port)); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return strings.Join(hosts, ", ")
}

const noTLS = "it does not take TLS, which sslmode asks for"

// postgresReason says why one attempt failed.
func postgresReason(config *pgconn.Config, err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code {
		case postgresWrongPassword:
			return fmt.Sprintf("the password of user %s is wrong", config.User)
		case postgresNoDatabase:
			return "there is no such database; createdb makes one"
		case postgresNoAccess:
			return fmt.Sprintf("it lets user %s in neither from here nor in this way: %s", config.User, refused.Message)
		case postgresTooMany:
			return "it has no connection left: " + refused.Message
		}
		return refused.Message
	}
	if strings.Contains(err.Error(), "server refused TLS connection") {
		return noTLS
	}
	return networkReason(err)
}

// networkReason says why there was no connection to the server.
func networkReason(err error) string {
	var name *net.DNSError
	var timeout interface{ Timeout() bool }
	var number syscall.Errno
	switch {
	case errors.As(err, &name):
		return "the name " + name.Name + " is not known"
	case errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded):
		return "it does not answer in time"
	case errors.As(err, &number):
		return number.Error()
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}
