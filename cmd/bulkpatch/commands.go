package main

import "github.com/alecthomas/kong"

// commands is the grammar of the command line. Flags whose values need more
// checks than the parser does are strings here. The check methods read them, so
// that all faults are reported at once.
type commands struct {
	Version kong.VersionFlag `help:"Print the version and exit."`

	Serve  serveCommand  `cmd:"" help:"Run the API and the workers in one process."`
	API    apiCommand    `cmd:"" name:"api" help:"Run only the HTTP API."`
	Worker workerCommand `cmd:"" help:"Run only the workers."`
	Demo   demoCommand   `cmd:"" help:"Show an import, two jobs and their results on a temporary installation."`

	Import importCommand `cmd:"" help:"Read customers from a file."`
	Export exportCommand `cmd:"" help:"Write customers to standard output or a file."`

	Submit  submitCommand  `cmd:"" help:"Change the customers that match a filter, as a job."`
	Watch   watchCommand   `cmd:"" help:"Follow a job to its end."`
	Jobs    jobsCommand    `cmd:"" help:"List jobs, newest first."`
	Job     jobCommand     `cmd:"" help:"Say what a job does, what it waits for and what to do."`
	Results resultsCommand `cmd:"" help:"List what became of each customer of a job."`
	Pause   pauseCommand   `cmd:"" help:"Pause a job."`
	Resume  resumeCommand  `cmd:"" help:"Let a paused job go on."`
	Cancel  cancelCommand  `cmd:"" help:"End a job before it is done."`
	Retry   retryCommand   `cmd:"" help:"Try the customers again that a job did not change."`
	Undo    undoCommand    `cmd:"" help:"Restore what a job has changed."`

	Brake   brakeCommand   `cmd:"" help:"Hold all jobs, let them go on, or show whether they are held."`
	Key     keyCommand     `cmd:"" help:"Create, list, rotate and revoke API keys."`
	Audit   auditCommand   `cmd:"" help:"List who changed what, when and from where."`
	Model   modelCommand   `cmd:"" help:"Work with model files."`
	Migrate migrateCommand `cmd:"" help:"Bring a database up to date."`
	Copy    copyCommand    `cmd:"" help:"Move everything to another database, such as from SQLite to PostgreSQL."`

	Completion completionCommand `cmd:"" help:"Print a script that completes commands in a shell."`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:""`
	Shown      versionCommand    `cmd:"" name:"version" help:"Print the version."`
}

// Help shows examples and explains the exit status.
func (commands) Help() string {
	return `Examples:
  bulkpatch demo
  bulkpatch serve --db sqlite:///var/lib/bulkpatch/bulkpatch.db
  bulkpatch import desk customers.csv --db sqlite:///var/lib/bulkpatch/bulkpatch.db
  bulkpatch submit desk --where state=active --set jobTitle=Lead --wait --server http://127.0.0.1:8080 --key $KEY

bulkpatch COMMAND --help explains a command. Commands about customers, jobs and keys work on a server (--server, --key) or on a database (--db).

The exit status is 0 for success, 1 if it failed in whole or in part or was stopped, such as a job that failed, partly failed or was cancelled, 2 for wrong usage (nothing was done), and 3 if the server refused the call or could not be reached. Errors are on standard error, one a line.`
}

// databaseFlags name the database, the models and the retention times.
type databaseFlags struct {
	DB            string `name:"db" env:"BULKPATCH_DB" default:"sqlite://bulkpatch.db" placeholder:"URL" help:"Database: sqlite://PATH or postgres://[USER:PASSWORD@]HOST[:PORT]/DATABASE (default ${default})."`
	Models        string `env:"BULKPATCH_MODELS" placeholder:"DIR" help:"Folder with more model files (*.yaml), besides the shipped models."`
	Retention     string `env:"BULKPATCH_RETENTION" default:"30d" placeholder:"TIME" help:"How long finished jobs and their results are kept, such as 30d or 36h (default ${default})."`
	UndoRetention string `env:"BULKPATCH_UNDO_RETENTION" default:"7d" placeholder:"TIME" help:"How long former values are kept, so that a job can be undone (default ${default})."`
	Tombstones    string `env:"BULKPATCH_TOMBSTONES" default:"30d" placeholder:"TIME" help:"How long after its retention a job still answers 410 with its final state and counts, before it answers 404 (default ${default})."`
}

// redisFlags name the Redis of the queue.
type redisFlags struct {
	Redis string `env:"BULKPATCH_REDIS" default:"embedded" placeholder:"URL" help:"Queue: embedded (in this process), redis://[USER:PASSWORD@]HOST:PORT[/DB], rediss://…, redis-sentinel://HOST:PORT,HOST:PORT[/DB]?master=NAME or redis-cluster://HOST:PORT,HOST:PORT (default ${default})."`
}

// sharedRedisFlags name the Redis of a queue that several processes share.
type sharedRedisFlags struct {
	Redis string `env:"BULKPATCH_REDIS" placeholder:"URL" help:"Queue, shared with the other processes; it must be given: redis://[USER:PASSWORD@]HOST:PORT[/DB], rediss://…, redis-sentinel://HOST:PORT,HOST:PORT[/DB]?master=NAME or redis-cluster://HOST:PORT,HOST:PORT."`
}

// listenFlags are where the API listens, whom it believes and how much it accepts.
type listenFlags struct {
	Addr        string `env:"BULKPATCH_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on (default ${default})."`
	MaxBody     string `env:"BULKPATCH_MAX_BODY" default:"1MiB" placeholder:"SIZE" help:"Largest body of a request, such as 512KiB, 2MiB or a number of bytes, from 64KiB to 16MiB (default ${default}). Imports are streamed: only each line is limited, to 1 MiB."`
	MaxFile     string `env:"BULKPATCH_MAX_FILE" default:"1GiB" placeholder:"SIZE" help:"Largest file that may be uploaded for a file job, unpacked, from 64KiB to 1GiB (default ${default}). It is received into the folder for temporary files (TMPDIR), at most 8 at a time."`
	MaxOpenJobs string `env:"BULKPATCH_MAX_OPEN_JOBS" default:"10000" placeholder:"N" help:"Bulk jobs that one workspace may have open at a time, 1 to 1000000 (default ${default}), and ten times as many jobs over one record. Their filters and patches may take 256 MiB together. Further jobs are refused until some have ended. Several API processes that accept jobs at the same moment may exceed the limit slightly."`

	Rate           string `env:"BULKPATCH_RATE" placeholder:"N/s" help:"Calls that one key may make in a second, such as 50/s, from 1/s to 1000000/s; further ones are answered 429. Each API process counts by itself. Without it there is no limit."`
	TLSCert        string `name:"tls-cert" env:"BULKPATCH_TLS_CERT" placeholder:"FILE" help:"Serve HTTPS with this certificate (PEM, followed by those of its issuers). Changed files are used without a restart."`
	TLSKey         string `name:"tls-key" env:"BULKPATCH_TLS_KEY" placeholder:"FILE" help:"Private key of --tls-cert (PEM)."`
	TrustedProxies string `env:"BULKPATCH_TRUSTED_PROXIES" placeholder:"LIST" help:"Addresses and networks of proxies, such as 10.0.0.5,192.168.0.0/16. Only these are believed in X-Forwarded-For and X-Forwarded-Proto."`
	CORSOrigins    string `name:"cors-origins" env:"BULKPATCH_CORS_ORIGINS" placeholder:"LIST" help:"Origins of web pages that may call the API from a browser, such as https://app.example.com,https://crm.example.com, or * for all. Without it there are none."`
}

// dashboardFlags say how the pages under /admin look.
type dashboardFlags struct {
	Environment string `env:"BULKPATCH_ENVIRONMENT" placeholder:"NAME" help:"Name of this installation, such as production or staging, 1 to 40 printable characters. Every page of the dashboard shows it as a badge. Without it there is none."`
}

// csvFlags say how CSV is written and read.
type csvFlags struct {
	CSVSafe onOff `name:"csv-safe" env:"BULKPATCH_CSV_SAFE" help:"In CSV, write an apostrophe before each string that begins with =, +, -, @, a tab, a carriage return or an apostrophe, so that no spreadsheet program computes it as a formula, and remove it again in imports. Numbers and dates stay as they are. Use the same setting where a file is written and where it is read. Off by default."`
}

// adminKeyFlags set the first admin key.
type adminKeyFlags struct {
	AdminKey     string `env:"BULKPATCH_ADMIN_KEY" placeholder:"SECRET" help:"Admin key of the workspace main, 24 to 255 characters. A start creates it if it is missing; a key that was set earlier stays valid until it is revoked. Without this flag the first start generates a key and prints it once."`
	AdminKeyFile string `env:"BULKPATCH_ADMIN_KEY_FILE" placeholder:"FILE" help:"File with the admin key, instead of --admin-key."`
}

// workFlags set how much a worker does at a time.
type workFlags struct {
	Concurrency string `env:"BULKPATCH_CONCURRENCY" default:"${concurrency}" placeholder:"N" help:"Shards (parts of bulk jobs) that this process works on at the same time, 1 to 1000 (default ${default})."`
	Chunk       string `env:"BULKPATCH_CHUNK" default:"${chunk}" placeholder:"N" help:"Most records in one transaction, 1 to ${maxChunk} (default ${default}). More is faster; with fewer, a pause takes effect sooner."`
}

// logFlags set what is logged to standard error.
type logFlags struct {
	LogFormat string `env:"BULKPATCH_LOG_FORMAT" default:"text" placeholder:"FORMAT" set:"choices=text,json" help:"text or json (default ${default})."`
	LogLevel  string `env:"BULKPATCH_LOG_LEVEL" default:"info" placeholder:"LEVEL" set:"choices=debug,info,warn,error" help:"debug, info, warn or error (default ${default})."`
}

// webhookFlags say how the ends of jobs are delivered. Processes that accept jobs check
// webhooks by them, and workers send by them.
type webhookFlags struct {
	WebhookSecret string `env:"BULKPATCH_WEBHOOK_SECRET" placeholder:"SECRET" help:"Secret that signs the webhooks of workspaces without one of their own: whsec_ and 24 to 64 bytes in Base64. While it is replaced, give the new and the old one, separated by a comma. Without it only workspaces that have set a secret may use webhooks."`
	WebhookAllow  string `env:"BULKPATCH_WEBHOOK_ALLOW" placeholder:"LIST" help:"Hosts, addresses and networks that webhooks may call although they are private or local, also by plain HTTP, such as hooks.internal,10.1.2.0/24. Without it only public addresses are called, by HTTPS."`
}

// serviceFlags are common to serve, api and worker.
type serviceFlags struct {
	databaseFlags
	logFlags
	traceFlags
	webhookFlags
	ShutdownDelay string `env:"BULKPATCH_SHUTDOWN_DELAY" default:"500ms" placeholder:"TIME" help:"How long a stopping process still accepts requests while /readyz answers 503, 0s to 10m (default ${default}). Set it to the time that the load balancer needs to notice."`
}

type serveCommand struct {
	listenFlags
	dashboardFlags
	csvFlags
	adminKeyFlags
	redisFlags
	serviceFlags
	workFlags
}

// Help shows an example.
func (serveCommand) Help() string {
	return `Examples:
  bulkpatch serve --db sqlite:///var/lib/bulkpatch/bulkpatch.db --redis redis://127.0.0.1:6379
  bulkpatch serve --addr 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key --rate 50/s

The first start creates the workspace main and prints its admin key, once. The environment variable beside a flag sets it, too.`
}

type apiCommand struct {
	listenFlags
	dashboardFlags
	csvFlags
	adminKeyFlags
	sharedRedisFlags
	serviceFlags
}

// Help shows an example.
func (apiCommand) Help() string {
	return `Example:
  bulkpatch api --addr 0.0.0.0:8080 --db sqlite:///data/bulkpatch.db --redis redis://queue:6379

It needs a Redis server that the workers can reach too. The embedded Redis works within one process only.`
}

type workerCommand struct {
	sharedRedisFlags
	serviceFlags
	workFlags
	MetricsAddr string `env:"BULKPATCH_METRICS_ADDR" placeholder:"HOST:PORT" help:"Address to serve /healthz, /readyz and /metrics on. Without it they are not served."`
}

// Help shows an example.
func (workerCommand) Help() string {
	return `Example:
  bulkpatch worker --db postgres://bulkpatch@db/bulkpatch --redis redis://queue:6379 --concurrency 16

Processes that share an SQLite file must run on the same host.`
}

type migrateCommand struct {
	databaseFlags
	logFlags
	Check bool `help:"Change nothing: print whether the database is up to date, and list customers whose values would collide. The exit status is 1 if it is not up to date."`
}

// Help shows an example.
func (migrateCommand) Help() string {
	return `Examples:
  bulkpatch migrate --db sqlite:///var/lib/bulkpatch/bulkpatch.db
  bulkpatch migrate --check --db postgres://bulkpatch@db/bulkpatch

It creates a missing database. Every start of serve, api and worker migrates the database too; use this command to choose the time yourself. Take a backup first.

Stored UUIDs become lower case, and domains unique regardless of case. Customers whose values would then be equal stay unchanged and are listed, up to 100. A start does this once for each model. This command does it every time, to include what processes of an earlier version have written since.`
}
