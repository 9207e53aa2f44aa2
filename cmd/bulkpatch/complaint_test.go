package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/job"
	"bulkpatch/store"
)

// TestErrorsAreSaidInTheUsersTerms has the client meet every kind of server,
// and none.
func TestErrorsAreSaidInTheUsersTerms(t *testing.T) {
	const problem, page = "application/problem+json", "text/html"
	plain := answering(t, http.StatusOK, page, "<p>Sign in</p>")
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of each client that does not trust it
	secure.StartTLS()
	t.Cleanup(secure.Close)
	tests := map[string]struct {
		server string
		want   []string
	}{
		"several faults, and more": {answering(t, 400, problem, `{"code": "invalid_request", "detail": "3 things are wrong", "errors": [
			{"pointer": "/state", "detail": "Must be text."}, {"pointer": "", "detail": "Too much."}, {"pointer": "?columns", "detail": "No."}], "moreErrors": 1}`),
			[]string{"/state: Must be text.", "Too much.", "--columns: No.", "and 1 more"}},
		"a refusal without faults": {answering(t, 409, problem, `{"code": "name_taken", "detail": "The name is taken."}`), []string{"The name is taken."}},
		"a call that is a command": {answering(t, 503, problem, `{"code": "brake", "detail": "The brake is on. GET /v1/brake says why, and since when."}`),
			[]string{"The brake is on. bulkpatch brake status says why, and since when."}},
		"an unknown key": {answering(t, 401, problem, `{"code": "invalid_key", "detail": "The key is unknown."}`),
			[]string{"The key is unknown. Give it with --key or BULKPATCH_KEY."}},
		"a proxy without the server": {answering(t, 404, page, "<p>Nothing</p>"),
			[]string{"the server answered 404 Not Found, and not as bulkpatch does: is --server right, or does a proxy stand in between?"}},
		"a page instead of an answer": {plain, []string{"what answers at --server is not bulkpatch: is the address right, or does a proxy stand in between?"}},
		"nobody":                      {"http://127.0.0.1:1", []string{"http://127.0.0.1:1 cannot be reached: connection refused"}},
		"no such host":                {"http://no-host.invalid", []string{"http://no-host.invalid cannot be reached: the name no-host.invalid is not known"}},
		"https where http is spoken":  {strings.Replace(plain, "http", "https", 1), []string{strings.Replace(plain, "http", "https", 1) + " cannot be reached: it does not speak https: try http"}},
		"an unknown authority":        {secure.URL, []string{secure.URL + " cannot be reached: its certificate is not trusted: x509: certificate signed by unknown authority"}},
		"a server that hangs up":      {hangingUp(t), []string{"cannot be reached: the connection broke off"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := client.New(tt.server, "key", client.WithAttempts(1))
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = c.CreateKey(t.Context(), "x", "main", nil)
			got := complain(fmt.Errorf("make a key: %w", err))
			if got.status != exitRefused || len(got.lines) != len(tt.want) {
				t.Fatalf("%v is said as %+v", err, got)
			}
			for i, want := range tt.want {
				if !strings.HasSuffix(got.lines[i], want) {
					t.Errorf("line %d is %q instead of %q", i, got.lines[i], want)
				}
			}
		})
	}
}

// hangingUp is the address of a server that takes a connection and ends it.
func hangingUp(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			buffer := make([]byte, 1<<10)
			conn.Read(buffer) // else the end would be a reset
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return "http://" + l.Addr().String()
}

func TestErrorsOfThisMachineAreSaidInTheUsersTerms(t *testing.T) {
	dir := t.TempDir()
	_, missing := os.Open(filepath.Join(dir, "none"))
	_, folder := os.ReadFile(dir)
	twice := &flagError{"--to", errors.New("it is full")}
	tests := map[string]struct {
		err    error
		status int
		lines  []string
	}{
		"nothing to say":       {errSaid, exitFailed, nil},
		"no file":              {missing, exitUsage, []string{"there is no file or folder " + filepath.Join(dir, "none")}},
		"a folder for a file":  {folder, exitUsage, []string{dir + " is a folder"}},
		"a call to itself":     {fmt.Errorf("import: %w", &url.Error{Op: "Post", URL: "http://memory/v1/desk/import", Err: io.EOF}), exitRefused, []string{"the connection broke off"}},
		"an interruption":      {fmt.Errorf("import: %w", context.Canceled), exitFailed, []string{"interrupted before the end"}},
		"no database":          {store.ErrNoDatabase, exitUsage, []string{"there is no bulkpatch database (is the address right? bulkpatch migrate creates a database)"}},
		"no answer":            {fmt.Errorf("copy: %w", job.ErrUnavailable), exitRefused, []string{"copy: the database cannot answer now"}},
		"one sentence twice":   {errors.Join(twice, fmt.Errorf("%w", twice)), exitFailed, []string{"--to: it is full"}},
		"several things":       {errors.Join(missing, twice), exitUsage, []string{"there is no file or folder " + filepath.Join(dir, "none"), "--to: it is full"}},
		"one that wraps two":   {fmt.Errorf("%w: %w", errors.New("a"), errors.New("b")), exitFailed, []string{"a: b"}},
		"what nobody expected": {errors.New("the moon is down"), exitFailed, []string{"the moon is down"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := complain(tt.err); got.status != tt.status || !slices.Equal(got.lines, tt.lines) {
				t.Errorf("%v is said as %+v", tt.err, got)
			}
		})
	}
}
