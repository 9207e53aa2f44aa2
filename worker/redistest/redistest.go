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
	sign string   // what it says, in lower case, when it is ready
	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// Start runs a server that keeps an append-only file, as the project's own
// set-up does, and stops it when the test ends. Without a redis-server on the
// PATH the test fails, and says how to get one.
func Start(tb testing.TB) *Server {
	tb.Helper()
	return start(tb)
}

// start runs a server with more settings.
func start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		tb.Fatal("redis-server is not on the PATH: install Redis (on Debian: apt-get install redis-server), or run the tests by `.ci/test`, which does it where it may")
	}
	usual := []string{"--dir", tb.TempDir(), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"}
	return startAs(tb, "ready to accept connections", append(usual, args...)...)
}

// startAs runs a redis-server that is ready when it says so in its log.
func startAs(tb testing.TB, sign string, args ...string) *Server {
	tb.Helper()
	s := &Server{Addr: FreeAddr(tb), args: args, sign: sign}
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

// follow reads what the server says until it ends, and closes ready when it
// gives the sign.
func follow(out io.Reader, sign string, ready chan<- struct{}) string {
	var said strings.Builder
	lines := bufio.NewScanner(out)
	announced := false
	for lines.Scan() {
		if !announced && strings.Contains(strings.ToLower(lines.Text()), sign) {
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
	return strings.TrimSpace(s.ask(tb, words, func(r *bufio.Reader) (string, error) { return r.ReadString('\n') }))
}

// Bulk sends one command that is answered by a text of many lines, such as
// INFO, and returns that.
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

// FreeAddr is an address of the loopback interface that nobody listens on. Its
// port lies below those that the system hands out by itself, which could be
// taken before a server listens, or while it is down.
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
