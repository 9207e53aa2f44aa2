package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// An outage watches a server that the process needs. It logs once that the
// server does not answer, and once that it answers again. Code that uses the
// server meets the fault many times, and logs it at level debug only.
type outage struct {
	what   string
	log    *slog.Logger
	ask    func(context.Context) error
	within time.Duration // limit for one answer

	answers atomic.Bool  // the result of the last check; false before the first
	took    atomic.Int64 // how long that check took, in nanoseconds
}

const askEvery = time.Second

// watch checks the server until the context ends.
func (o *outage) watch(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for since := (time.Time{}); ; {
		since = o.look(ctx, since)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look checks the server once. since is the beginning of the outage, zero if the
// server answered last time; look returns the new value.
func (o *outage) look(ctx context.Context, since time.Time) time.Time {
	began := time.Now()
	bounded, cancel := context.WithTimeout(ctx, o.within)
	defer cancel()
	err := o.ask(bounded)
	o.took.Store(int64(time.Since(began)))
	switch {
	case ctx.Err() != nil:
		return since
	case err == nil && !since.IsZero():
		o.log.Info(o.what+" answers again", "away", time.Since(since).Round(time.Millisecond))
		since = time.Time{}
	case err != nil && since.IsZero():
		o.log.Warn(o.what+" does not answer; jobs are safe and wait", "error", err)
		since = began
	}
	o.answers.Store(err == nil)
	return since
}

// metrics returns gauges of the last check. name is that of the server in their names,
// and server in their help.
func (o *outage) metrics(name, server string) []prometheus.Collector {
	gauge := func(suffix, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "bulkpatch_" + name + suffix, Help: help}, value)
	}
	return []prometheus.Collector{
		gauge("_up", "Whether "+server+" has answered the last check of this process, which makes one each second: 1 or 0.", func() float64 {
			if o.answers.Load() {
				return 1
			}
			return 0
		}),
		gauge("_check_seconds", "How long the last check of "+server+" took, also if it failed.", func() float64 {
			return time.Duration(o.took.Load()).Seconds()
		}),
	}
}

// pinger returns a function that pings Redis, in a cluster each master.
func pinger(client redis.UniversalClient) func(context.Context) error {
	return func(ctx context.Context) error {
		return eachNode(ctx, client, func(ctx context.Context, node *redis.Client) error { return node.Ping(ctx).Err() })
	}
}
