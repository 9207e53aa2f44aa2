package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// logThrough makes libraries that have one logger for the whole process write
// to log.
func logThrough(log *slog.Logger) {
	slog.SetDefault(log)
	redis.SetLogger(redisLog{log})
}

// redisLog is the logger of the Redis client. The client logs each failed
// attempt to connect and also returns the error to its caller. So these lines
// have level debug.
type redisLog struct{ log *slog.Logger }

// Printf logs one line.
func (r redisLog) Printf(ctx context.Context, format string, args ...any) {
	r.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, args...))
}
