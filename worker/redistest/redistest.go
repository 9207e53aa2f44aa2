// Package redistest starts real Redis servers for tests: one of its own for
// each test that asks, in a temporary folder and on a free port, so that tests
// can stop, empty and restart it.
//
// It leaves finding out what to do with one to the tests.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to start or stop.
const patience = 20 * time.Second

// A Server is one redis-server process.
type Server struct {
	Addr string // host:port; stays the same over a restart

	dir  string
	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// Start runs a server that keeps an append-only file, as the project's own
// set-up does, and stops it when the test ends. Without a redis-server on the
// PATH the test fails, and says how to get one.
func Start(tb testing.TB) *Server {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		tb.Fatal("redis-server is not on the PATH: install Redis (on Debian: apt-get install redis-server), or run the tests by `.ci/test`, which does it where it may")
	}
	s := &Server{Addr: freeAddr(tb), dir: tb.TempDir()}
	tb.Cleanup(s.Kill)
	s.Restart(tb)
	return s
}

// URL is the server's address as the program's settings take it.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Restart starts a server that was stopped. What it had kept on disk is there
// again.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		tb.Fatal("the Redis server is running already")
	}
	_, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", s.dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction")
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	ready, said := make(chan struct{}), make(chan string, 1)
	done := make(chan struct{})
	go func() {
		said <- follow(out, ready)
		cmd.Wait()
		close(done)
	}()
	select {
	case <-ready:
	case <-done:
		tb.Fatalf("redis-server ended at once: %s", <-said)
	case <-time.After(patience):
		cmd.Process.Kill()
		tb.Fatal("redis-server did not get ready in time")
	}
	s.cmd, s.done = cmd, done
}

// follow reads what the server says until it ends, and closes ready when it
// accepts connections.
func follow(out io.Reader, ready chan<- struct{}) string {
	var said strings.Builder
	lines := bufio.NewScanner(out)
	announced := false
	for lines.Scan() {
		if !announced && strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections") {
			announced = true
			close(ready)
		}
		if said.Len() < 4096 {
			fmt.Fprintln(&said, lines.Text())
		}
	}
	return said.String()
}

// Kill ends the server at once, as a crash would; what the last second wrote
// may be lost. Killing a server that has ended is harmless.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop ends the server in order. Stopping a server that has ended is
// harmless.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

func (s *Server) end(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(signal) // it may have ended by itself
	select {
	case <-s.done:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	s.cmd = nil
}

// Do sends one command, such as FLUSHALL, and returns the first line of the
// answer.
func (s *Server) Do(tb testing.TB, words ...string) string {
	tb.Helper()
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(context.Background(), "tcp", s.Addr)
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		tb.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", strings.Join(words, " ")); err != nil {
		tb.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// freeAddr is an address of the loopback interface that nobody listens on.
func freeAddr(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
