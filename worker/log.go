package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"bulkpatch/job"
)

// levelOf returns the log level for a fault. An unreachable Redis or database
// is only for debugging: every loop meets it many times, and cmd/bulkpatch
// logs it once for the whole process.
func levelOf(err error) slog.Level {
	for _, away := range []error{errRedis, job.ErrUnavailable, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, away) {
			return slog.LevelDebug
		}
	}
	return slog.LevelWarn
}

// logFault logs why a loop failed; the loop will try again. It logs nothing when
// there is no error or when the process is shutting down.
func logFault(ctx context.Context, log *slog.Logger, text string, err error, attrs ...any) {
	if err != nil && ctx.Err() == nil {
		log.Log(ctx, levelOf(err), text, append(attrs, "error", err)...)
	}
}

// asynqLog is the logger that asynq gets. It logs everything at the debug level,
// because asynq repeats the same lines many times a second while Redis is away,
// and the handlers return no errors to it.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l asynqLog) Info(args ...any)  { l.Debug(args...) }
func (l asynqLog) Warn(args ...any)  { l.Debug(args...) }
func (l asynqLog) Error(args ...any) { l.Debug(args...) }

// Fatal logs and then ends the process, as asynq's interface demands.
func (l asynqLog) Fatal(args ...any) {
	l.log.Error(fmt.Sprint(args...))
	os.Exit(1)
}
