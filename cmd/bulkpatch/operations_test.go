package main

import (
	"database/sql"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// TestABackupTakenDuringAJobFinishesIt backs up the database while a job runs, as
// docs/operations.md says, kills the server, and starts one on the restored
// backup. Redis stays as it was: it has a task for a job that was accepted after
// the backup and is not in it.
func TestABackupTakenDuringAJobFinishesIt(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]func(*testing.T) (address string, backUp func() (restored string)){
		"SQLite": func(t *testing.T) (string, func() string) {
			file, backup := filepath.Join(t.TempDir(), "live.db"), filepath.Join(t.TempDir(), "backup.db")
			return "sqlite://" + file, func() string {
				vacuumInto(t, file, backup)
				return "sqlite://" + backup
			}
		},
		"PostgreSQL": func(t *testing.T) (string, func() string) {
			server := pgtest.Start(t)
			address, dump := server.Database(t), filepath.Join(t.TempDir(), "bulkpatch.dump")
			return address, func() string {
				command(t, server.Program("pg_dump"), "--format", "custom", "--file", dump, address)
				command(t, server.Program("createdb"), "--maintenance-db", address, "--owner", "test", "--encoding", "UTF8", "--template", "template0", "restored")
				restored := server.URL("restored")
				command(t, server.Program("pg_restore"), "--no-owner", "--dbname", restored, dump)
				return restored
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const people = 4000
			address, backUp := kind(t)
			redis := redistest.Start(t).URL()
			serve := func(address string, flags ...string) *process {
				return start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", address, "--redis", redis}, flags...)...)
			}
			submit := func(c *client.Client, patch any) client.Job {
				j, err := c.SubmitBulk(t.Context(), "desk", everybody, patch, client.Options{})
				if err != nil {
					t.Fatal(err)
				}
				return j
			}
			live := serve(address, tiny...)
			c := live.client(t, live.firstKey)
			load(t, c, people)
			j := under(t, c, submit(c, trusting))
			restored := backUp()
			submit(c, map[string]any{"jobTitle": "never"})
			live.kill(t)

			c = serve(restored).client(t, live.firstKey)
			checkSum(t, wait(t, c, j.ID), client.StateSucceeded, people)
			checkChangedOnce(t, c, people)
			checkSum(t, wait(t, c, submit(c, map[string]any{"jobTitle": "Lead"}).ID), client.StateSucceeded, people)
		})
	}
}

// vacuumInto backs up an SQLite database while the server writes to it.
func vacuumInto(t *testing.T, file, backup string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `VACUUM INTO '`+backup+`'`); err != nil {
		t.Fatal(err)
	}
}

// command runs a program that must succeed.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
