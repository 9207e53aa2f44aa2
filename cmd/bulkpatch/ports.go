package main

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ports are the listeners of a process. Each may be nil.
type ports struct{ api, probes net.Listener }

// bind opens the ports of a process. It comes first in a start, so that a start
// that fails because a port is in use changes nothing.
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

// Close closes the ports. It ignores those that their server has closed
// already.
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
