package api

import (
	"context"
	"net"
)

type connKey struct{}

// WithConn is for [http.Server.ConnContext]: it lets a call whose key has ended
// take back what was written to its connection and has not been delivered.
// Without it the kernel goes on sending that, to a slow reader for long.
func WithConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// dropUnsent has the connection end by a reset when it is closed.
func (c *call) dropUnsent() {
	conn, _ := c.ctx().Value(connKey{}).(net.Conn)
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // one that is closed has nothing to drop
	}
}
