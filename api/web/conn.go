package web

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

type connKey struct{}

// WithConn is for [http.Server.ConnContext]. It lets [DropUnsent] find the
// connection of a request.
func WithConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// DropUnsent makes the connection end by a reset when it is closed. What was
// written and not yet delivered is then dropped; otherwise the kernel would
// go on sending it, for a long time to a slow reader. A connection of HTTP/2 is
// left as it is: other requests use it too, and one of them ends by a reset of its
// own.
func DropUnsent(ctx context.Context) {
	conn, _ := ctx.Value(connKey{}).(net.Conn)
	if secure, ok := conn.(*tls.Conn); ok {
		if secure.ConnectionState().NegotiatedProtocol == "h2" {
			return
		}
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails only where the connection is closed already
	}
}

// EndedBy returns the problem with which the context of a call was cancelled, or
// nil if it was not cancelled with one.
func EndedBy(ctx context.Context) *Problem {
	var p *Problem
	errors.As(context.Cause(ctx), &p)
	return p
}
