// Package pgtest runs real PostgreSQL servers for tests: each listens on a
// port of the loopback interface that stays its own, keeps its data in a
// folder of its own, and can be ended and started again in the midst of a
// test.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
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

// A Server is one throw-away server.
type Server struct {
	port      string
	bin       string
	data      string // the folder of the data
	log       string // the file that the server writes to
	options   string
	databases atomic.Int64
}

// Start makes a server and stops it when the test ends. It keeps no promise
// about its disk, so that it is quick, unless the settings, such as
// "fsync=on", say otherwise. Without the server's programs the test fails,
// and says how to get them.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return StartIn(tb, dir, settings...)
}

// StartIn is [Start] with the data in a folder that is there already and
// stays, such as one on a disk that is to become full. The server's user must
// be able to reach it.
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

// Restart starts a server that was killed. What it had committed is there
// again.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	run(tb, s.program("pg_ctl", "-l", s.log, "-o", s.options, "-w", "start")...)
}

// Kill ends the server at once, as a crash would.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	run(tb, s.stop()...)
}

// Stop ends the server in order, without waiting for its sessions.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	run(tb, s.program("pg_ctl", "-m", "fast", "-w", "stop")...)
}

// Pid is the number of the server's first process, the parent of all others,
// or 0 when it has ended.
func (s *Server) Pid() int {
	text, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || syscall.Kill(pid, 0) != nil {
		return 0 // it was killed, and its file is left
	}
	return pid
}

// Processes lists the numbers of the server's processes, its first one before
// the others; none when it has ended.
func (s *Server) Processes() []int {
	first := s.Pid()
	if first == 0 {
		return nil
	}
	return append([]int{first}, children(first)...)
}

// children lists the processes that another one has begun.
func children(parent int) []int {
	var list []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	for _, path := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if _, of := stat(pid); of == parent {
			list = append(list, pid)
		}
	}
	return list
}

// stat reads the state of a process, "T" when it is stopped, and its parent;
// "" and 0 when it has ended.
func stat(pid int) (state string, parent int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0
	}
	// The name, in parentheses, may hold anything.
	_, rest, _ := strings.Cut(string(text), ") ")
	_, _ = fmt.Sscan(rest, &state, &parent)
	return state, parent
}

// ErrEnded says that there is no process to send a signal to.
var ErrEnded = errors.New("the server has ended")

// Stall makes the server silent without closing a connection, until
// [Server.Resume]. All its processes are stopped when it returns.
func (s *Server) Stall() error {
	first := s.Pid()
	if first == 0 {
		return ErrEnded
	}
	// A child that is born after the list was read would go on answering.
	if err := stall(first); err != nil {
		return err
	}
	var err error
	for _, pid := range children(first) {
		err = errors.Join(err, stall(pid))
	}
	return err
}

// stall returns when the process is stopped, or has ended.
func stall(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return unlessEnded(err)
	}
	// The kernel tells only a parent of a stop: here one can but look.
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if state, _ := stat(pid); state == "T" || state == "Z" || state == "" {
			return nil
		}
		runtime.Gosched()
	}
	return fmt.Errorf("process %d does not stop", pid)
}

// Resume lets a server go on that was stalled.
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

func unlessEnded(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// Log is the file that the server writes to.
func (s *Server) Log() string { return s.log }

func (s *Server) stop() []string { return s.program("pg_ctl", "-m", "immediate", "-w", "stop") }

// URL is the address of one of the server's databases, as the program's
// settings take it.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://test@127.0.0.1:%s/%s?sslmode=disable", s.port, database)
}

// Database makes an empty database and returns its address.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprint("test", s.databases.Add(1))
	s.Do(tb, "postgres", "CREATE DATABASE "+name)
	return s.URL(name)
}

// Do runs a statement on one of the server's databases and returns the first
// column of its first row, "" when it has none.
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

// Program is the path of a program that came with the server, such as pg_dump.
func (s *Server) Program(name string) string { return filepath.Join(s.bin, name) }

// program is the command line of one of the server's programs. Root runs it as
// another user, since the server refuses to be root.
func (s *Server) program(name string, args ...string) []string {
	command := append([]string{s.Program(name), "-D", s.data}, args...)
	if os.Getuid() == 0 {
		return append([]string{"runuser", "-u", "postgres", "--"}, command...)
	}
	return command
}

// programs finds the folder of the newest server's programs.
func programs(tb testing.TB) string {
	tb.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real // the other programs are beside it
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

// freePort is a port of the loopback interface that nobody listens on. It lies
// below those that the system hands out by itself, which could be taken before
// the server listens, or while it is down.
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
