// Package redistest starts real Redis servers for tests. Each test gets a server
// of its own, in a temporary folder and on a free port, so that it can stop, empty
// and restart it. The package also starts a Redis Cluster, and a Redis with a
// Sentinel.
//
// It owns the processes and nothing else: what is stored in them, and which faults
// they have, is up to the tests.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
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

	args []string // all but the address
	sign string   // the log line, in lower case, that says that it is ready
	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// Start starts a server that writes an append-only file, as docker-compose.yml
// has it, and stops the server when the test ends. The test fails when there is
// no redis-server on the PATH.
func Start(tb testing.TB) *Server {
	tb.Helper()
	return start(tb)
}

// start starts a server with additional settings.
func start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		tb.Fatal("redis-server is not on the PATH: install Redis (on Debian: apt-get install redis-server), or run the tests by `.ci/test`, which does it where it may")
	}
	usual := []string{"--dir", tb.TempDir(), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"}
	return startAs(tb, "ready to accept connections", append(usual, args...)...)
}

// startAs starts a redis-server that is ready once its log contains the sign.
func startAs(tb testing.TB, sign string, args ...string) *Server {
	tb.Helper()
	s := &Server{Addr: FreeAddr(tb), args: args, sign: sign}
	tb.Cleanup(s.Kill)
	s.Restart(tb)
	return s
}

// URL returns the server's address as a value of the --redis flag.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Restart starts a server that was stopped, with the data that it had on disk.
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
	cmd := exec.Command("redis-server", append(s.args[:len(s.args):len(s.args)], "--port", port, "--bind", "127.0.0.1")...)
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
		said <- follow(out, s.sign, ready)
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

// follow reads the server's log until the server ends, and returns the beginning
// of it. It closes ready at the first line with the sign.
func follow(out io.Reader, sign string, ready chan<- struct{}) string {
	var said strings.Builder
	lines := bufio.NewScanner(out)
	found := false
	for lines.Scan() {
		if !found && strings.Contains(strings.ToLower(lines.Text()), sign) {
			found = true
			close(ready)
		}
		if said.Len() < 4096 {
			fmt.Fprintln(&said, lines.Text())
		}
	}
	return said.String()
}

// Kill ends the server at once, as a crash would. Writes of the last second may
// be lost. Killing a server that has ended is harmless.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop shuts the server down in an orderly way. Stopping a server that has ended
// is harmless.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// end sends a signal to the server, waits until it has ended, and kills it if that takes
// too long.
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
	return strings.TrimSpace(s.ask(tb, words, func(r *bufio.Reader) (string, error) { return r.ReadString('\n') }))
}

// Bulk sends one command whose answer has many lines, such as INFO, and returns
// the answer.
func (s *Server) Bulk(tb testing.TB, words ...string) string {
	tb.Helper()
	return s.ask(tb, words, func(r *bufio.Reader) (string, error) {
		var n int
		if _, err := fmt.Fscanf(r, "$%d\r\n", &n); err != nil {
			return "", err
		}
		text := make([]byte, n)
		_, err := io.ReadFull(r, text)
		return string(text), err
	})
}

// ask sends a command over a new connection, and reads the answer by read.
func (s *Server) ask(tb testing.TB, words []string, read func(*bufio.Reader) (string, error)) string {
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
	answer, err := read(bufio.NewReader(conn))
	if err != nil {
		tb.Fatal(err)
	}
	return answer
}

// FreeAddr returns an address of the loopback interface that no process listens
// on. Its port is below the range from which the system picks ports by itself, so
// that no other process gets it before the server listens, or while it is down.
func FreeAddr(tb testing.TB) string {
	tb.Helper()
	var err error
	for range 100 {
		addr := fmt.Sprint("127.0.0.1:", 15_000+rand.IntN(17_000))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	tb.Fatal(err)
	return ""
}
