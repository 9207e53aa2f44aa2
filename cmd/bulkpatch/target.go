package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/user"
	"slices"
	"sync"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
	"bulkpatch/store"
)

// targetFlags say what a command works on: a server, or a database directly.
type targetFlags struct {
	Server string `env:"BULKPATCH_SERVER" placeholder:"URL" help:"Server to call, such as http://127.0.0.1:8080, instead of working on --db. Give one of the two; a flag wins over an environment variable."`
	Key    string `env:"BULKPATCH_KEY" placeholder:"SECRET" help:"API key, for --server."`
	DB     string `name:"db" env:"BULKPATCH_DB" default:"sqlite://bulkpatch.db" placeholder:"URL" help:"Database to work on without a server (default ${default}). It must exist."`
	Models string `env:"BULKPATCH_MODELS" placeholder:"DIR" help:"Folder with more model files, for --db."`
}

// workspaceFlag names the workspace that a command works on.
type workspaceFlag struct {
	Workspace string `env:"BULKPATCH_WORKSPACE" default:"main" placeholder:"NAME" help:"Workspace (default ${default}). For commands on customers with --server, the key decides the workspace."`
}

// A target is a client of the API, of a server or of this process.
type target struct {
	*client.Client
	close  func() error
	direct bool // in this process: calls are answered when the app's context ends
}

// Close stops what the target started.
func (t *target) Close() error { return t.close() }

// target reads what a command works on.
func (r *reader) target(f targetFlags) {
	r.quietly()
	if r.either("db", "server") == "server" {
		r.idle("--models", "with --server, which has models of its own")
		server, err := client.New(f.Server, f.Key, client.WithHTTPClient(r.s.answers.client(http.DefaultTransport)))
		if err != nil {
			r.fault("--server", "must look like http://HOST:PORT, without user, query or fragment")
		}
		r.s.server = server
		return
	}
	r.idle("--key", "with --db: it is for --server")
	r.s.db = r.place("--db", f.DB)
	r.s.models = r.models(f.Models)
}

// customersOf reads the workspace whose customers a command works on. With a
// server only the key decides that. So the flag is refused there: it could name
// another workspace than the one that the command would change.
func (r *reader) customersOf(f workspaceFlag) {
	r.s.workspace = f.Workspace
	if r.s.server != nil && (r.line.typed("workspace") || r.line.hasVariable("workspace")) {
		r.fault("--workspace", "has no effect with --server, where the key decides: leave it out")
	}
}

// csvOfTarget reads how the CSV of a command is written and read. A server
// decides that by its own setting.
func (r *reader) csvOfTarget(f csvFlags) {
	r.csv(f)
	if r.s.server != nil {
		r.idle("--csv-safe", "with --server, which has a setting of its own")
	}
}

// connect opens the target that the settings name, for the customers of a
// workspace.
func connect(a *app, s settings) (*target, error) {
	return openTarget(a, s, func(db *store.Store) (auth.Workspace, error) {
		return workspaceOf(a.ctx, db, s.workspace)
	})
}

// administer opens the target that the settings name, for the keys of all
// workspaces. On a database it needs no key, so that a user who has revoked the
// last one can create another.
func administer(a *app, s settings) (*target, error) {
	return openTarget(a, s, func(*store.Store) (auth.Workspace, error) {
		return auth.Workspace{Name: auth.MainWorkspace}, nil
	})
}

// openTarget returns a target for the server of the settings. Without a server
// it opens the database, which must exist, and serves the API to this process
// only, for the workspace that choose returns.
func openTarget(a *app, s settings, choose func(*store.Store) (auth.Workspace, error)) (*target, error) {
	if s.server != nil {
		return &target{Client: s.server, close: func() error { return nil }}, nil
	}
	db, err := openStore(a.ctx, s, store.OpenExisting)
	if err != nil {
		return nil, err
	}
	if err := firstUse(a, db, "", a.err); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	ws, err := choose(db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return serveInMemory(a.ctx, db, s, ws)
}

// workspaceOf finds a workspace by its name, among those that have a key.
func workspaceOf(ctx context.Context, db *store.Store, name string) (auth.Workspace, error) {
	keys, err := db.Keys(ctx)
	if err != nil {
		return auth.Workspace{}, err
	}
	for _, k := range keys {
		if k.Workspace.Name == name {
			return k.Workspace, nil
		}
	}
	return auth.Workspace{}, &refusedError{fmt.Sprintf("no key reaches a workspace %s; key create makes one", visible(name))}
}

// memory is the host name of this process in the addresses of its own API.
const memory = "memory"

// serveInMemory serves the API to a client in the same process, without a
// network.
func serveInMemory(ctx context.Context, db *store.Store, s settings, ws auth.Workspace) (*target, error) {
	owner := &owner{Store: db, key: auth.Key{Name: "local", Workspace: ws, Scopes: []auth.Scope{auth.Admin}, Person: systemUser()}, secret: auth.NewSecret()}
	lines := &memoryListener{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{
		Handler:  api.New(api.Config{Store: owner, Models: s.models, Log: s.log, Stopping: ctx.Done(), CSVGuard: s.csvGuard}),
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelError),
	}
	transport := &http.Transport{DialContext: lines.dial, DisableCompression: true}
	c, err := client.New("http://"+memory, owner.secret, client.WithHTTPClient(s.answers.client(transport)))
	if err != nil {
		return nil, err
	}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(lines) }) // ends with ErrServerClosed
	return &target{Client: c, direct: true, close: func() error {
		transport.CloseIdleConnections()
		// A call that was broken off may still have something to store, such as the
		// end of an import.
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		err := server.Shutdown(ctx)
		served.Wait()
		return errors.Join(err, server.Close(), db.Close())
	}}, nil
}

// An owner is a store that accepts one more key. The commands of this process
// use it: a user who can open the database needs no key of his own.
type owner struct {
	*store.Store
	key    auth.Key
	secret string
}

// systemUser is the name of the operating system's user who runs this process, ""
// if it has none.
func systemUser() string {
	u, err := user.Current()
	if err != nil || !auth.ValidPerson(u.Username) {
		return ""
	}
	return u.Username
}

// KeyBySecret accepts the owner's secret and no other.
func (o *owner) KeyBySecret(ctx context.Context, secret string) (auth.Key, error) {
	if subtle.ConstantTimeCompare([]byte(secret), []byte(o.secret)) == 1 {
		return o.key, nil
	}
	return auth.Key{}, job.ErrNotFound
}

// LiveSecrets returns the hash of the owner's secret if it is asked for. The
// secret is in no table.
func (o *owner) LiveSecrets(_ context.Context, hashes []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(hashes), func(hash string) bool { return hash != auth.Hash(o.secret) }), nil
}

// A memoryListener connects each dialling client with the server by a pipe.
type memoryListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept returns the next connection that a client dials.
func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, io.EOF
	}
}

// Close makes Accept and dial return. Closing twice is allowed.
func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr returns an address that only names the listener.
func (l *memoryListener) Addr() net.Addr { return &net.UnixAddr{Name: memory, Net: "unix"} }
