package main

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

// redisServer asks Redis for its name and version, "" where it answers but does not
// tell.
func (s *service) redisServer(ctx context.Context) (string, error) {
	if s.embedded {
		return "embedded in this process", s.looks.Ping(ctx).Err()
	}
	info, err := s.looks.Info(ctx, "server").Result()
	var refused redis.Error
	if errors.As(err, &refused) {
		return "", nil
	}
	return serverName(info), err
}

// serverName reads the name and version of a server from what it tells about itself.
// Servers that speak for Redis also give the version that they are like, so their own
// comes first.
func serverName(info string) string {
	said := map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		said[name] = value
	}
	for _, server := range []struct{ line, name string }{
		{"valkey_version", "Valkey "}, {"dragonfly_version", "Dragonfly "}, {"redis_version", "Redis "},
	} {
		if version := said[server.line]; version != "" {
			return server.name + version
		}
	}
	return ""
}
