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

// A proxy stands between a process and a server, so that the connections can
// be hurt while both are well.
type proxy struct {
	addr   string // its own
	target string
	listen net.Listener

	asked atomic.Int64 // pieces that came from the process
	felt  atomic.Int64 // connections that were refused, cut or lost, and pieces that had to wait

	mu      sync.Mutex
	modes   [scopes]proxyMode
	delay   time.Duration
	conns   map[net.Conn]bool
	changed chan struct{} // closed at each change of the mode
	closed  bool
	open    sync.WaitGroup
}

// A hand is one of those that may hurt a proxy at a time: the worst of what
// they do counts.
type scope int

const (
	onServer  scope = iota // hurts all ways to the server
	onProcess              // hurts the ways of one process
	scopes
)

// A proxyMode says how a proxy treats what passes.
type proxyMode int

const (
	forward proxyMode = iota
	slow              // each piece waits
	silent            // nothing passes, and nobody is told
	cut               // connections are closed, also new ones
)

func newProxy(target string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{addr: l.Addr().String(), target: target, listen: l, conns: make(map[net.Conn]bool), changed: make(chan struct{})}
	p.open.Go(p.accept)
	return p, nil
}

// set changes how the proxy treats connections, also those that are open.
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

// mode is how connections are treated. The caller holds the lock.
func (p *proxy) mode() proxyMode { return slices.Max(p.modes[:]) }

// drop closes every connection. The caller holds the lock.
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

func (p *proxy) accept() {
	for {
		c, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.open.Go(func() { p.serve(c) })
	}
}

// keep notes a connection, or closes it when it must not be.
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

func (p *proxy) forget(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *proxy) serve(c net.Conn) {
	if !p.keep(c) {
		return
	}
	defer p.forget(c)
	// The first packet has to pass, too: a server that knows of a connection
	// waits for what comes by it, and does not end before.
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

// ports lists the ports from which the connections to the server come.
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

// pass hands on what comes, as the mode says at that time, until that fails.
func (p *proxy) pass(to io.Writer, from io.Reader, passed func()) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && p.hold() {
			if _, err := to.Write(buf[:n]); err != nil {
				return net.ErrClosed // there is nobody to hand it to
			}
			passed()
		}
		if err != nil {
			return err
		}
	}
}

// hold waits as the mode asks for, and reports whether to go on.
func (p *proxy) hold() bool {
	for {
		p.mu.Lock()
		mode, delay, mood, closed := p.mode(), p.delay, p.changed, p.closed
		p.mu.Unlock()
		if mode != forward {
			p.felt.Add(1)
		}
		switch {
		case closed || mode == cut:
			return false
		case mode == silent:
			<-mood
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
		t.Error("a connection that two had hurt is well when one leaves off")
	}
}
