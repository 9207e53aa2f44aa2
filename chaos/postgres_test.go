package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"bulkpatch/store/pgtest"
)

// databaseName is the name of the database that the processes share.
const databaseName = "chaos"

// A postgres is the PostgreSQL server of a run, with the proxies before it.
type postgres struct {
	t       testing.TB // of the goroutine that injects the faults
	server  *pgtest.Server
	proxies *proxies
	db      *sql.DB // without a proxy
}

// newPostgres starts a server on a disk. As by its defaults, it keeps what it has
// committed when it is killed.
func newPostgres(t testing.TB, d *disk) (*postgres, error) {
	server := pgtest.StartIn(t, d.dir, "synchronous_commit=on", "full_page_writes=on",
		"max_wal_size=64MB", "deadlock_timeout=200ms", "authentication_timeout=5s")
	server.Do(t, "postgres", "CREATE DATABASE "+databaseName)
	server.Do(t, databaseName, "CREATE EXTENSION amcheck")
	db, err := sql.Open("pgx", server.URL(databaseName))
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(server.URL(databaseName))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	return &postgres{t: t, server: server, proxies: &proxies{target: at.Host}, db: db}, nil
}

func (p *postgres) address(process string) (string, error) {
	way, err := p.proxies.from(process)
	if err != nil {
		return "", err
	}
	at, err := url.Parse(p.server.URL(databaseName))
	if err != nil {
		return "", err
	}
	at.Host = way.addr
	return at.String(), nil
}

func (p *postgres) open() (*sql.DB, error) {
	return sql.Open("pgx", p.server.URL(databaseName)+"&default_transaction_read_only=on")
}

// damage lets the server compare its tables with their indexes.
func (p *postgres) damage(ctx context.Context, db *sql.DB) (string, error) {
	if _, err := db.ExecContext(ctx, `SELECT bt_index_check(c.oid, true)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
		WHERE a.amname = 'btree' AND c.relpersistence <> 't' AND i.indisready AND i.indisvalid`); err != nil {
		return err.Error(), nil
	}
	found, err := readRows(ctx, db, `SELECT c.relname, h.* FROM pg_class c, LATERAL verify_heapam(c.oid) h
		WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't'`)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return fmt.Sprint(found), nil
}

func (p *postgres) close() error {
	p.proxies.close()
	err := p.db.Close()
	if p.server.Pid() != 0 {
		p.server.Stop(p.t)
	}
	return err
}

// up starts the server if it has ended, as an operator would, and waits until it
// answers.
func (p *postgres) up() error {
	var err error
	for began := time.Now(); time.Since(began) < startWithin; time.Sleep(50 * time.Millisecond) {
		if p.server.Pid() == 0 {
			p.server.Restart(p.t)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err = p.db.ExecContext(ctx, `SELECT 1`)
		cancel()
		if err == nil {
			return nil
		}
	}
	return err
}

// crash kills the server's main process. The other processes end when they notice that.
// Those that do not are killed after a second, because the server cannot be started
// before all have ended.
func (p *postgres) crash() error {
	list := p.server.Processes()
	if len(list) == 0 {
		return errGone
	}
	err := syscall.Kill(list[0], syscall.SIGKILL)
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		running := 0
		for _, pid := range list {
			if syscall.Kill(pid, 0) != nil {
				continue
			}
			running++
			if time.Since(began) > time.Second {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if running == 0 || time.Since(began) > endWithin {
			return err
		}
	}
}

// killSession kills the server process of one of the program's sessions, as a machine
// without memory does. The server then ends all sessions and restarts.
func (p *postgres) killSession(ctx context.Context) error {
	var pid int
	err := p.db.QueryRowContext(ctx, `SELECT pid FROM pg_stat_activity WHERE application_name = 'bulkpatch'
		ORDER BY state = 'active' DESC, random() LIMIT 1`).Scan(&pid)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// terminate ends some of the program's sessions, active ones first, and returns how
// many.
func (p *postgres) terminate(ctx context.Context, most int) (n int64, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT COUNT(pg_terminate_backend(pid)) FROM (
		SELECT pid FROM pg_stat_activity WHERE application_name = 'bulkpatch'
		ORDER BY state <> 'idle' DESC, random() LIMIT $1) s`, most).Scan(&n)
	return n, err
}

// holding reports whether a process has written in a transaction that is still open, and
// so holds locks.
func (p *postgres) holding(ctx context.Context, process string) bool {
	way, err := p.proxies.from(process)
	if err != nil {
		return false
	}
	ports := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(way.ports())), ","), "[]")
	if ports == "" {
		return false
	}
	var n int
	err = p.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'idle in transaction'
		AND backend_xid IS NOT NULL AND client_port IN (`+ports+`)`).Scan(&n)
	return err == nil && n > 0
}

// lacked returns how often the server has logged that its disk is full.
func (p *postgres) lacked() int {
	said, err := os.ReadFile(p.server.Log())
	if err != nil {
		return 0
	}
	return strings.Count(string(said), "No space left on device")
}

// A blocker is a session that takes locks and then does nothing.
type blocker struct {
	server   *postgres
	pid      int
	rollBack context.CancelFunc // ends the transaction
	said     chan error         // receives nil when the session has the locks
	held     bool
	felt     bool // another session waited for it
}

// blocks are the statements of blockers. They lock whole tables, or the rows of jobs that
// have not ended.
var blocks = []string{
	`SELECT rid FROM c_desk WHERE rid % 3 = 0 FOR UPDATE`,
	`SELECT job FROM shards WHERE open = 1 FOR UPDATE`,
	`SELECT num FROM jobs WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled') FOR UPDATE`,
	`LOCK TABLE c_desk IN EXCLUSIVE MODE`,
	`LOCK TABLE shards IN EXCLUSIVE MODE`,
	`LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE`,
	`LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE`,
	`LOCK TABLE changes IN ACCESS EXCLUSIVE MODE`,
}

// newBlocker starts a session that waits for locks.
func (p *postgres) newBlocker(choice int) (*blocker, error) {
	ctx, cancel := context.WithCancel(context.Background())
	slow := time.AfterFunc(5*time.Second, cancel)
	defer slow.Stop()
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	b := &blocker{server: p, rollBack: cancel, said: make(chan error, 1)}
	if err := tx.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&b.pid); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		_, err := tx.ExecContext(ctx, blocks[choice%len(blocks)])
		b.said <- err
	}()
	return b, nil
}

// holds reports whether the session has its locks. It returns an error if the session
// cannot get them.
func (b *blocker) holds() (bool, error) {
	var err error
	select {
	case err = <-b.said:
		b.held = err == nil
	default:
	}
	return b.held, err
}

// look records whether another session waits for this one.
func (b *blocker) look() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var n int
	err := b.server.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))`, b.pid).Scan(&n)
	b.felt = b.felt || err == nil && n > 0
}

// release ends the transaction in the given way.
func (b *blocker) release(by way) {
	defer b.rollBack()
	if by == byForce {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = b.server.db.ExecContext(ctx, `SELECT pg_terminate_backend($1)`, b.pid) // if it fails, rollBack ends the transaction
	}
}
