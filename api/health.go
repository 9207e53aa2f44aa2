package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// readyLimit is how long the check behind /readyz may take; an orchestrator
// asks again soon.
const readyLimit = 5 * time.Second

type statusJSON struct {
	Status string `json:"status"`
	Redis  string `json:"redis,omitempty"`
}

// health answers that the process runs. It checks nothing else.
func (s *server) health(c *call) error {
	return c.answer(http.StatusOK, statusJSON{Status: "ok"})
}

// ready answers whether calls can be served. The reason why not is only logged,
// at debug level for an outage that the log has already.
func (s *server) ready(c *call) error {
	ctx, cancel := context.WithTimeout(c.ctx(), readyLimit)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		level := slog.LevelWarn
		if errors.Is(err, job.ErrUnavailable) || ctx.Err() != nil {
			level = slog.LevelDebug
		}
		s.Log.Log(ctx, level, "not ready", "request", requestID(c.ctx()), "error", web.ErrorText(err))
		return web.NewProblem("not_ready", "The process is being stopped, or something that it needs does not answer.").Set("Retry-After", "1")
	}
	answer := statusJSON{Status: "ready"}
	if s.Redis != nil {
		answer.Redis = s.Redis()
	}
	return c.answer(http.StatusOK, answer)
}

// metrics serves the metrics, where there are any.
func (s *server) metrics(c *call) error {
	if s.scraped == nil {
		return web.NewProblem("unknown_path", "This process offers no metrics.")
	}
	s.scraped.ServeHTTP(c.w, c.r)
	return nil
}
