package main

import (
	"bytes"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"bulkpatch/worker/redistest"
)

func TestRedisAddressesAreReadWhole(t *testing.T) {
	tests := map[string]struct {
		text string
		want asynq.RedisClientOpt
	}{
		"host and port":        {"redis://queue:6380", asynq.RedisClientOpt{Addr: "queue:6380"}},
		"host alone":           {"redis://queue", asynq.RedisClientOpt{Addr: "queue:6379"}},
		"trailing slash":       {"redis://queue:1/", asynq.RedisClientOpt{Addr: "queue:1"}},
		"database":             {"redis://queue:1/3", asynq.RedisClientOpt{Addr: "queue:1", DB: 3}},
		"user and password":    {"redis://me:p%40ss@queue:1", asynq.RedisClientOpt{Addr: "queue:1", Username: "me", Password: "p@ss"}},
		"password alone":       {"redis://:p@queue:1", asynq.RedisClientOpt{Addr: "queue:1", Password: "p"}},
		"address of version 6": {"redis://[::1]:7", asynq.RedisClientOpt{Addr: "[::1]:7"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseRedis(tt.text)
			if err != nil || got != tt.want {
				t.Errorf("got %+v, error %v", got, err)
			}
		})
	}
}

func TestAddressesOfSeveralServersAreReadWhole(t *testing.T) {
	tests := map[string]struct {
		text string
		want asynq.RedisConnOpt
	}{
		"sentinels": {"redis-sentinel://me:p@a:1,b/2?master=m", asynq.RedisFailoverClientOpt{
			MasterName: "m", SentinelAddrs: []string{"a:1", "b:26379"}, Username: "me", Password: "p", DB: 2}},
		"a sentinel of the usual master": {"redis-sentinel://a", asynq.RedisFailoverClientOpt{MasterName: "mymaster", SentinelAddrs: []string{"a:26379"}}},
		"a cluster":                      {"redis-cluster://:p@a:1,[::1]:2", asynq.RedisClusterClientOpt{Addrs: []string{"a:1", "[::1]:2"}, Password: "p"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := parseRedis(tt.text); err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, error %v", got, err)
			}
		})
	}
}

func TestRedissMeansTLSForThatHost(t *testing.T) {
	got, err := parseRedis("rediss://queue:1")
	if opt, ok := got.(asynq.RedisClientOpt); err != nil || !ok || opt.TLSConfig == nil || opt.TLSConfig.ServerName != "queue" {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestBadRedisAddressesAreRefusedWithoutTheirPassword(t *testing.T) {
	for _, text := range []string{"", "redis", "redis://", "redis://:word@", "redis://h:word", "redis://u:wo rd@h:1",
		"redis://u:word@h:1/x", "redis://h:1?db=word", "unix:///word", "redis://u:%zzword@h",
		"redis://u:word@h:1,i:2", "redis-cluster://u:word@h:1/3", "redis-cluster://u:word@h:1?master=m", "redis-sentinel://u:word@h,,i", "redis-sentinel://h?name=word"} {
		opt, err := parseRedis(text)
		if err == nil || opt != nil {
			t.Errorf("parseRedis(%q) gave %v", text, opt)
			continue
		}
		if strings.Contains(err.Error(), "word") && !strings.Contains(err.Error(), "PASSWORD") {
			t.Errorf("parseRedis(%q) shows it: %v", text, err)
		}
	}
}

func TestTheEmbeddedRedisAsksForItsPassword(t *testing.T) {
	e, err := startEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	stranger := redis.NewClient(&redis.Options{Addr: e.opt.Addr})
	defer stranger.Close()
	if err := stranger.Set(t.Context(), "a", "b", 0).Err(); err == nil {
		t.Error("a stranger may write")
	}
	friend := e.opt.MakeRedisClient().(redis.UniversalClient)
	defer friend.Close()
	if err := friend.Set(t.Context(), "a", "b", 0).Err(); err != nil {
		t.Error(err)
	}
}

func TestAStartWarnsWhenRedisMayEvict(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	warning := func() string {
		var logged bytes.Buffer
		warnOfEviction(t.Context(), asynq.RedisClientOpt{Addr: server.Addr}, slog.New(slog.NewTextHandler(&logged, nil)))
		return logged.String()
	}
	if got := warning(); got != "" {
		t.Errorf("warned of a sane server: %s", got)
	}
	server.Do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	if got := warning(); !strings.Contains(got, "noeviction") || !strings.Contains(got, "allkeys-lru") {
		t.Errorf("said %q", got)
	}
	server.Stop()
	if got := warning(); got != "" {
		t.Errorf("a server that is down: %s", got)
	}
}
