package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// logThrough sends to log what libraries say on their own: each has only one
// place for the whole process.
func logThrough(log *slog.Logger) {
	slog.SetDefault(log)
	redis.SetLogger(redisLog{log})
}

// redisLog takes what the Redis client says. It says so for every attempt to
// connect, and whoever made the call hears of it too: so it is for debugging.
type redisLog struct{ log *slog.Logger }

// Printf logs one line.
func (r redisLog) Printf(ctx context.Context, format string, args ...any) {
	r.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, args...))
}
