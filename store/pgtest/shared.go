package pgtest

import (
	"io"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// shared is the server that the tests of one process share. Its server is nil
// until a test asks for it.
var shared struct {
	sync.Mutex
	server *Server
	guard  *guard
}

// Database creates an empty database on a server that all tests of the process
// share, and returns the database's address. To start one server for each test
// takes much longer. A test that stops its server, needs settings of its own
// or reads what the server says of all databases calls [Start] instead.
func Database(tb testing.TB) string {
	tb.Helper()
	return sharedServer(tb).Database(tb)
}

// Copy creates a copy of a database that [Database] has created; see
// [Server.Copy].
func Copy(tb testing.TB, address string) string {
	tb.Helper()
	return sharedServer(tb).Copy(tb, address)
}

// sharedServer starts the server if it does not run yet.
func sharedServer(tb testing.TB) *Server {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		server := Start(outliving{tb})
		g, err := newGuard(server)
		if err != nil {
			tb.Fatal(err)
		}
		shared.server, shared.guard = server, g
	}
	return shared.server
}

// outliving is a test that drops its cleanups, so that the server outlives the
// test that happened to start it. A guard cleans up.
type outliving struct{ testing.TB }

func (outliving) Cleanup(func()) {}

// A guard is a shell that stops a server and removes its folder as soon as the
// guard's standard input closes. It closes when this process ends, however it
// ends: a package needs no TestMain, and a test that panics leaves no server.
type guard struct {
	cmd *exec.Cmd
	in  io.Closer
}

func newGuard(s *Server) (*guard, error) {
	const script = `trap "" INT TERM; read -r _; dir=$1; shift; "$@"; rm -rf "$dir"`
	cmd := exec.Command("sh", append([]string{"-c", script, "sh", filepath.Dir(s.data)}, s.stop()...)...)
	cmd.Dir = "/"
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &guard{cmd, in}, cmd.Start()
}

// end stops the server now.
func (g *guard) end() error {
	if err := g.in.Close(); err != nil {
		return err
	}
	return g.cmd.Wait()
}
