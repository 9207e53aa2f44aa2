package filter

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// These tests start a PostgreSQL server of their own, and fail where they
// cannot: .ci/prepare sees that its programs are there.

func TestPostgreSQLSelectsWhatMatches(t *testing.T) {
	newRunner(t, openPostgreSQL(t), PostgreSQL).testSelectsWhatMatches(t)
}

func TestPostgreSQLTakesTheLargestFilters(t *testing.T) {
	newRunner(t, openPostgreSQL(t), PostgreSQL).testTakesTheLargestFilters(t)
}

// openPostgreSQL starts a throw-away server that listens on a socket in a
// folder of its own.
func openPostgreSQL(t *testing.T) *sql.DB {
	t.Helper()
	bin := postgresPrograms(t)
	dir, err := os.MkdirTemp("", "pg") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		run(t, "chown", "postgres", dir)
	}
	data := filepath.Join(dir, "data")
	run(t, asServer(filepath.Join(bin, "initdb"), "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")...)
	t.Cleanup(func() { run(t, asServer(filepath.Join(bin, "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")...) })
	options := fmt.Sprintf("-c listen_addresses='' -c fsync=off -c jit=off -k %s", dir)
	run(t, asServer(filepath.Join(bin, "pg_ctl"), "-D", data, "-l", filepath.Join(dir, "log"), "-o", options, "-w", "start")...)
	db, err := sql.Open("pgx", "host="+dir+" user=test dbname=postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// postgresPrograms finds the newest server's programs.
func postgresPrograms(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		t.Fatal("no PostgreSQL server to test with: initdb is neither on the PATH nor where Debian puts it (apt-get install postgresql, or run the tests by `.ci/test`, which does it where it may)")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1])
}

// asServer makes a command that root runs as another user, since the server
// refuses to be root.
func asServer(command ...string) []string {
	if os.Getuid() == 0 {
		return append([]string{"runuser", "-u", "postgres", "--"}, command...)
	}
	return command
}

func run(t *testing.T, command ...string) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = "/"
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out.String())
	}
}

func TestPostgreSQLKnowsEveryEdge(t *testing.T) {
	newRunner(t, openPostgreSQL(t), PostgreSQL).testKnowsEveryEdge(t)
}
