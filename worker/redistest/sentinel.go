package redistest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Sentinel is a Redis master, a replica of it, and a sentinel that watches both
// and promotes the replica when the master has been down for a second.
type Sentinel struct {
	Master, Replica *Server
	watch           *Server
}

// StartSentinel starts the three servers, and returns when the sentinel knows the
// replica.
func StartSentinel(tb testing.TB) *Sentinel {
	tb.Helper()
	master := Start(tb)
	host, port, _ := net.SplitHostPort(master.Addr)
	replica := start(tb, "--replicaof", host, port)
	// A sentinel changes its settings file, so each gets its own.
	file := filepath.Join(tb.TempDir(), "sentinel.conf")
	settings := fmt.Sprintf("sentinel monitor mymaster %s %s 1\nsentinel down-after-milliseconds mymaster 1000\nsentinel failover-timeout mymaster 5000\n", host, port)
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		tb.Fatal(err)
	}
	s := &Sentinel{Master: master, Replica: replica, watch: startAs(tb, "sentinel id is", file, "--sentinel")}
	until(tb, "the sentinel to find the replica", func() bool {
		return strings.Contains(s.watch.Bulk(tb, "INFO", "sentinel"), "slaves=1")
	})
	return s
}

// URL returns the sentinel's address as a value of the --redis flag.
func (s *Sentinel) URL() string { return "redis-sentinel://" + s.watch.Addr + "?master=mymaster" }

// until waits until ok returns true. It polls, because a Redis server sends no
// notification of such changes.
func until(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if ok() {
			return
		}
	}
	tb.Fatalf("waited in vain for %s", what)
}
