package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOneTargetIsMeant names databases and servers by flags and by environment
// variables. The server refuses all calls, and the database is missing: so the
// error message shows which of the two the command used.
func TestOneTargetIsMeant(t *testing.T) {
	server := answering(t, http.StatusForbidden, "application/problem+json", `{"code": "missing_scope", "detail": "Not here."}`)
	const none = "sqlite:///none/x.db"
	const toServer, toDatabase = "Not here.", "there is no bulkpatch database at /none/x.db: "
	tests := map[string]struct {
		environment []string
		line        string
		status      int
		want        string
	}{
		"a server":                            {nil, "key list --server " + server, exitRefused, toServer},
		"a database":                          {nil, "key list --db " + none, exitUsage, toDatabase},
		"both as flags":                       {nil, "key list --db " + none + " --server " + server, exitUsage, "--db and --server exclude each other"},
		"a flag beats the server's variable":  {[]string{"SERVER=" + server, "KEY=k"}, "key list --db " + none, exitUsage, toDatabase},
		"a flag beats the database's":         {[]string{"DB=" + none}, "key list --server " + server, exitRefused, toServer},
		"the server by a variable":            {[]string{"SERVER=" + server}, "key list", exitRefused, toServer},
		"an empty variable is none":           {[]string{"SERVER="}, "key list --db " + none, exitUsage, toDatabase},
		"both by variables":                   {[]string{"DB=" + none, "SERVER=" + server}, "key list", exitUsage, "BULKPATCH_DB (--db) and BULKPATCH_SERVER (--server) exclude each other"},
		"a key for a database":                {nil, "key list --key k --db " + none, exitUsage, "--key has no effect with --db"},
		"models for a server":                 {nil, "key list --models . --server " + server, exitUsage, "--models has no effect with --server"},
		"a workspace for a server":            {nil, "export desk --workspace sales --server " + server, exitUsage, "--workspace has no effect with --server"},
		"a workspace's variable for a server": {[]string{"WORKSPACE=sales"}, "export desk --server " + server, exitUsage, "BULKPATCH_WORKSPACE (--workspace) has no effect with --server"},
		"the server's setting":                {nil, "export desk --csv-safe --server " + server, exitUsage, "--csv-safe has no effect with --server, which has a setting of its own"},
		"that for an import":                  {nil, "import desk - --csv-safe --server " + server, exitUsage, "--csv-safe has no effect with --server, which has a setting of its own"},
		"its variable, which others may need": {[]string{"CSV_SAFE=true"}, "export desk --server " + server, exitRefused, toServer},
		"the workspace of a new key":          {nil, "key create x --scopes admin --workspace sales --server " + server, exitRefused, toServer},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, v := range tt.environment {
				variable, value, _ := strings.Cut(v, "=")
				t.Setenv("BULKPATCH_"+variable, value)
			}
			status, out, complaint := call(t, strings.Fields(tt.line)...)
			if status != tt.status || out != "" || !strings.HasPrefix(complaint, "bulkpatch: "+tt.want) {
				t.Errorf("ended with %d and said %q, %q", status, out, complaint)
			}
		})
	}
}

// answering starts a server that gives the same answer to each call.
func answering(t *testing.T, status int, mediaType, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestOnlyWhatServesMakesADatabase runs all other commands on a missing
// database.
func TestOnlyWhatServesMakesADatabase(t *testing.T) {
	dir := t.TempDir()
	db := "sqlite://" + filepath.Join(dir, "typo.db")
	for line, status := range map[string]int{
		"export desk": exitUsage, "import desk -": exitUsage, "key list": exitUsage, "key revoke x": exitUsage, "key rotate x": exitUsage,
		"brake on --reason x --all": exitUsage, "brake status": exitUsage,
		"key create x --scopes admin": exitUsage, "copy --to " + db + ".copy": exitUsage, "migrate --check": exitFailed,
	} {
		got, out, complaint := call(t, append(strings.Fields(line), "--db", db)...)
		if got != status || out != "" || !strings.Contains(complaint, "there is no such file") || !strings.Contains(complaint, "bulkpatch migrate creates") {
			t.Errorf("%s ended with %d and said %q, %q", line, got, out, complaint)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	must(t, "migrate", "--db", db)
	if out := must(t, "migrate", "--check", "--db", db); out != "the database is up to date\n" {
		t.Errorf("migrate --check says %q", out)
	}
	must(t, "export", "desk", "--db", db)
}
