package main

import "github.com/alecthomas/kong"

// commands is the command line. Flags that need more than a look at their
// text are strings here and are read by settings, so that every fault can be
// named at once.
type commands struct {
	Version kong.VersionFlag `help:"Print the version and exit."`

	Serve  serveCommand  `cmd:"" help:"Run the API and the workers in one process."`
	API    apiCommand    `cmd:"" name:"api" help:"Run only the HTTP API."`
	Worker workerCommand `cmd:"" help:"Run only the workers."`
	Demo   demoCommand   `cmd:"" help:"Show everything on a throw-away installation."`

	Import importCommand `cmd:"" help:"Read customers from a file."`
	Export exportCommand `cmd:"" help:"Write customers to standard output or a file."`

	Key     keyCommand     `cmd:"" help:"Create, list and revoke API keys."`
	Model   modelCommand   `cmd:"" help:"Work with model files."`
	Migrate migrateCommand `cmd:"" help:"Bring a database up to date."`
	Copy    copyCommand    `cmd:"" help:"Move everything to another database, such as from SQLite to PostgreSQL."`
}

// Help shows where to begin.
func (commands) Help() string {
	return `Examples:
  bulkpatch demo
  bulkpatch serve --db sqlite:///var/lib/bulkpatch/bulkpatch.db
  bulkpatch import desk customers.csv --db sqlite:///var/lib/bulkpatch/bulkpatch.db

bulkpatch COMMAND --help says what a command takes. The exit status is 0 for success, 1 if what was asked did not succeed or only in part, 2 for wrong usage, when nothing was done, and 3 if the server refused or could not be reached.`
}

// databaseFlags say where records and jobs are kept.
type databaseFlags struct {
	DB            string `name:"db" env:"BULKPATCH_DB" default:"sqlite://bulkpatch.db" placeholder:"URL" help:"Database: sqlite://PATH or postgres://[USER:PASSWORD@]HOST[:PORT]/DATABASE (default ${default})."`
	Models        string `env:"BULKPATCH_MODELS" placeholder:"DIR" help:"Folder of more model files (*.yaml); without it there are the shipped ones."`
	Retention     string `env:"BULKPATCH_RETENTION" default:"30d" placeholder:"TIME" help:"How long finished jobs and their results are kept, such as 30d or 36h (default ${default})."`
	UndoRetention string `env:"BULKPATCH_UNDO_RETENTION" default:"7d" placeholder:"TIME" help:"How long former values are kept, so that a job can be undone (default ${default})."`
	Tombstones    string `env:"BULKPATCH_TOMBSTONES" default:"30d" placeholder:"TIME" help:"How long after its retention a job still answers 410 with its final state and counts, before it answers 404 (default ${default})."`
}

// redisFlags say where the queue is.
type redisFlags struct {
	Redis string `env:"BULKPATCH_REDIS" default:"embedded" placeholder:"URL" help:"Queue: embedded (in this process), redis://[USER:PASSWORD@]HOST:PORT[/DB], rediss://…, redis-sentinel://HOST:PORT,HOST:PORT[/DB]?master=NAME or redis-cluster://HOST:PORT,HOST:PORT (default ${default})."`
}

// sharedRedisFlags say where the queue of several processes is.
type sharedRedisFlags struct {
	Redis string `env:"BULKPATCH_REDIS" placeholder:"URL" help:"Queue, shared with the other processes; it must be given: redis://[USER:PASSWORD@]HOST:PORT[/DB], rediss://…, redis-sentinel://HOST:PORT,HOST:PORT[/DB]?master=NAME or redis-cluster://HOST:PORT,HOST:PORT."`
}

// listenFlags say where the API is served and how much it takes.
type listenFlags struct {
	Addr        string `env:"BULKPATCH_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on (default ${default})."`
	MaxBody     string `env:"BULKPATCH_MAX_BODY" default:"1MiB" placeholder:"SIZE" help:"Largest body of a request, such as 512KiB, 2MiB or a number of bytes, from 64KiB to 16MiB (default ${default}). Imports are streamed and have no limit but 1 MiB a line."`
	MaxOpenJobs string `env:"BULKPATCH_MAX_OPEN_JOBS" default:"10000" placeholder:"N" help:"Most jobs over many records that a workspace may have open at a time, 1 to 1000000; of jobs over one record it may have ten times as many (default ${default}). The filters and patches of all of them together may have 256 MiB. More are refused until some have ended; several API processes may accept a little more at the same moment."`
}

