package main

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ports are those that a process listens on; nil for one that it has not.
type ports struct{ api, probes net.Listener }

// bind takes the ports of a process before it touches anything else, so that a
// taken one stops the start and leaves no trace of it.
func bind(ctx context.Context, s settings, parts part) (p ports, err error) {
	if parts&apiPart != 0 {
		if p.api, err = bindOne(ctx, "--addr", s.addr); err != nil {
			return ports{}, err
		}
	}
	if s.metricsAddr != "" {
		if p.probes, err = bindOne(ctx, "--metrics-addr", s.metricsAddr); err != nil {
			return ports{}, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

func bindOne(ctx context.Context, flag, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &flagError{flag, fmt.Errorf("cannot listen on %s: %s", addr, networkReason(err))}
	}
	return l, nil
}

// Close gives the ports back. One that is served has been closed already, which
// is no error.
func (p ports) Close() error {
	var errs []error
	for _, l := range []net.Listener{p.api, p.probes} {
		if l == nil {
			continue
		}
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
