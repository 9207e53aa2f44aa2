package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/client"
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
	warnings    []string       // of what is in order, but not as it should be
	server      *client.Client // that a command calls; nil: it works on db
	workspace   string         // whose customers a command works on in db
	models      *model.Registry
	retention   time.Duration
	undo        time.Duration
	maxOpenJobs int // 0: the default
	concurrency int
	chunk       int
	log         *slog.Logger
}

// A usageError names everything that is wrong with a command as it was given:
// nothing was done.
type usageError struct {
	faults []string
	help   string // the command whose --help tells more
}

// Error lists the faults, one a line.
func (e *usageError) Error() string { return strings.Join(e.faults, "\n") }

// A reader reads what a command was given and keeps every fault. Faults never
// quote what may hold a password.
type reader struct {
	line   *commandLine
	stderr io.Writer
	s      settings
	faults []string
}

// fault says what is wrong with a flag, under the name by which it was set.
func (r *reader) fault(flag, format string, args ...any) {
	name := strings.TrimPrefix(flag, "--")
	r.faults = append(r.faults, r.line.origin(name)+" "+fmt.Sprintf(format, args...))
}

// done returns what was read, or everything that was wrong.
func (r *reader) done() (settings, error) {
	if len(r.faults) > 0 {
		return settings{}, &usageError{r.faults, r.line.command()}
	}
	return r.s, nil
}

func (c *serveCommand) check(r *reader) {
	r.listen(c.listenFlags)
	r.database(c.databaseFlags)
	r.queue(c.redisFlags.Redis)
	r.logging(c.logFlags)
	r.work(c.workFlags)
	r.adminKey(c.adminKeyFlags)
}

func (c *apiCommand) check(r *reader) {
	r.listen(c.listenFlags)
	r.database(c.databaseFlags)
	r.sharedQueue(c.sharedRedisFlags)
	r.logging(c.logFlags)
	r.adminKey(c.adminKeyFlags)
}

func (c *workerCommand) check(r *reader) {
	if c.MetricsAddr != "" {
		r.s.metricsAddr = r.address("--metrics-addr", c.MetricsAddr)
	}
	r.database(c.databaseFlags)
	r.sharedQueue(c.sharedRedisFlags)
	r.logging(c.logFlags)
	r.work(c.workFlags)
}

func (r *reader) listen(f listenFlags) {
	r.s.addr = r.address("--addr", f.Addr)
	r.s.maxBody = r.size("--max-body", f.MaxBody, 64<<10, 16<<20)
	r.s.maxOpenJobs = r.integer("--max-open-jobs", f.MaxOpenJobs, 1_000_000)
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
	r.s.db = r.place("--db", f.DB)
	r.s.retention = r.duration("--retention", f.Retention)
	r.s.undo = r.duration("--undo-retention", f.UndoRetention)
	r.s.models = r.models(f.Models)
}

// place reads the address of a database.
func (r *reader) place(flag, address string) string {
	if err := store.CheckAddress(address); err != nil {
		r.fault(flag, "%v", err)
		return ""
	}
	return address
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

func (r *reader) queue(address string) {
	opt, err := parseRedis(address)
	if err != nil {
		r.fault("--redis", "%v", err)
		return
	}
	r.s.redis = opt
}

// sharedQueue refuses the embedded Redis to a process that shares its queue
// with others.
func (r *reader) sharedQueue(f sharedRedisFlags) {
	if f.Redis == "" || f.Redis == "embedded" {
		r.fault("--redis", "must name a Redis that the other processes reach too: the embedded one is for serve and demo only")
		return
	}
	r.queue(f.Redis)
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

func (r *reader) logging(f logFlags) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil || strings.ContainsAny(f.LogLevel, "+-") {
		r.fault("--log-level", "%q is not debug, info, warn or error", f.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.LogFormat {
	case "text":
		r.s.log = slog.New(slog.NewTextHandler(r.stderr, options))
	case "json":
		r.s.log = slog.New(slog.NewJSONHandler(r.stderr, options))
	default:
		r.fault("--log-format", "%q is not text or json", f.LogFormat)
	}
}

// has reports whether a flag has a fault already.
func (r *reader) has(flag string) bool {
	name := r.line.origin(strings.TrimPrefix(flag, "--")) + " "
	return slices.ContainsFunc(r.faults, func(f string) bool { return strings.HasPrefix(f, name) })
}

// quietly has a command of its own say only what went wrong.
func (r *reader) quietly() {
	r.s.log = slog.New(slog.NewTextHandler(r.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// oneOf reads a flag that takes one of a few words.
func (r *reader) oneOf(flag, text string, words ...string) {
	if !slices.Contains(words, text) {
		r.fault(flag, "%q is not one of: %s", text, strings.Join(words, ", "))
	}
}

// json reads a flag that is JSON. What it says is for the server to judge.
func (r *reader) json(flag, text string) json.RawMessage {
	var value any
	var syntax *json.SyntaxError
	switch err := json.Unmarshal([]byte(text), &value); {
	case errors.As(err, &syntax):
		r.fault(flag, "is not valid JSON: see character %d of %d", syntax.Offset, len(text))
	case err != nil:
		r.fault(flag, "is not valid JSON")
	}
	return json.RawMessage(text)
}

// either chooses between two flags that exclude each other: one that was typed
// beats a variable of the environment. It is "" where neither is set, or both
// in the same way, which is a fault.
func (r *reader) either(one, other string) string {
	for _, set := range []func(string) bool{r.line.typed, r.line.hasVariable} {
		switch {
		case set(one) && set(other):
			r.faults = append(r.faults, fmt.Sprintf("%s and %s exclude each other: give the one that is meant", r.line.origin(one), r.line.origin(other)))
			return ""
		case set(one):
			return one
		case set(other):
			return other
		}
	}
	return ""
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
