package store_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/pgtest"
)

// openings tests addresses of databases on one server.
func openings(t *testing.T, server *pgtest.Server) {
	address := server.Database(t)
	refused(t, address, "it has none of the tables")
	migrate(t, address)
	existing(t, address)

	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	lockOut(t, server)
	for name, tt := range map[string]struct {
		change func(*url.URL)
		want   string
	}{
		"a wrong password":      {func(u *url.URL) { u.User = url.UserPassword("locked", "secretword") }, "the password of user locked is wrong"},
		"a user who may not":    {func(u *url.URL) { u.User = url.UserPassword("stranger", "secretword") }, "it lets user stranger in neither from here nor in this way: "},
		"no database":           {func(u *url.URL) { u.Path = "/none" }, "there is no such database; createdb makes one"},
		"nobody listens":        {func(u *url.URL) { u.Host = "127.0.0.1:1" }, "connection refused"},
		"no such host":          {func(u *url.URL) { u.Host = "no-host.invalid" }, "the name no-host.invalid is not known"},
		"no TLS, which must be": {func(u *url.URL) { u.RawQuery = "sslmode=require" }, "it does not take TLS, which sslmode asks for"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := *u
			wrong.RawQuery = ""
			tt.change(&wrong)
			_, err := store.Open(t.Context(), wrong.String(), store.Options{Models: model.Shipped()})
			if !errors.Is(err, job.ErrUnavailable) {
				t.Fatalf("it answers %v", err)
			}
			said := err.Error()
			if strings.Count(said, " cannot be reached: "+tt.want) != 1 || strings.Contains(said, "\n") || strings.Contains(said, "secretword") || strings.Contains(said, ";") != strings.Contains(tt.want, ";") {
				t.Errorf("it says %q", said)
			}
		})
	}
}

// lockOut creates a user who needs a password and one whom the server always
// rejects, and waits until the server has read its settings.
func lockOut(t *testing.T, server *pgtest.Server) {
	t.Helper()
	server.Do(t, "postgres", `CREATE ROLE locked LOGIN PASSWORD 'another'`)
	server.Do(t, "postgres", `CREATE ROLE stranger LOGIN`)
	file := server.Do(t, "postgres", `SHOW hba_file`)
	server.Do(t, "postgres", `COPY (VALUES ('host all locked 127.0.0.1/32 scram-sha-256'), ('host all stranger 127.0.0.1/32 reject'),
		('host all all 127.0.0.1/32 trust')) TO '`+file+`'`)
	before := server.Do(t, "postgres", `SELECT CAST(pg_conf_load_time() AS text)`)
	server.Do(t, "postgres", `SELECT pg_reload_conf()`)
	for server.Do(t, "postgres", `SELECT CAST(pg_conf_load_time() AS text)`) == before {
	}
}

func migrate(t *testing.T, address string) {
	t.Helper()
	if err := opened(t, address, store.Options{Models: model.Shipped()}).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func existing(t *testing.T, address string) {
	t.Helper()
	s, err := store.OpenExisting(t.Context(), address, store.Options{Models: model.Shipped()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// refused fails the test unless opening the address fails for the reason.
func refused(t *testing.T, address, reason string) {
	t.Helper()
	s, err := store.OpenExisting(t.Context(), address, store.Options{Models: model.Shipped()})
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, store.ErrNoDatabase) || !strings.Contains(err.Error(), reason) {
		t.Errorf("it answers %v instead of %q", err, reason)
	}
}

func TestAFileThatIsNoDatabaseIsRefusedAndStays(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	empty := filepath.Join(dir, "empty")
	for path, content := range map[string]string{text: strings.Repeat("no database ", 100), empty: ""} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, "sqlite://"+text, "no SQLite database")
	refused(t, "sqlite://"+empty, "is empty")
	refused(t, "sqlite://"+dir, "is a folder")
	refused(t, "sqlite://"+filepath.Join(dir, "missing"), "no such file")
	refused(t, "sqlite://"+filepath.Join(dir, "missing", "x"), "no folder")
	refused(t, "sqlite://"+filepath.Join(text, "x"), "no folder")

	unmigrated := filepath.Join(dir, "unmigrated")
	opened(t, "sqlite://"+unmigrated, store.Options{Models: model.Shipped()})
	refused(t, "sqlite://"+unmigrated, "none of the tables")
	migrate(t, "sqlite://"+unmigrated)
	existing(t, "sqlite://"+unmigrated)
	entries, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(entries) != 5 { // the last with its log and index
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// TestOnlyItsOwnerReadsADatabase creates a database file while the umask allows
// everyone to read.
func TestOnlyItsOwnerReadsADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	link := path + ".link"
	if err := os.Symlink("new.db", link); err != nil {
		t.Fatal(err)
	}
	migrate(t, "sqlite://"+link)
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", file, info, err)
		}
	}
}

func TestAFileThatOthersCanReadIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	migrate(t, "sqlite://"+path)
	var log bytes.Buffer
	o := store.Options{Models: model.Shipped(), Log: slog.New(slog.NewTextHandler(&log, nil))}
	opened(t, "sqlite://"+path, o)
	if log.Len() > 0 {
		t.Errorf("a private database is spoken of: %s", log.String())
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	opened(t, "sqlite://"+path, o)
	if said := log.String(); strings.Count(said, "level=WARN") != 1 || !strings.Contains(said, "chmod 600 "+path) {
		t.Errorf("the log says %q", said)
	}
}

// TestAMigratedDatabaseIsOneFile closes a database that was only migrated. A
// copy of its one file is complete.
func TestAMigratedDatabaseIsOneFile(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "new.db"), store.Options{Models: model.Shipped()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}
