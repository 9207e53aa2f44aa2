// Package pgtest starts real PostgreSQL servers for tests. Each has its own data
// folder and its own port on the loopback interface, which it keeps when a test
// stops it and starts it again.
//
// It owns the processes and their files. What is stored in them is up to the
// tests.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that Database uses
)

// A Server is one PostgreSQL server.
type Server struct {
	port      string
	bin       string
	data      string // the folder of the data
	log       string // the file of the server's log
	options   string
	databases atomic.Int64
}

// Start starts a server and stops it when the test ends. To be fast, the server
// does not wait for the disk; settings such as "fsync=on" change that. Where
// PostgreSQL is not installed, the test fails and says how to install it.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return StartIn(tb, dir, settings...)
}

// StartIn is [Start] with the data in an existing folder, which is not removed,
// such as one on a small disk that a test fills. The server's user must have
// access to it.
func StartIn(tb testing.TB, dir string, settings ...string) *Server {
	tb.Helper()
	if os.Getuid() == 0 {
		run(tb, "chown", "postgres", dir)
	}
	s := &Server{port: freePort(tb), bin: programs(tb), data: filepath.Join(dir, "data"), log: filepath.Join(dir, "log")}
	all := append([]string{"listen_addresses=127.0.0.1", "port=" + s.port, "unix_socket_directories=''",
		"max_connections=300", "fsync=off", "full_page_writes=off", "synchronous_commit=off"}, settings...)
	s.options = "-c " + strings.Join(all, " -c ")
	s.makeData(tb)
	tb.Cleanup(func() { exec.Command(s.stop()[0], s.stop()[1:]...).Run() }) // it may have been killed
	s.Restart(tb)
	return s
}

// Restart starts a server that was killed or stopped. It has everything that it
// had committed.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	run(tb, s.program("pg_ctl", "-l", s.log, "-o", s.options, "-w", "start")...)
}

// Kill stops the server at once, as a crash would.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	run(tb, s.stop()...)
}

// Stop shuts the server down in order. It ends the sessions.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	run(tb, s.program("pg_ctl", "-m", "fast", "-w", "stop")...)
}

// Pid returns the id of the server's first process, the parent of all others, or
// 0 if it has ended.
func (s *Server) Pid() int {
	text, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || syscall.Kill(pid, 0) != nil {
		return 0 // it was killed, so it did not remove the file
	}
	return pid
}

// Processes lists the ids of the server's processes, the first one before the
// others. It is empty if the server has ended.
func (s *Server) Processes() []int {
	first := s.Pid()
	if first == 0 {
		return nil
	}
	return append([]int{first}, children(first)...)
}

// children lists the processes that another one has started.
func children(parent int) []int {
	var list []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // fails for a bad pattern only
	for _, path := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if _, of := stat(pid); of == parent {
			list = append(list, pid)
		}
	}
	return list
}

// stat returns the state of a process, "T" for a stopped one, and its parent. It
// returns "" and 0 for a process that has ended.
func stat(pid int) (state string, parent int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0
	}
	// The program's name comes first, in parentheses, and may contain anything.
	_, rest, _ := strings.Cut(string(text), ") ")
	_, _ = fmt.Sscan(rest, &state, &parent)
	return state, parent
}

// ErrEnded means that the server has no process to send a signal to.
var ErrEnded = errors.New("the server has ended")

// Stall stops all processes of the server (SIGSTOP) until [Server.Resume]. Its
// connections stay open, but get no answer.
func (s *Server) Stall() error {
	first := s.Pid()
	if first == 0 {
		return ErrEnded
	}
	// The parent first: it could start another child after the list was read.
	if err := stall(first); err != nil {
		return err
	}
	var err error
	for _, pid := range children(first) {
		err = errors.Join(err, stall(pid))
	}
	return err
}

// stall stops a process. It returns when the process is stopped or has ended.
func stall(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return unlessEnded(err)
	}
	// Only its parent is notified that a process has stopped, so this polls.
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if state, _ := stat(pid); state == "T" || state == "Z" || state == "" {
			return nil
		}
		runtime.Gosched()
	}
	return fmt.Errorf("process %d does not stop", pid)
}

// Resume continues a server after [Server.Stall].
func (s *Server) Resume() error {
	list := s.Processes()
	if len(list) == 0 {
		return ErrEnded
	}
	var err error
	for _, pid := range list {
		err = errors.Join(err, unlessEnded(syscall.Kill(pid, syscall.SIGCONT)))
	}
	return err
}

// unlessEnded ignores the error of a signal to a process that has ended.
func unlessEnded(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// Log returns the path of the server's log.
func (s *Server) Log() string { return s.log }

func (s *Server) stop() []string { return s.program("pg_ctl", "-m", "immediate", "-w", "stop") }

// URL returns the address of one of the server's databases as a value of the
// --db flag.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://test@127.0.0.1:%s/%s?sslmode=disable", s.port, database)
}

// Database creates an empty database and returns its address.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	return s.create(tb, "template1")
}

// Copy creates a copy of one of the server's databases, which must not be open,
// and returns its address. That is much faster than to create many tables again.
func (s *Server) Copy(tb testing.TB, address string) string {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	return s.create(tb, strings.TrimPrefix(u.Path, "/"))
}

func (s *Server) create(tb testing.TB, template string) string {
	tb.Helper()
	name := fmt.Sprint("test", s.databases.Add(1))
	s.Do(tb, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+template)
	return s.URL(name)
}

// Do runs a statement on one of the server's databases. It returns the first
// column of the first row, "" for no row.
func (s *Server) Do(tb testing.TB, database, statement string) string {
	tb.Helper()
	db, err := sql.Open("pgx", s.URL(database))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	var value sql.NullString
	err = db.QueryRowContext(context.Background(), statement).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		tb.Fatalf("%s: %v", statement, err)
	}
	return value.String
}

// Program returns the path of a program of the server's version, such as pg_dump.
func (s *Server) Program(name string) string { return filepath.Join(s.bin, name) }

// program returns the command line of a program that works on the server's data.
// For root it switches to another user, because the server does not run as root.
func (s *Server) program(name string, args ...string) []string {
	command := append([]string{s.Program(name), "-D", s.data}, args...)
	if os.Getuid() == 0 {
		return append([]string{"runuser", "-u", "postgres", "--"}, command...)
	}
	return command
}

// programs returns the folder with the programs of the newest server version.
func programs(tb testing.TB) string {
	tb.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real // the other programs are in the same folder
		}
		return filepath.Dir(path)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		tb.Fatal("no PostgreSQL server to test with: initdb is neither on the PATH nor where Debian puts it (apt-get install postgresql, or run the tests by `.ci/test`, which does it where it may)")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1])
}

// run runs a command. The test fails if the command does.
func run(tb testing.TB, command ...string) {
	tb.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = "/"
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out.String())
	}
}

// freePort returns a port of the loopback interface that no process listens on.
// It is below the range from which the system picks ports by itself, so that no
// other process gets it before the server listens, or while it is down.
func freePort(tb testing.TB) string {
	tb.Helper()
	var err error
	for range 100 {
		port := strconv.Itoa(15_000 + rand.IntN(17_000))
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	tb.Fatal(err)
	return ""
}
