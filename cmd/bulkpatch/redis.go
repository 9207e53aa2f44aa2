package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// An embedded is a Redis server inside this process. Its data are lost when the
// process ends. That is harmless: all state is in the database.
type embedded struct {
	opt    asynq.RedisClientOpt
	server *miniredis.Miniredis
	stop   chan struct{}
	clock  sync.WaitGroup
}

// startEmbedded starts a Redis server on a free port of the loopback interface,
// with a random password.
func startEmbedded() (*embedded, error) {
	password := rand.Text()
	inside := miniredis.NewMiniRedis()
	inside.RequireAuth(password)
	if err := inside.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	e := &embedded{
		opt:    asynq.RedisClientOpt{Addr: inside.Addr(), Password: password},
		server: inside,
		stop:   make(chan struct{}),
	}
	inside.Server().SetPreHook(e.nothingPending)
	e.clock.Go(e.tick)
	return e, nil
}

// nothingPending answers a worker that asks an empty queue for a task, as asynq's
// script would. Each worker asks 50 times a second, and for each script this server
// makes an interpreter.
func (e *embedded) nothingPending(peer *server.Peer, command string, args ...string) bool {
	// EVALSHA, the script, how many keys, and asynq's keys of the queue.
	asks := strings.EqualFold(command, "EVALSHA") && len(args) > 5 && args[1] == "4" &&
		strings.HasSuffix(args[2], ":pending") && strings.HasSuffix(args[3], ":paused")
	if !asks || e.server.Exists(args[2]) {
		return false
	}
	peer.WriteNull()
	return true
}

// tick moves the server's clock, by which keys expire. It does so once a second
// only, because each step visits all keys under a lock.
func (e *embedded) tick() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-tick.C:
			e.server.FastForward(time.Second)
		}
	}
}

// Close stops the server and its clock. Stop all users of the server before.
func (e *embedded) Close() {
	close(e.stop)
	e.clock.Wait()
	e.server.Close()
}

// warnOfEviction logs a warning if Redis may evict keys when its memory is full.
// A server that does not answer or does not reveal its policy is ignored here;
// an outage is logged elsewhere.
func warnOfEviction(ctx context.Context, opt asynq.RedisConnOpt, log *slog.Logger) {
	client, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := eachNode(ctx, client, func(ctx context.Context, node *redis.Client) error {
		policy, err := node.ConfigGet(ctx, "maxmemory-policy").Result()
		if p := policy["maxmemory-policy"]; err == nil && p != "" && p != "noeviction" {
			log.Warn("Redis may evict queued tasks; set its maxmemory-policy to noeviction. Jobs are not lost, but wait for the sweep.", "policy", p)
		}
		return err
	})
	if err != nil {
		log.Debug("Redis does not tell its maxmemory-policy", "error", err)
	}
}
