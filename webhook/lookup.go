package webhook

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Limits of looking up the hosts of URLs that callers give. Names whose servers do not
// answer are easily had, and each look-up keeps sockets open.
const (
	lookUpWithin = 2 * time.Second
	lookUpsMost  = 32                     // at the same time in a process
	placeWithin  = 100 * time.Millisecond // how long one waits for others to end
)

// places bounds look-ups. The zero value is ready to use.
type places struct {
	once  sync.Once
	taken chan struct{}
}

// take waits a moment for a place, and reports whether there was one.
func (p *places) take(ctx context.Context) bool {
	p.once.Do(func() { p.taken = make(chan struct{}, lookUpsMost) })
	ctx, cancel := context.WithTimeout(ctx, placeWithin)
	defer cancel()
	select {
	case p.taken <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *places) release() { <-p.taken }

// addresses returns the addresses of a host, none if they are not known. asked is false
// if too many others are being looked up.
func (a *Allow) addresses(ctx context.Context, host string) (found []netip.Addr, asked bool) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, true
	}
	if !a.lookUps.take(ctx) {
		return nil, false
	}
	defer a.lookUps.release()
	ctx, cancel := context.WithTimeout(ctx, lookUpWithin)
	defer cancel()
	found, err := a.lookUp().LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, true
	}
	return found, true
}

// goResolver looks names up without the C library. That would keep a thread until a slow
// name server answers, and there are few: callers could use them up with names of their
// own.
var goResolver = &net.Resolver{PreferGo: true}

func (a *Allow) lookUp() *net.Resolver {
	if a.resolver == nil {
		return goResolver
	}
	return a.resolver
}
