package api_test

import (
	"strings"
	"testing"
)

// An endless body is sent as fast as the server reads it.
type endless struct {
	line  string
	after int           // how many bytes are sent
	sent  chan struct{} // before this is closed
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, strings.Repeat(e.line, max(1, len(p)/len(e.line))))
	if was := e.after; was > 0 {
		if e.after -= n; e.after <= 0 {
			close(e.sent)
		}
	}
	return n - n%len(e.line), nil
}

// TestACallerWhoIsStillSendingGetsTheAnswer ends an import whose caller sends without
// a pause, and is to be told how far it came, and not that the connection was reset.
// That may be nowhere: what was sent may still be on its way.
func TestACallerWhoIsStillSendingGetsTheAnswer(t *testing.T) {
	r := newRig(t)
	body := &endless{line: `{"id": 1, "firstName": "Ana"}` + "\n", after: 4 << 20, sent: make(chan struct{})}
	revoked := make(chan struct{})
	go func() {
		defer close(revoked)
		<-body.sent
		r.call("DELETE", "/v1/keys/1", "")
	}()
	resp, err := r.start(t.Context(), r.admin, "POST", "/v1/desk/import", body, "Content-Type", "application/x-ndjson")
	<-revoked
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text := readAll(t, resp.Body); resp.StatusCode != 401 || !strings.Contains(text, " imported.") {
		t.Errorf("the import was answered %d %s", resp.StatusCode, text)
	}
}
