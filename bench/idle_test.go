package bench

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var idlers = flag.Int("idlers", 200, "connections of BenchmarkIdle that do little or nothing, in all")

// An idler keeps a connection busy with little or nothing until the context ends or
// the server closes it. It reports whether the server closed it.
type idler func(ctx context.Context, c *caller, conn net.Conn) (closed bool)

// BenchmarkIdle has many connections that are idle or slow: a third has made a call
// and keeps its connection open, a third sends a header of a byte each second, and
// a third the body of a call. call-ms-median and call-ms-p99 are the times of
// another client's calls meanwhile, which open connections of their own. closed is
// how many connections the server has closed, each of which was opened again. At
// full size:
//
//	go test ./bench -run '^$' -bench Idle -idlers 2000 -measured 30s
func BenchmarkIdle(b *testing.B) { onBoth(b, desks(1000), idle) }

func idle(b *testing.B, program string, database func() string) {
	b.Helper()
	enoughFiles(b, *idlers)
	s := serve(b, program, database(), "embedded")
	defer s.stop(b)
	slow := s.newCaller(b, "slow", "main", everything...)
	other := s.newCaller(b, "other", "main", everything...)
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		var all sync.WaitGroup
		var open, closed atomic.Int64
		for i := range *idlers {
			all.Go(func() { repeat(ctx, slow, [...]idler{keepAlive, slowHeader, slowBody}[i%3], &open, &closed) })
		}
		for open.Load() < int64(*idlers) {
			pause(b, 10*time.Millisecond)
		}
		t := other.reconnect(b)
		b.ReportMetric(ms(t.share(0.5)), "call-ms-median")
		b.ReportMetric(ms(t.share(0.99)), "call-ms-p99")
		b.ReportMetric(float64(t.bad), "failed")
		b.ReportMetric(float64(closed.Load()), "closed")
		cancel()
		all.Wait()
	}
}

// enoughFiles checks that both processes may open that many connections. The Go
// runtime raises the limit of each as far as it may.
func enoughFiles(b *testing.B, connections int) {
	b.Helper()
	var limit syscall.Rlimit
	fatal(b, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if want := uint64(connections + 500); limit.Max < want {
		b.Fatalf("this machine allows %d open files, and %d are needed; raise the limit (ulimit -n) or ask for fewer connections", limit.Max, want)
	}
}

// repeat opens one connection after the other. open counts those that have been
// opened for the first time.
func repeat(ctx context.Context, c *caller, one idler, open, closed *atomic.Int64) {
	opened := sync.OnceFunc(func() { open.Add(1) })
	for ctx.Err() == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(c.base, "http://"))
		if err != nil {
			continue
		}
		opened()
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		if one(ctx, c, conn) && ctx.Err() == nil {
			closed.Add(1)
		}
		stop()
		conn.Close()
	}
}

// keepAlive makes a call and then waits.
func keepAlive(_ context.Context, c *caller, conn net.Conn) bool {
	fmt.Fprintf(conn, "GET /v1/models HTTP/1.1\r\nHost: bench\r\nX-API-Key: %s\r\n\r\n", c.key)
	_, err := io.Copy(io.Discard, conn)
	return err == nil
}

// slowHeader sends a header without an end.
func slowHeader(ctx context.Context, _ *caller, conn net.Conn) bool {
	return dribble(ctx, conn, "GET /v1/models HTTP/1.1\r\nHost: bench\r\nX-Slow: ")
}

// slowBody sends the body of a call, with a valid key.
func slowBody(ctx context.Context, c *caller, conn net.Conn) bool {
	return dribble(ctx, conn, "POST /v1/jobs HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: 60000\r\nX-API-Key: "+c.key+"\r\n\r\n")
}

// dribble sends a beginning, and then a byte each second.
func dribble(ctx context.Context, conn net.Conn, beginning string) bool {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for text := beginning; ; text = " " {
		if _, err := io.WriteString(conn, text); err != nil {
			return !errors.Is(err, net.ErrClosed)
		}
		select {
		case <-ctx.Done():
			return false
		case <-second.C:
		}
	}
}

// reconnect reads customers for as long as the flag says, each time by a new
// connection: that shows whether the idle ones keep others out.
func (c *caller) reconnect(b *testing.B) *times {
	b.Helper()
	t, stop, n := &times{}, make(chan struct{}), 0
	time.AfterFunc(*measured, func() { close(stop) })
	t.loop(stop, 10*time.Millisecond, func() error {
		n++
		err := c.get(b.Context(), fmt.Sprint("/v1/desk/customers/", n%1000+1))
		c.http.CloseIdleConnections()
		return err
	})
	return t
}
