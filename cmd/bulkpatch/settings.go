package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/worker"
)

// settings are what a process runs by, read from flags and environment and
// checked. What a command has no flag for is zero.
type settings struct {
	addr        string
	metricsAddr string
	db          string
	redis       asynq.RedisConnOpt // nil: embedded
	maxBody     int64              // bytes
	adminKey    string
	models      *model.Registry
	retention   time.Duration
	undo        time.Duration
	tombstones  time.Duration
	// shutdownDelay is how long a process that is told to stop goes on as
	// before, but for saying so at /readyz.
	shutdownDelay time.Duration
	maxOpenJobs   int // 0: the default
	concurrency   int
	chunk         int
	log           *slog.Logger
	onJob         func(job.Event) // nil: nobody is told
}

// A settingsError names every bad setting of one start.
type settingsError struct{ faults []string }

func (e *settingsError) Error() string {
	if len(e.faults) == 1 {
		return "bad setting: " + e.faults[0]
	}
	return fmt.Sprintf("%d bad settings:\n  %s", len(e.faults), strings.Join(e.faults, "\n  "))
}

// A reader reads settings and keeps every fault. Faults never quote what may
// hold a password.
type reader struct {
	s      settings
	faults []string
}

func (r *reader) fault(flag, format string, args ...any) {
	r.faults = append(r.faults, flag+" "+fmt.Sprintf(format, args...))
}

// done returns what was read, or everything that was wrong.
func (r *reader) done() (settings, error) {
	if len(r.faults) > 0 {
		return settings{}, &settingsError{r.faults}
	}
	return r.s, nil
}

func (c *serveCommand) settings(stderr io.Writer) (settings, error) {
	var r reader
	r.listen(c.listenFlags)
	r.service(c.serviceFlags, stderr)
	r.work(c.workFlags)
	return r.done()
}

func (c *apiCommand) settings(stderr io.Writer) (settings, error) {
	var r reader
	r.listen(c.listenFlags)
	r.service(c.serviceFlags, stderr)
	r.separate()
	return r.done()
}

func (c *workerCommand) settings(stderr io.Writer) (settings, error) {
	var r reader
	if c.MetricsAddr != "" {
		r.s.metricsAddr = r.address("--metrics-addr", c.MetricsAddr)
	}
	r.service(c.serviceFlags, stderr)
	r.separate()
	r.work(c.workFlags)
	return r.done()
}

func (c *migrateCommand) settings(stderr io.Writer) (settings, error) {
	var r reader
	r.database(c.databaseFlags)
	r.logging(c.logFlags, stderr)
	return r.done()
}

func (r *reader) service(f serviceFlags, stderr io.Writer) {
	r.database(f.databaseFlags)
	r.queue(f.redisFlags)
	r.s.shutdownDelay = r.delay("--shutdown-delay", f.ShutdownDelay)
	r.logging(f.logFlags, stderr)
}

func (r *reader) listen(f listenFlags) {
	r.s.addr = r.address("--addr", f.Addr)
	r.s.maxBody = r.size("--max-body", f.MaxBody, 64<<10, 16<<20)
	r.s.maxOpenJobs = r.integer("--max-open-jobs", f.MaxOpenJobs, 1_000_000)
	r.s.adminKey = f.AdminKey
	if strings.ContainsFunc(f.AdminKey, func(c rune) bool { return c <= ' ' || c > '~' }) || len(f.AdminKey) > 255 {
		r.fault("--admin-key", "must be 1 to 255 visible ASCII characters")
	}
}

func (r *reader) address(flag, text string) string {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		r.fault(flag, "%q is not HOST:PORT", text)
		return ""
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		r.fault(flag, "%q has no port from 0 to 65535", text)
	}
	return text
}

func (r *reader) database(f databaseFlags) {
	r.s.db = f.DB
	if err := store.CheckAddress(f.DB); err != nil {
		r.fault("--db", "%v", err)
	}
	r.s.retention = r.duration("--retention", f.Retention)
	r.s.undo = r.duration("--undo-retention", f.UndoRetention)
	r.s.tombstones = r.duration("--tombstones", f.Tombstones)
	r.s.models = r.models(f.Models)
}

func (r *reader) models(dir string) *model.Registry {
	if dir == "" {
		return model.Shipped()
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		r.fault("--models", "%q is not a folder that can be read", dir)
		return nil
	}
	models, err := model.Load(dir)
	var problems model.Problems
	switch {
	case errors.As(err, &problems):
		for _, p := range problems {
			r.fault("--models", "%s", describe(p))
		}
	case err != nil:
		r.fault("--models", "%v", err)
	}
	return models
}

func (r *reader) queue(f redisFlags) {
	opt, err := parseRedis(f.Redis)
	if err != nil {
		r.fault("--redis", "%v", err)
		return
	}
	r.s.redis = opt
}

// separate refuses the embedded Redis to a process that shares its queue with
// others.
func (r *reader) separate() {
	if r.s.redis == nil && !r.has("--redis") {
		r.fault("--redis", "must name a Redis that the other processes reach too: the embedded one is for serve and demo only")
	}
}

// has reports whether a flag has a fault already.
func (r *reader) has(flag string) bool {
	for _, f := range r.faults {
		if strings.HasPrefix(f, flag+" ") {
			return true
		}
	}
	return false
}

func (r *reader) work(f workFlags) {
	r.s.concurrency = r.integer("--concurrency", f.Concurrency, 1000)
	r.s.chunk = r.integer("--chunk", f.Chunk, worker.MaxChunk)
}

func (r *reader) integer(flag, text string, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		r.fault(flag, "%q is not a whole number from 1 to %d", text, most)
	}
	return n
}

func (r *reader) duration(flag, text string) time.Duration {
	d, err := parseDuration(text)
	if err != nil {
		r.fault(flag, "%v", err)
	}
	return d
}

// longestDelay is less than what orchestrators wait for before they kill.
const longestDelay = 10 * time.Minute

// delay reads a time that may be none.
func (r *reader) delay(flag, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > longestDelay {
		r.fault(flag, "%q is not a time from 0s to 10m, such as 500ms or 15s", text)
	}
	return d
}

func (r *reader) logging(f logFlags, stderr io.Writer) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil || strings.ContainsAny(f.LogLevel, "+-") {
		r.fault("--log-level", "%q is not debug, info, warn or error", f.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.LogFormat {
	case "text":
		r.s.log = slog.New(slog.NewTextHandler(stderr, options))
	case "json":
		r.s.log = slog.New(slog.NewJSONHandler(stderr, options))
	default:
		r.fault("--log-format", "%q is not text or json", f.LogFormat)
	}
}

// longestDuration is what a retention may be at most, so that no date that is
// made of it leaves the calendar.
const longestDuration = 100 * 365 * 24 * time.Hour

// parseDuration reads a Go duration such as 36h, or one with days such as 30d
// or 1d12h. It is above zero.
func parseDuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a time above zero such as 30d, 36h or 1d12h", text)
	var total time.Duration
	rest := text
	if before, after, ok := strings.Cut(text, "d"); ok {
		days, err := strconv.ParseUint(before, 10, 32)
		if err != nil || days > uint64(longestDuration/(24*time.Hour)) {
			return 0, bad
		}
		total, rest = time.Duration(days)*24*time.Hour, after
	}
	if rest != "" || total == 0 {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return 0, bad
		}
		total += d
	}
	if total <= 0 || total > longestDuration {
		return 0, bad
	}
	return total, nil
}

// describe is a model file's fault in the form that editors know.
func describe(p model.Problem) string {
	if p.Line == 0 {
		return p.File + ": " + p.Detail
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Detail)
}
