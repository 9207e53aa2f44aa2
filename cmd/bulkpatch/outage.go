package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// An outage watches something that the process needs, and says once when it has
// gone and once when it is back. Who works with it meets each fault many times,
// and says so for debugging only.
type outage struct {
	what   string
	log    *slog.Logger
	ask    func(context.Context) error
	within time.Duration // for one answer

	answers atomic.Bool // what was heard last; not before the first answer
}

const askEvery = time.Second

// watch asks until the context ends.
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

// look asks once. since is when it went away, zero while it answers.
func (o *outage) look(ctx context.Context, since time.Time) time.Time {
	began := time.Now()
	bounded, cancel := context.WithTimeout(ctx, o.within)
	defer cancel()
	err := o.ask(bounded)
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

// pinger asks a Redis, of a cluster each server that may be given tasks. close is
// for the end.
func pinger(opt asynq.RedisConnOpt) (ask func(context.Context) error, close func() error) {
	client := impatient(opt).MakeRedisClient().(redis.UniversalClient)
	return func(ctx context.Context) error {
		return eachNode(ctx, client, func(ctx context.Context, node *redis.Client) error { return node.Ping(ctx).Err() })
	}, client.Close
}