// adminKeyFlags fix the first admin key.
type adminKeyFlags struct {
	AdminKey     string `env:"BULKPATCH_ADMIN_KEY" placeholder:"SECRET" help:"An admin key of the workspace main, of 24 to 255 characters, made at any start that does not find it; one that was set before stays until it is revoked. Without it one is made at the first start and printed once."`
	AdminKeyFile string `env:"BULKPATCH_ADMIN_KEY_FILE" placeholder:"FILE" help:"File that holds the admin key, instead of --admin-key."`
}

// workFlags say how much is done at a time.
type workFlags struct {
	Concurrency string `env:"BULKPATCH_CONCURRENCY" default:"${concurrency}" placeholder:"N" help:"Parts of bulk jobs worked on at once in this process, 1 to 1000 (default ${default})."`
	Chunk       string `env:"BULKPATCH_CHUNK" default:"${chunk}" placeholder:"N" help:"Most records of one transaction, 1 to ${maxChunk}: more is faster, fewer lets a pause take hold sooner (default ${default})."`
}

// logFlags say what is logged, on standard error.
type logFlags struct {
	LogFormat string `env:"BULKPATCH_LOG_FORMAT" default:"text" placeholder:"FORMAT" help:"text or json (default ${default})."`
	LogLevel  string `env:"BULKPATCH_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"debug, info, warn or error (default ${default})."`
}

// serviceFlags are those of a process that serves.
type serviceFlags struct {
	databaseFlags
	logFlags
	ShutdownDelay string `env:"BULKPATCH_SHUTDOWN_DELAY" default:"500ms" placeholder:"TIME" help:"How long a process that is told to stop goes on as before, while /readyz answers 503 so that nothing new is sent to it, 0s to 10m (default ${default}). Behind a load balancer, the time in which that notices."`
}

type serveCommand struct {
	listenFlags
	adminKeyFlags
	redisFlags
	serviceFlags
	workFlags
}

// Help shows an example.
func (serveCommand) Help() string {
	return `Example:
  bulkpatch serve --db sqlite:///var/lib/bulkpatch/bulkpatch.db --redis redis://127.0.0.1:6379

The first start makes the workspace main and prints its admin key, once. Every flag can be set by the environment variable that stands beside it.`
}

type apiCommand struct {
	listenFlags
	adminKeyFlags
	sharedRedisFlags
	serviceFlags
}

// Help shows an example.
func (apiCommand) Help() string {
	return `Example:
  bulkpatch api --addr 0.0.0.0:8080 --db sqlite:///data/bulkpatch.db --redis redis://queue:6379

It needs a Redis that the workers reach too; the embedded one lives inside one process.`
}

type workerCommand struct {
	sharedRedisFlags
	serviceFlags
	workFlags
	MetricsAddr string `env:"BULKPATCH_METRICS_ADDR" placeholder:"HOST:PORT" help:"Serve /healthz, /readyz and /metrics there; without it nothing is served."`
}

// Help shows an example.
func (workerCommand) Help() string {
	return `Example:
  bulkpatch worker --db postgres://bulkpatch@db/bulkpatch --redis redis://queue:6379 --concurrency 16

Several processes on one SQLite file must run on one host.`
}

type migrateCommand struct {
	databaseFlags
	logFlags
	Check bool `help:"Change nothing: say whether the database is up to date, and list customers whose values would collide. The exit status is 1 if it is not up to date."`
}

// Help shows an example.
func (migrateCommand) Help() string {
	return `Examples:
  bulkpatch migrate --db sqlite:///var/lib/bulkpatch/bulkpatch.db
  bulkpatch migrate --check --db postgres://bulkpatch@db/bulkpatch

It creates the database where there is none. Every start of serve, api and worker does the same; this one is for doing it at a time of your own choice. Take a backup first.

Stored UUIDs are brought to lower case, and domains become unique whatever their case. Customers that would then have one value stay as they are and are listed, up to 100. A start does this once for each model; this command does it each time, for what processes of an earlier version have written meanwhile.`
}
