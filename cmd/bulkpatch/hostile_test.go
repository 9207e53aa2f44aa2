package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bulkpatch/store/pgtest"
)

// TestUnfinishedRequestsHoldLittle leaves hundreds of requests open, some in the
// midst of their headers, some of their bodies. Meanwhile large requests of
// another key must be served.
func TestUnfinishedRequestsHoldLittle(t *testing.T) {
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", "embedded", "--log-level", "error")
	_, other, err := p.client(t, p.firstKey).CreateKey(t.Context(), "other", "other", []string{"admin"})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() { p.leaveOpen(t, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 100_000)) })
		group.Go(func() {
			p.leaveOpen(t, "POST /v1/desk/customers HTTP/1.1\r\nHost: x\r\nX-API-Key: "+p.firstKey+
				"\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n"+strings.Repeat(" ", 1_000_000))
		})
	}
	group.Wait()
	for range 10 {
		_, err := p.client(t, other).CreateRecord(t.Context(), "desk", map[string]any{"notes": strings.Repeat("x", 900_000)})
		if err != nil {
			t.Errorf("another key's large record: %v", err)
		}
	}
	peak := p.peak(t)
	t.Logf("the process held %d MiB", peak>>20)
	if peak > mostUnfinished {
		t.Errorf("the process held %d MiB", peak>>20)
	}
}

// mostUnfinished is the most memory that a process may use with four hundred
// unfinished requests.
const mostUnfinished = 250 << 20

// leaveOpen sends the beginning of a request, or as much as the process reads
// of it, and leaves the connection open.
func (p *process) leaveOpen(t *testing.T, text string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Error(err)
		return
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetWriteDeadline(time.Now().Add(time.Second)) // a body that is not read stops in the midst
	io.WriteString(conn, text)
}

// get reads with the first key.
func (p *process) get(t *testing.T, path string) (status int, body string) {
	req, err := http.NewRequestWithContext(t.Context(), "GET", p.base+path, nil)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	req.Header.Set("X-Api-Key", p.firstKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(raw)
}

// databases creates a new database of each kind.
func databases(t *testing.T) map[string]func() string {
	return map[string]func() string{
		"SQLite":     func() string { return database(t) },
		"PostgreSQL": func() string { return pgtest.Database(t) },
	}
}

// peak returns the most memory that the process has used so far.
func (p *process) peak(t *testing.T) int64 {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal("the memory of a process cannot be read here: ", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("the process does not say how much it has held")
	return 0
}
