package chaos

import (
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A proxy forwards the connections of a process to a server, and can disturb them while
// both are well.
type proxy struct {
	addr   string // its own
	target string
	listen net.Listener

	asked atomic.Int64 // pieces of data that came from the process
	felt  atomic.Int64 // connections that were refused, cut or lost, and pieces of data that had to wait

	mu      sync.Mutex
	modes   [scopes]proxyMode
	delay   time.Duration
	conns   map[net.Conn]bool
	changed chan struct{} // closed at each change of the mode, and replaced
	closed  bool
	open    sync.WaitGroup
}

// A scope is one of the faults that may set the mode of a proxy at the same time. The
// worst mode counts.
type scope int

const (
	onServer  scope = iota // a fault of all connections to the server
	onProcess              // a fault of the connections of one process
	scopes
)

// A proxyMode says how a proxy treats connections, from good to bad.
type proxyMode int

const (
	forward proxyMode = iota
	slow              // each piece of data waits
	silent            // nothing passes, and the connections stay open
	cut               // open and new connections are closed
)

// newProxy starts a proxy before a server.
func newProxy(target string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{addr: l.Addr().String(), target: target, listen: l, conns: make(map[net.Conn]bool), changed: make(chan struct{})}
	p.open.Go(p.accept)
	return p, nil
}

// set changes how the proxy treats connections, including open ones.
func (p *proxy) set(by scope, mode proxyMode, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.modes[by] = mode
	if by == onServer {
		p.delay = delay
	}
	close(p.changed)
	p.changed = make(chan struct{})
	if mode == cut {
		p.drop()
	}
}

// mode returns the mode that counts. The caller holds the mutex.
func (p *proxy) mode() proxyMode { return slices.Max(p.modes[:]) }

// drop closes all connections. The caller holds the mutex.
func (p *proxy) drop() {
	p.felt.Add(int64(len(p.conns)))
	for c := range p.conns {
		c.Close()
	}
}

// close ends the proxy and its connections.
func (p *proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.listen.Close()
	p.drop()
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	p.open.Wait()
}

// accept serves the connections that come in.
func (p *proxy) accept() {
	for {
		c, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.open.Go(func() { p.serve(c) })
	}
}

// keep adds a connection. It closes the connection and returns false if the proxy is
// closed or cut.
func (p *proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.mode() == cut {
		p.felt.Add(1)
		c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

// forget closes and removes a connection.
func (p *proxy) forget(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// serve forwards one connection until it ends.
func (p *proxy) serve(c net.Conn) {
	if !p.keep(c) {
		return
	}
	defer p.forget(c)
	// A silent proxy must not connect to the server either: the server would wait for
	// data from the connection, and could not shut down.
	if !p.hold() {
		return
	}
	server, err := net.DialTimeout("tcp", p.target, time.Second)
	if err != nil {
		p.felt.Add(1)
		return
	}
	if !p.keep(server) {
		return
	}
	defer p.forget(server)
	var both sync.WaitGroup
	pass := func(to, from net.Conn, passed func()) {
		if err := p.pass(to, from, passed); from == server && !errors.Is(err, net.ErrClosed) {
			p.felt.Add(1) // the server ended it
		}
		to.Close()
		from.Close()
	}
	both.Go(func() { pass(server, c, func() { p.asked.Add(1) }) })
	both.Go(func() { pass(c, server, func() {}) })
	both.Wait()
}

// ports returns the local ports of the connections to the server.
func (p *proxy) ports() (list []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.RemoteAddr().String() == p.target {
			list = append(list, c.LocalAddr().(*net.TCPAddr).Port)
		}
	}
	return list
}

// pass forwards data, as the mode at that time says, until that fails.
func (p *proxy) pass(to io.Writer, from io.Reader, passed func()) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && p.hold() {
			if _, err := to.Write(buf[:n]); err != nil {
				return net.ErrClosed // the other side is gone
			}
			passed()
		}
		if err != nil {
			return err
		}
	}
}

// hold waits as the mode demands, and reports whether to forward.
func (p *proxy) hold() bool {
	for {
		p.mu.Lock()
		mode, delay, changed, closed := p.mode(), p.delay, p.changed, p.closed
		p.mu.Unlock()
		if mode != forward {
			p.felt.Add(1)
		}
		switch {
		case closed || mode == cut:
			return false
		case mode == silent:
			<-changed
		case mode == slow:
			time.Sleep(delay)
			return true
		default:
			return true
		}
	}
}

func TestTheProxyCutsSilencesAndForwards(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			go io.Copy(c, c)
		}
	}()
	p, err := newProxy(echo.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	ask := func(c net.Conn, within time.Duration) error {
		c.SetDeadline(time.Now().Add(within))
		if _, err := c.Write([]byte("hello")); err != nil {
			return err
		}
		_, err := io.ReadFull(c, make([]byte, 5))
		return err
	}
	c, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := ask(c, 10*time.Second); err != nil {
		t.Errorf("a healthy connection: %v", err)
	}
	p.set(onServer, silent, 0)
	var timeout net.Error
	if err := ask(c, 50*time.Millisecond); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a silent connection: %v", err)
	}
	p.set(onProcess, cut, 0)
	if err := ask(c, 10*time.Second); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("a cut connection: %v", err)
	}
	p.set(onServer, forward, 0)
	if c, err := net.Dial("tcp", p.addr); err == nil && ask(c, 10*time.Second) == nil {
		t.Error("a connection that two faults disturb works when one of them ends")
	}
}
