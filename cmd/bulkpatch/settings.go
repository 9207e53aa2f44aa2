package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hibiken/asynq"

	"bulkpatch/api"
	"bulkpatch/api/web"
	"bulkpatch/client"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
	"bulkpatch/store"
	"bulkpatch/webhook"
	"bulkpatch/worker"
)

// settings are the checked values of flags and environment variables. A field
// is zero if the command has no flag for it.
type settings struct {
	addr        string
	metricsAddr string
	db          string
	redis       asynq.RedisConnOpt // nil: embedded
	maxBody     int64              // bytes
	maxFile     int64              // bytes; 0: the most there may be
	adminKey    string
	warnings    []string       // about settings that are valid but not advisable
	server      *client.Client // the server to call; nil: work on db directly
	workspace   string         // the workspace to work on in db
	answers     *answers       // of the API, to be printed as they are; nil: in words
	models      *model.Registry
	csvGuard    table.Guard
	retention   time.Duration
	undo        time.Duration
	tombstones  time.Duration
	// shutdownDelay is how long a stopping process still accepts requests
	// while /readyz says that it is not ready.
	shutdownDelay time.Duration
	maxOpenJobs   int // 0: the default
	rate          int // calls of a key in a second; 0: any number
	proxies       web.Proxies
	origins       []string     // of web pages that may call the API
	certificate   *certificate // nil: plain HTTP
	environment   string       // the badge of the dashboard; "" for none
	concurrency   int
	chunk         int
	log           *slog.Logger
	traces        traceSettings
	onJob         func(context.Context, job.Event) // may be nil
	signInLinks   *api.SignInLinks                 // may be nil

	webhookSecrets []string
	webhookAllow   *webhook.Allow
}

func (c *serveCommand) check(r *reader) {
	r.listen(c.listenFlags)
	r.dashboard(c.dashboardFlags)
	r.csv(c.csvFlags)
	r.queue(c.redisFlags.Redis)
	r.service(c.serviceFlags)
	r.work(c.workFlags)
	r.adminKey(c.adminKeyFlags)
}

func (c *apiCommand) check(r *reader) {
	r.listen(c.listenFlags)
	r.dashboard(c.dashboardFlags)
	r.csv(c.csvFlags)
	r.sharedQueue(c.sharedRedisFlags)
	r.service(c.serviceFlags)
	r.adminKey(c.adminKeyFlags)
}

func (c *workerCommand) check(r *reader) {
	if c.MetricsAddr != "" {
		r.s.metricsAddr = r.address("--metrics-addr", c.MetricsAddr)
	}
	r.sharedQueue(c.sharedRedisFlags)
	r.service(c.serviceFlags)
	r.work(c.workFlags)
}

func (r *reader) service(f serviceFlags) {
	r.database(f.databaseFlags)
	r.s.shutdownDelay = r.delay("--shutdown-delay", f.ShutdownDelay)
	r.logging(f.logFlags)
	r.traces(f.traceFlags)
	r.webhooks(f.webhookFlags)
}

// mostWebhookSecrets is how many secrets --webhook-secret takes: a new one, and those
// that it replaces.
const mostWebhookSecrets = 4

func (r *reader) webhooks(f webhookFlags) {
	r.s.webhookSecrets = list(f.WebhookSecret)
	bad := func(secret string) bool { return !job.ValidWebhookSecret(secret) }
	if len(r.s.webhookSecrets) > mostWebhookSecrets || slices.ContainsFunc(r.s.webhookSecrets, bad) {
		r.fault("--webhook-secret", "must be whsec_ and 24 to 64 bytes in Base64, or up to %d of these separated by commas; echo whsec_$(openssl rand -base64 32) makes one", mostWebhookSecrets)
	}
	allow, err := webhook.ParseAllow(f.WebhookAllow)
	if err != nil {
		r.fault("--webhook-allow", "%v", err)
	}
	r.s.webhookAllow = allow
}

// longestEnvironment is how many characters --environment may have: the badge
// shares a line with the navigation.
const longestEnvironment = 40

// dashboard reads how the pages look. Characters that show nothing, or change the
// direction of the text around them, are refused.
func (r *reader) dashboard(f dashboardFlags) {
	name := strings.TrimSpace(f.Environment)
	hidden := func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) }
	if f.Environment != "" && name == "" || utf8.RuneCountInString(name) > longestEnvironment || strings.ContainsFunc(name, hidden) {
		r.fault("--environment", "must have 1 to %d printable characters, such as production or staging", longestEnvironment)
	}
	r.s.environment = name
}

func (r *reader) csv(f csvFlags) { r.s.csvGuard = table.Guard(r.isOn("--csv-safe", f.CSVSafe)) }

func (r *reader) database(f databaseFlags) {
	r.s.db = r.place("--db", f.DB)
	r.s.retention = r.duration("--retention", f.Retention)
	r.s.undo = r.duration("--undo-retention", f.UndoRetention)
	r.s.tombstones = r.duration("--tombstones", f.Tombstones)
	r.s.models = r.models(f.Models)
}

// place checks the address of a database and returns it, "" if it is wrong.
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

// longestDelay is the largest --shutdown-delay.
const longestDelay = 10 * time.Minute

// delay reads a duration that may be zero.
func (r *reader) delay(flag, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > longestDelay {
		r.fault(flag, "%q is not a time from 0s to 10m, such as 500ms or 15s", text)
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

// quietly sets the log of a command other than serve, api and worker: it
// prints errors only.
func (r *reader) quietly() {
	r.s.log = slog.New(slog.NewTextHandler(r.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// describe formats a fault of a model file as FILE:LINE: DETAIL, which editors
// understand.
func describe(p model.Problem) string {
	if p.Line == 0 {
		return p.File + ": " + p.Detail
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Detail)
}
