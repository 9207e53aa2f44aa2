package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/api/openapi"
	"bulkpatch/api/web"
	"bulkpatch/model"
	"bulkpatch/model/table"
	"bulkpatch/store"
	"bulkpatch/trace"
)

// stopWithin is how long requests in flight may still take when the process
// stops. The worker's limit is shorter, so that the process ends within ten
// seconds.
const stopWithin = 8 * time.Second

// How long Redis and the database may take to answer a check whether they are
// available.
const (
	redisWithin    = 3 * time.Second
	databaseWithin = 5 * time.Second
)

// A part is one of the two things that a process can run: the API or the
// workers. serve runs both.
type part int

const (
	apiPart part = 1 << iota
	workerPart
)

// Run serves until a signal.
func (*serveCommand) Run(a *app, s settings) error {
	return serve(a, s, apiPart|workerPart, a.printAddress)
}

// Run serves the API until a signal.
func (*apiCommand) Run(a *app, s settings) error {
	return serve(a, s, apiPart, a.printAddress)
}

// Run runs the workers until a signal.
func (*workerCommand) Run(a *app, s settings) error {
	return serve(a, s, workerPart, a.printAddress)
}

// openStore opens the database, by [store.Open] or [store.OpenExisting], and
// brings it up to date.
func openStore(ctx context.Context, s settings, open func(context.Context, string, store.Options) (*store.Store, error)) (*store.Store, error) {
	db, err := open(ctx, s.db, store.Options{
		Models: s.models, Log: s.log, Now: clock, Retention: s.retention, UndoRetention: s.undo, Tombstones: s.tombstones,
		MaxOpenJobs: s.maxOpenJobs, OnJob: s.onJob,
	})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// A service is what the running parts of a process share.
type service struct {
	settings
	db    *store.Store
	queue *asynq.Inspector

	installation string // part of the names of its queues in Redis
	stop         <-chan struct{}
	tracer       *trace.Tracer // nil for no traces
	redisOutage  *outage
	looks        redis.UniversalClient // only inspects Redis

	databaseOutage *outage

	embedded  bool                   // Redis runs in this process and is empty at the start
	surfaces  []*compat.Surface      // the vendors' APIs
	document  []byte                 // the OpenAPI document of all of it
	counted   []prometheus.Collector // metrics of the parts of this process
	ports     ports
	listening func(base string)
}

// printAddress prints the address that the process listens on.
func (a *app) printAddress(base string) { fmt.Fprintln(a.out, "Listening on", base) }

// serve runs the parts until the app's context ends or one of them fails, and
// returns when all of them have ended. It calls listening with each address
// that it listens on, such as http://127.0.0.1:8080, as soon as it does.
func serve(a *app, s settings, parts part, listening func(base string)) (err error) {
	if s.traces.url != "" {
		s.log = slog.New(trace.LogHandler(s.log.Handler()))
	}
	logThrough(s.log)
	boundMemory()
	tracer, stopTraces := startTraces(s)
	defer stopTraces()
	surfaces, document, err := describeAPI(s.models)
	if err != nil {
		return err
	}
	ports, err := bind(a.ctx, s, parts)
	if err != nil {
		return err
	}
	defer ports.Close()
	jobs := newJobLog(s.log)
	s.onJob = jobs.note
	db, err := openStore(a.ctx, s, store.Open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, w := range s.warnings {
		s.log.Warn(w)
	}

	ownRedis := s.redis == nil
	if ownRedis {
		inside, err := startEmbedded()
		if err != nil {
			return err
		}
		defer inside.Close()
		s.redis = inside.opt
	}
	run := newService(s, db)
	run.tracer = tracer
	if run.installation, err = db.Installation(a.ctx); err != nil {
		return err
	}
	run.counted, run.stop = append(run.counted, jobs.metrics.all()...), a.ctx.Done()
	run.ports, run.listening, run.embedded, run.surfaces, run.document = ports, listening, ownRedis, surfaces, document
	defer func() { err = errors.Join(err, run.Close()) }()

	ctx, cancel := lagging(a.ctx, s.shutdownDelay)
	defer cancel()
	defer context.AfterFunc(a.ctx, func() { s.log.Info("stopping", "delay", s.shutdownDelay) })()
	group, ctx := errgroup.WithContext(ctx)
	if err := run.start(ctx, a, group, parts); err != nil {
		cancel() // ends what has started already
		return errors.Join(err, group.Wait())
	}
	err = group.Wait()
	s.log.Info("stopped")
	return err
}

// describeAPI returns the vendors' APIs of the models, and the OpenAPI document of the whole
// API.
func describeAPI(models *model.Registry) ([]*compat.Surface, []byte, error) {
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("the models cannot be served together: %w", err)
	}
	document, err := openapi.Build(openapi.Source{Models: models, Surfaces: surfaces, Version: versionText()})
	if err != nil {
		return nil, nil, fmt.Errorf("describe the API: %w", err)
	}
	return surfaces, document, nil
}

func newService(s settings, db *store.Store) *service {
	client := impatient(s.redis).MakeRedisClient().(redis.UniversalClient)
	return &service{
		settings: s, db: db, looks: client,
		redisOutage:    &outage{what: "Redis", log: s.log, ask: pinger(client), within: redisWithin},
		databaseOutage: &outage{what: "The database", log: s.log, ask: db.Reachable, within: databaseWithin},
		queue:          asynq.NewInspector(impatient(s.redis)),
	}
}

// Close ends the connections of a service whose parts have ended.
func (s *service) Close() error { return errors.Join(s.queue.Close(), s.looks.Close()) }

// start runs the parts in the group. It opens the API and the metrics last,
// when everything that they need is running.
func (s *service) start(ctx context.Context, a *app, group *errgroup.Group, parts part) error {
	group.Go(func() error {
		warnOfEviction(ctx, impatient(s.redis), s.log)
		s.redisOutage.watch(ctx)
		return nil
	})
	group.Go(func() error {
		s.databaseOutage.watch(ctx)
		return nil
	})
	if parts&apiPart != 0 {
		if err := firstUse(a, s.db, s.adminKey, a.out); err != nil {
			return err
		}
	}
	if space, err := s.db.Space(ctx); err == nil && spaceHint(space) != "" {
		s.log.Info(spaceHint(space))
	}
	s.relay(ctx, group)
	if parts&workerPart != 0 {
		s.work(ctx, group)
		s.deliver(ctx, group)
	}
	if s.ports.api != nil {
		s.listen(ctx, group, s.ports.api, s.api(ctx), s.certificate.config(s.log))
	}
	if s.ports.probes != nil {
		s.listen(ctx, group, s.ports.probes, s.probes(), nil)
	}
	return nil
}

// firstUse creates the workspace main and its admin key in a new database. It
// prints a generated key to out, since the key cannot be read again. A key that
// the user chose is not printed.
func firstUse(a *app, db *store.Store, adminKey string, out io.Writer) error {
	secret, created, err := db.Bootstrap(a.ctx, adminKey)
	if err != nil {
		return fmt.Errorf("make the first key: %w", err)
	}
	if created && adminKey == "" {
		fmt.Fprintf(out, "Admin key of workspace main, shown this once: %s\n", secret)
	}
	return nil
}

// api returns the handler of the whole API. Long polls are answered as soon as
// the process stops.
func (s *service) api(ctx context.Context) http.Handler {
	return api.New(api.Config{
		Store: s.db, Models: s.models, Surfaces: s.surfaces, Log: s.log, Tracer: s.tracer, Now: clock, Stopping: ctx.Done(), MaxBody: s.maxBody, Files: table.Limits{Size: s.maxFile}, CSVGuard: s.csvGuard,
		Ready: readiness{stop: s.stop, ping: s.db.Ping}.check, Redis: s.redisOutage.state,
		Webhooks:       webhooks{s.webhookAllow, len(s.webhookSecrets) > 0},
		TrustedProxies: s.proxies, Origins: s.origins, Rate: s.rate, Environment: s.environment, SignInLinks: s.signInLinks,
		Metrics: func(api prometheus.Collector) http.Handler {
			return s.metrics(api, newOpenJobs(s.db), newBrakesOn(s.db), newOutbox(s.db, clock))
		},
		OpenAPI: s.document, Queues: s.queues(),
	})
}

// listen reports the listener's address and serves it in the group: HTTPS if there
// are settings of TLS, otherwise HTTP.
func (s *service) listen(ctx context.Context, group *errgroup.Group, listener net.Listener, h http.Handler, secure *tls.Config) {
	server := &http.Server{
		Handler:   h,
		TLSConfig: secure,
		// A request without its complete header costs one connection, for at
		// most this long. Package api limits the time of bodies and answers.
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    api.MaxHeaderBytes,
		IdleTimeout:       2 * time.Minute,
		ConnContext:       web.WithConn,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	scheme, serve := "http://", server.Serve
	if secure != nil {
		scheme, serve = "https://", func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	s.listening(scheme + listener.Addr().String())
	group.Go(func() error {
		if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return shutDown(server, s.log)
	})
}

// shutDown closes the listener and waits for the requests in flight. After
// stopWithin it closes their connections.
func shutDown(server *http.Server, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("requests were cut off at the stop")
		return server.Close()
	}
	return err
}
