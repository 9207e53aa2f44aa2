package api

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/api/compat"
	"bulkpatch/api/dashboard"
	"bulkpatch/api/handbook"
	"bulkpatch/api/web"
	"bulkpatch/model"
	"bulkpatch/model/table"
	"bulkpatch/trace"
)

// Limits of requests.
const (
	DefaultMaxBody = 1 << 20 // bytes of a JSON body
	MaxWait        = 30 * time.Second
	MaxLine        = table.MaxRow // bytes of one line of an import
	PreviewLimit   = 30 * time.Second

	DefaultStepTimeout = time.Minute
)

// Config is what the API needs. Store and Models are required.
type Config struct {
	Store  Store
	Models *model.Registry
	Log    *slog.Logger     // nil: the default logger
	Tracer *trace.Tracer    // begins a span for each call, except for probes; nil for none
	Now    func() time.Time // nil: time.Now

	// Surfaces are the vendors' own APIs that are served too; see [Surfaces].
	Surfaces []*compat.Surface

	// Ready says whether the service can do its work; nil asks the store.
	Ready func(context.Context) error
	// Redis returns "up" or "down" for the answer of /readyz; the service is
	// ready in both cases. With nil the answer does not mention Redis.
	Redis func() string
	// OpenAPI is the document that is served at /openapi.json, and of which the pages
	// at /docs are made; see package api/openapi. With nil these paths do not exist.
	OpenAPI []byte
	// Metrics returns what is served at /metrics, given the metrics of the API itself.
	// With nil the path does not exist.
	Metrics func(prometheus.Collector) http.Handler
	// Queues is what the page /admin/queues shows of Redis. With nil there is no
	// such page.
	Queues dashboard.QueueReader

	// Webhooks says which URLs jobs may call when they end. With nil only workspaces
	// that have a secret of their own may use the option webhook, for any URL.
	Webhooks Webhooks

	// Environment is a name of the installation that every page of the dashboard
	// shows as a badge, such as production; "" for none.
	Environment string

	// SignInLinks are the one-time links that sign in to the dashboard; nil for none.
	SignInLinks *SignInLinks

	// CSVGuard says whether the strings of all tables, those that are answered
	// and those that are imported, are guarded against spreadsheet programs
	// that would take them for formulas.
	CSVGuard table.Guard

	// TrustedProxies are believed when they say for whom they ask, and nobody
	// else; see [web.Proxies].
	TrustedProxies web.Proxies
	// Origins are the origins whose pages may call the API from a browser, such
	// as https://app.example.com, or "*" for all; nil for none. The pages
	// below /admin and /metrics are never among what they may call.
	Origins []string
	// Rate is how many calls each key may make in a second, in this process; 0
	// for any number.
	Rate int

	// MaxBody limits a JSON body in bytes, after unpacking; 0 means
	// [DefaultMaxBody]. At most 16 bodies above 64 KiB are received and checked
	// at a time, at most 8 of one key; others wait for up to StepTimeout.
	// Imports are streamed; their only limit is [MaxLine].
	MaxBody int64
	// Files limits the files that are uploaded for file jobs. They are received into
	// the folder for temporary files, at most 8 at a time, 4 of one key.
	Files table.Limits
	// StepTimeout is how long a JSON body may take, or one write of at most 64 KiB
	// of an answer. An import must send 1 KiB a second on average, and may fall
	// behind that by StepTimeout. 0 means [DefaultStepTimeout]. Slower callers
	// are cut off, so that nobody can hold a connection for ever.
	StepTimeout time.Duration
	// Stopping is closed when the process is about to stop. Waiting calls then
	// answer with what they have, and event streams end, so that a shutdown
	// need not wait for them. May be nil.
	Stopping <-chan struct{}
}

// New returns the handler of the whole API. No goroutine that it starts outlives a
// request by more than a moment, and it is safe for concurrent use.
func New(c Config) http.Handler {
	s := newServer(c)
	return s.observe(s.crossOrigin(s.routed))
}

// newServer returns what serves the API, without what surrounds each call.
func newServer(c Config) *server {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Ready == nil {
		c.Ready = c.Store.Ping
	}
	if c.SignInLinks == nil {
		c.SignInLinks = NewSignInLinks(c.Now)
	}
	if c.MaxBody <= 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.StepTimeout <= 0 {
		c.StepTimeout = DefaultStepTimeout
	}
	s := &server{
		Config:    c,
		keys:      newKeyCache(c.Store.KeyBySecret, c.Store.KeyUsed, c.Now),
		sessions:  newKeyCache(c.Store.KeyBySession, c.Store.KeyUsed, c.Now),
		signIns:   newSignIns(c.Now),
		calls:     newOpenCalls(c.Store),
		rate:      newCallRate(c.Rate),
		watcher:   newWatcher(c.Store),
		dashboard: dashboard.New(dashboard.Config{Store: c.Store, Queues: c.Queues, Now: c.Now, Environment: c.Environment}),
		forms:     newSentForms(c.Now),
		reference: newReference(c.OpenAPI),
		stats:     newStats(),
		handbook:  handbook.New(c.OpenAPI),
		origin:    http.NewCrossOriginProtection(),
	}
	s.shares = newShares(c.MaxBody)
	s.stats.watch(s.watcher, s.calls)
	s.routed = s.mux()
	if c.Metrics != nil {
		s.scraped = c.Metrics(s.stats)
	}
	return s
}

// A server is what the handlers share.
type server struct {
	Config
	shares
	keys      *keyCache
	sessions  *keyCache // by the tokens of sessions
	signIns   *signIns
	calls     *openCalls
	rate      *callRate // nil for no limit
	watcher   *watcher
	dashboard *dashboard.Dashboard
	forms     *sentForms
	reference *reference // nil for none
	stats     *stats
	scraped   http.Handler // serves /metrics; nil for none
	handbook  *handbook.Pages
	routed    http.Handler // serves all paths
	origin    *http.CrossOriginProtection
	signing   atomic.Pointer[[]byte] // see signingKey
}

// newRequestID names a request whose caller did not.
func newRequestID() string { return rand.Text() }
