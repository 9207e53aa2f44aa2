package main

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// A reading does what the documents say, as a reader would: each command, as it
// stands and in its order, is given to a shell or, if it runs until it is stopped,
// started. Only hosts, ports and folders are replaced by those of this test.
type reading struct {
	folder   string
	env      []string
	replaced *strings.Replacer
	postgres *pgtest.Server
	servers  []*process
	first    *process // the one that the calls with curl reach
	key, job string   // $KEY and $JOB
}

// TestTheDocumentsCommandsRun follows the README, behind its walk, and
// docs/operations.md.
func TestTheDocumentsCommandsRun(t *testing.T) {
	t.Parallel()
	f := readDocuments(t)
	f.run(t, `createdb --owner bulkpatch --encoding UTF8 --template template0 bulkpatch`) // which the README takes for granted
	for _, command := range shownIn(t, "README.md") {
		f.do(t, command)
	}
	f.key = f.first.firstKey // the README's is not an administrator's
	for _, command := range shownIn(t, "docs/operations.md") {
		f.do(t, command)
	}
}

// readDocuments prepares a folder with the program, and the servers of others.
func readDocuments(t *testing.T) *reading {
	t.Helper()
	f := &reading{folder: t.TempDir(), postgres: pgtest.Start(t)}
	for _, name := range []string{"bin", "backup", "lib", "data"} {
		if err := os.Mkdir(filepath.Join(f.folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"bin/bulkpatch": binary(t), "customers.ndjson": sampleFile(t, 20)} {
		if err := os.Symlink(target, filepath.Join(f.folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(f.folder, ".curlrc"), []byte("fail-with-body\nsilent\nshow-error\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(f.postgres.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	f.postgres.Do(t, "postgres", "CREATE ROLE bulkpatch LOGIN")
	redis, port := redistest.Start(t).URL(), freePort(t)
	f.env = append(os.Environ(), "CURL_HOME="+f.folder, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
		"PGHOST="+server.Hostname(), "PGPORT="+server.Port(), "PGUSER="+server.User.Username(), "PGSSLMODE=disable",
		"PATH="+filepath.Dir(f.postgres.Program("psql"))+":"+os.Getenv("PATH"))
	f.replaced = strings.NewReplacer(
		"/var/lib/bulkpatch/", f.folder+"/lib/", "sqlite:///data/", "sqlite://"+f.folder+"/data/", "/backup/", f.folder+"/backup/",
		"redis://127.0.0.1:6379", redis, "redis://queue:6379", redis,
		"redis-sentinel://s1:26379,s2:26379,s3:26379?master=queue", redistest.StartSentinel(t).URL(),
		"redis-cluster://n1:6379,n2:6379,n3:6379", redistest.StartCluster(t).URL(),
		"@db:5432/", "@"+server.Host+"/",
		"127.0.0.1:8080", "127.0.0.1:"+port, "0.0.0.0:8080", "127.0.0.1:0",
		"bulkpatch serve", "bulkpatch serve --addr 127.0.0.1:"+port,
		"bulkpatch worker", "bulkpatch worker --metrics-addr 127.0.0.1:0",
	)
	return f
}

// do runs one command of the documents, unless that is done elsewhere.
func (f *reading) do(t *testing.T, command string) {
	t.Helper()
	words := strings.Fields(command)
	switch {
	case doneElsewhere(command), words[0] == "createdb": // the reading began with it
	case strings.HasPrefix(command, "bin/bulkpatch serve"), strings.HasPrefix(command, "bin/bulkpatch api"), strings.HasPrefix(command, "bin/bulkpatch worker"):
		f.start(t, command)
	case words[0] == "export": // for all commands that follow
		f.env = strings.Split(f.run(t, command+"; env -0"), "\x00")
	case strings.HasPrefix(command, "bin/bulkpatch key create"):
		f.key = strings.TrimSpace(f.run(t, command))
	case strings.HasPrefix(command, "bin/bulkpatch retry"):
		former := f.job
		f.job = f.partlyFailed(t)
		f.run(t, command)
		f.job = former // only a partly failed job can be retried, and what follows is about the other one
	case words[0] == "pg_restore":
		f.postgres.Do(t, "postgres", "CREATE DATABASE restored OWNER bulkpatch")
		f.run(t, command)
	case strings.HasPrefix(command, "bin/bulkpatch copy"): // from stopped processes to an empty database
		for _, p := range f.servers {
			p.stop(t)
		}
		f.servers = nil
		f.postgres.Do(t, "postgres", "DROP DATABASE bulkpatch")
		f.postgres.Do(t, "postgres", "CREATE DATABASE bulkpatch OWNER bulkpatch TEMPLATE template0")
		f.run(t, command)
	default:
		f.remember(t, f.run(t, command))
	}
}

// partlyFailed makes a job that a retry completes: it gave two customers one unique name,
// and the one that got it has lost it since.
func (f *reading) partlyFailed(t *testing.T) string {
	t.Helper()
	c := f.first.client(t, f.key)
	for _, id := range []string{"north", "south"} {
		if _, err := c.CreateRecord(t.Context(), "mythic", map[string]any{"id": id, "name": id}); err != nil {
			t.Fatal(err)
		}
	}
	j, err := c.Submit(t.Context(), client.Submission{
		Model: "mythic", Filter: map[string]any{"id": map[string]any{"$in": []string{"north", "south"}}}, Patch: map[string]any{"global_name": "one"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if j = wait(t, c, j.ID); j.State != client.StatePartiallySucceeded {
		t.Fatalf("the job ended %s", j.State)
	}
	if err := c.DeleteRecord(t.Context(), "mythic", "north", 0); err != nil {
		t.Fatal(err)
	}
	return j.ID
}

// start starts a process that runs until it is stopped. A second serve takes the place
// of the first, with other settings.
func (f *reading) start(t *testing.T, command string) {
	t.Helper()
	again := f.first != nil && strings.HasPrefix(command, "bin/bulkpatch serve")
	if again {
		f.first.stop(t)
		f.servers = slices.DeleteFunc(f.servers, func(p *process) bool { return p == f.first })
	}
	p := start(t, shellWords(strings.TrimPrefix(f.replaced.Replace(command), "bin/bulkpatch "))...)
	if f.servers = append(f.servers, p); f.first == nil || again {
		f.first = p
	}
}

// run gives a command to a shell and returns what it printed.
func (f *reading) run(t *testing.T, command string) string {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", f.replaced.Replace(command))
	shell.Dir, shell.Env = f.folder, append(f.env, "KEY="+f.key, "JOB="+f.job)
	var complaint strings.Builder
	shell.Stderr = &complaint
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", command, err, out, &complaint)
	}
	return string(out)
}

// jobID is what a command prints that makes a job.
var jobID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$`)

// remember takes the job that a command made, or whose answer it printed, as $JOB, and
// waits for its end: the documents look at jobs that have ended.
func (f *reading) remember(t *testing.T, printed string) {
	t.Helper()
	var j client.Job
	if jobID.MatchString(printed) {
		j.ID = strings.TrimSpace(printed)
	} else if json.Unmarshal([]byte(printed), &j) != nil || j.ID == "" {
		return
	}
	f.job = j.ID
	wait(t, f.first.client(t, f.key), j.ID)
}
