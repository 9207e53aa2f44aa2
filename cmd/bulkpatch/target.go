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
	"slices"
	"sync"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
	"bulkpatch/store"
)

// targetFlags say whom a command speaks to: a server, or a database directly.
type targetFlags struct {
	Server string `env:"BULKPATCH_SERVER" placeholder:"URL" help:"Server to call, such as http://127.0.0.1:8080, instead of working on --db: the two exclude each other, and a flag beats an environment variable."`
	Key    string `env:"BULKPATCH_KEY" placeholder:"SECRET" help:"API key, for --server."`
	DB     string `name:"db" env:"BULKPATCH_DB" default:"sqlite://bulkpatch.db" placeholder:"URL" help:"Database to work on without a server (default ${default}); it has to be there."`
	Models string `env:"BULKPATCH_MODELS" placeholder:"DIR" help:"Folder of more model files, for --db."`
}

// workspaceFlag says whose customers or key a command means.
type workspaceFlag struct {
	Workspace string `env:"BULKPATCH_WORKSPACE" default:"main" placeholder:"NAME" help:"Workspace (default ${default}). Whose customers a command with --server means, the key decides."`
}

// A target is an open way to the API.
type target struct {
	*client.Client
	close  func() error
	direct bool // on the database, in this process: calls are answered when the app's context ends
}

// Close ends what the target started.
func (t *target) Close() error { return t.close() }

// target reads whom a command speaks to.
func (r *reader) target(f targetFlags) {
	r.quietly()
	if r.either("db", "server") == "server" {
		r.idle("--models", "with --server, which has models of its own")
		server, err := client.New(f.Server, f.Key)
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

// customersOf reads whose customers a command means. A server knows that by
// the key alone: customers meant for one workspace must not reach another.
func (r *reader) customersOf(f workspaceFlag) {
	r.s.workspace = f.Workspace
	if r.s.server != nil && (r.line.typed("workspace") || r.line.hasVariable("workspace")) {
		r.fault("--workspace", "has no effect with --server, where the key decides: leave it out")
	}
}

// connect opens the way that the settings name, to the customers of a
// workspace.
func connect(a *app, s settings) (*target, error) {
	return openTarget(a, s, func(db *store.Store) (auth.Workspace, error) {
		return workspaceOf(a.ctx, db, s.workspace)
	})
}

// administer opens the way that the settings name, to the keys of all
// workspaces. It asks for no live key, so that who has revoked the last one can
// make another.
func administer(a *app, s settings) (*target, error) {
	return openTarget(a, s, func(*store.Store) (auth.Workspace, error) {
		return auth.Workspace{Name: auth.MainWorkspace}, nil
	})
}

// openTarget calls the server, or without one serves the API to this process
// alone, on the database itself, which has to be there.
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

// workspaceOf finds a workspace by the keys that can reach it.
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
	return auth.Workspace{}, fmt.Errorf("no key reaches a workspace %s; key create makes one", name)
}

// memory is the name of the host that stands for this process.
const memory = "memory"

// serveInMemory joins a client to the API over connections that never leave
// the process.
func serveInMemory(ctx context.Context, db *store.Store, s settings, ws auth.Workspace) (*target, error) {
	owner := &owner{Store: db, secret: auth.NewSecret(), workspace: ws}
	lines := &memoryListener{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{
		Handler:  api.New(api.Config{Store: owner, Models: s.models, Log: s.log, Stopping: ctx.Done()}),
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelError),
	}
	transport := &http.Transport{DialContext: lines.dial, DisableCompression: true}
	c, err := client.New("http://"+memory, owner.secret, client.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return nil, err
	}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(lines) }) // ends with ErrServerClosed
	return &target{Client: c, direct: true, close: func() error {
		transport.CloseIdleConnections()
		err := server.Close()
		served.Wait()
		return errors.Join(err, db.Close())
	}}, nil
}

// An owner is a store that takes one more key: that of whoever has the
// database's file in hand, and so needs none.
type owner struct {
	*store.Store
	secret    string
	workspace auth.Workspace
}

// KeyBySecret accepts the owner's secret before it asks the store.
func (o *owner) KeyBySecret(ctx context.Context, secret string) (auth.Key, error) {
	if subtle.ConstantTimeCompare([]byte(secret), []byte(o.secret)) == 1 {
		return auth.Key{Name: "local", Workspace: o.workspace, Scopes: []auth.Scope{auth.Admin}}, nil
	}
	return auth.Key{}, job.ErrNotFound
}

// LiveSecrets answers for the owner's secret, which no table has.
func (o *owner) LiveSecrets(_ context.Context, hashes []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(hashes), func(hash string) bool { return hash != auth.Hash(o.secret) }), nil
}

// A memoryListener hands one end of each pipe to the server and the other to
// who dials.
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

// Accept waits for somebody to dial.
func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, io.EOF
	}
}

// Close ends Accept and dial; closing again is harmless.
func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr names the listener.
func (l *memoryListener) Addr() net.Addr { return &net.UnixAddr{Name: memory, Net: "unix"} }
