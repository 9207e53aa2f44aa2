package chaos

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// lockEnv is an environment variable. With it this test binary only locks the database
// file that the variable names.
const lockEnv = "CHAOS_LOCK"

// holdLock takes the write lock, prints "locked", and releases the lock when its standard
// input ends.
func holdLock(path string) error {
	db, err := sql.Open("sqlite3", dataSource(path)+"?_busy_timeout=60000")
	if err != nil {
		return err
	}
	defer db.Close()
	ctx := context.Background()
	conn, err := takeLock(ctx, db)
	for hasCode(err, sqlite3.ErrProtocol) {
		// A process was stopped at a moment at which it keeps all others from
		// reading. SQLite gives up after ten seconds.
		conn, err = takeLock(ctx, db)
	}
	if err != nil {
		return err
	}
	fmt.Println("locked")
	io.Copy(io.Discard, os.Stdin)
	_, err = conn.ExecContext(ctx, `ROLLBACK`)
	return err
}

// takeLock takes the write lock.
func takeLock(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// hasCode reports whether an error of SQLite has a code.
func hasCode(err error, code sqlite3.ErrNo) bool {
	var refused sqlite3.Error
	return errors.As(err, &refused) && refused.Code == code
}

// A way says how a process or session that holds locks releases them.
type way int

const (
	inOrder way = iota
	byForce     // the process is killed, or the session is ended by the server
)

// wayOf is the way that a fault chooses.
func wayOf(choice int) way {
	if choice%2 == 0 {
		return byForce
	}
	return inOrder
}

// A locker is a process that holds the database's write lock.
type locker struct {
	cmd   *exec.Cmd
	stdin io.Closer
	said  chan error // receives nil when the process has the lock
	held  bool
}

// newLocker starts a process that waits for the lock.
func newLocker(path string) (*locker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), lockEnv+"="+path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	l := &locker{cmd: cmd, stdin: stdin, said: make(chan error, 1)}
	go func() {
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			l.said <- fmt.Errorf("the lock was not taken: %q, %w", line, err)
			return
		}
		l.said <- nil
	}()
	return l, nil
}

// holds reports whether the process has the lock.
func (l *locker) holds() bool {
	select {
	case err := <-l.said:
		l.held = err == nil
	default:
	}
	return l.held
}

var errNoLock = errors.New("the lock was never taken")

// release ends the process in the given way. It returns an error if the process
// did not hold the lock, or did not give it back.
func (l *locker) release(by way) error {
	if by == byForce {
		_ = l.cmd.Process.Kill() // it may have ended by itself
	}
	l.stdin.Close()
	err := l.cmd.Wait()
	if !l.held {
		return errors.Join(errNoLock, err)
	}
	if by == byForce {
		return nil // the error only says that it was killed
	}
	return err
}

// dataSource returns the data source name of a SQLite file.
func dataSource(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }
