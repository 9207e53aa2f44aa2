package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// TestOnHTTP2ARevokedKeyEndsItsCallsAlone has an event stream, an import and a
// stranger's event stream on one connection, and revokes the key of the first two.
func TestOnHTTP2ARevokedKeyEndsItsCallsAlone(t *testing.T) {
	r := newRig(t)
	id := r.job()
	doomed := r.key("doomed", "main", auth.JobsRead, auth.CustomersWrite)
	plain := r.server
	r.server = httptest.NewUnstartedServer(plain.Config.Handler)
	r.server.EnableHTTP2, r.server.Config.ConnContext = true, web.WithConn
	r.server.StartTLS()
	defer r.server.Close()

	open := func(key, method, path string, body io.Reader) *http.Response {
		resp, err := r.start(t.Context(), key, method, path, body, "Content-Type", "application/x-ndjson")
		if err != nil || resp.ProtoMajor != 2 {
			t.Errorf("%s was answered by %+v, %v", path, resp, err)
			return &http.Response{Body: http.NoBody}
		}
		return resp
	}
	lasting := open(r.admin, "GET", "/v1/jobs/"+id+"/events", nil)
	defer lasting.Body.Close()
	ending := open(doomed, "GET", "/v1/jobs/"+id+"/events", nil)
	defer ending.Body.Close()
	sent, rest := io.Pipe()
	defer rest.Close()
	imported := make(chan *http.Response, 1)
	go func() { imported <- open(doomed, "POST", "/v1/desk/import", sent) }()
	if _, err := io.WriteString(rest, `{"id": 1}`+"\n"); err != nil { // returns once it is sent
		t.Fatal(err)
	}

	keys, err := r.store.Keys(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if k.Name == "doomed" {
			if err := r.store.RevokeKey(context.Background(), auth.Caller{}, k.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := io.Copy(io.Discard, ending.Body); err != nil {
		t.Errorf("the event stream ended with %v", err)
	}
	answer := <-imported
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != 401 || !strings.Contains(string(text), `"invalid_key"`) {
		t.Errorf("the import was answered %d %s, %v", answer.StatusCode, text, err)
	}
	r.store.change(id, func(j *job.Job) { j.State = job.Succeeded })
	if !strings.Contains(readAll(t, lasting.Body), `"done":true`) {
		t.Error("the other caller's stream has not seen the end of the job")
	}
}

func readAll(t *testing.T, from io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(from)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}
