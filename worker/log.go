package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"bulkpatch/job"
)

// levelOf is the level of a line about a fault. That Redis or the database is
// away is told once, by who watches them; each of many loops meets it again and
// again.
func levelOf(err error) slog.Level {
	for _, away := range []error{errRedis, job.ErrUnavailable, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, away) {
			return slog.LevelDebug
		}
	}
	return slog.LevelWarn
}

// logFault logs what a loop could not do, which it tries again. The end of the
// process is no fault.
func logFault(ctx context.Context, log *slog.Logger, text string, err error, attrs ...any) {
	if err != nil && ctx.Err() == nil {
		log.Log(ctx, levelOf(err), text, append(attrs, "error", err)...)
	}
}

// asynqLog takes what asynq says, for debugging: it says the same many times a
// second while Redis is away, and its handlers answer no errors.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l asynqLog) Info(args ...any)  { l.Debug(args...) }
func (l asynqLog) Warn(args ...any)  { l.Debug(args...) }
func (l asynqLog) Error(args ...any) { l.Debug(args...) }

// Fatal ends the process, as asynq's interface promises.
func (l asynqLog) Fatal(args ...any) {
	l.log.Error(fmt.Sprint(args...))
	os.Exit(1)
}
