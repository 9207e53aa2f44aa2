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

// redisLog takes what the Redis client says. It is a warning at most, since
// whoever made the call hears of it too.
type redisLog struct{ log *slog.Logger }

// Printf logs one line.
func (r redisLog) Printf(ctx context.Context, format string, args ...any) {
	r.log.WarnContext(ctx, "redis client", "says", fmt.Sprintf(format, args...))
}
