package chaos

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A proxy stands between the processes and Redis, so that the connections can
// be hurt while the server is well.
type proxy struct {
	addr   string // its own
	target string
	listen net.Listener

	mu     sync.Mutex
	mode   proxyMode
	delay  time.Duration
	conns  map[net.Conn]bool
	mood   chan struct{} // closed at each change of the mode
	closed bool
	open   sync.WaitGroup
}

// A proxyMode says how a proxy treats what passes.
type proxyMode int

const (
	forward proxyMode = iota
	slow              // each piece waits
	cut               // connections are closed, also new ones
	silent            // nothing passes, and nobody is told
)

func newProxy(target string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{addr: l.Addr().String(), target: target, listen: l, conns: make(map[net.Conn]bool), mood: make(chan struct{})}
	p.open.Go(p.accept)
	return p, nil
}

// set changes how the proxy treats connections, also those that are open.
func (p *proxy) set(mode proxyMode, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode, p.delay = mode, delay
	close(p.mood)
	p.mood = make(chan struct{})
	if mode == cut {
		p.drop()
	}
}

// drop closes every connection. The caller holds the lock.
func (p *proxy) drop() {
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
	close(p.mood)
	p.mood = make(chan struct{})
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
	if p.closed || p.mode == cut {
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
	server, err := net.DialTimeout("tcp", p.target, time.Second)
	if err != nil || !p.keep(server) {
		return
	}
	defer p.forget(server)
	var both sync.WaitGroup
	pass := func(to, from net.Conn) {
		p.pass(to, from)
		to.Close()
		from.Close()
	}
	both.Go(func() { pass(server, c) })
	both.Go(func() { pass(c, server) })
	both.Wait()
}

// pass hands on what comes, as the mode says at that time.
func (p *proxy) pass(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && p.hold() {
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// hold waits as the mode asks for, and reports whether to go on.
func (p *proxy) hold() bool {
	for {
		p.mu.Lock()
		mode, delay, mood, closed := p.mode, p.delay, p.mood, p.closed
		p.mu.Unlock()
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
	p.set(silent, 0)
	var timeout net.Error
	if err := ask(c, 50*time.Millisecond); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a silent connection: %v", err)
	}
	p.set(cut, 0)
	if err := ask(c, 10*time.Second); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("a cut connection: %v", err)
	}
}
