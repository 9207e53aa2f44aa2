package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"bulkpatch/api"
)

func TestSlowBodyIsCutOff(t *testing.T) {
	for name, kind := range map[string]string{
		"/v1/desk/customers": "application/json",
		"/v1/desk/import":    "application/x-ndjson",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *api.Config) { c.StepTimeout = 50 * time.Millisecond })
			conn, err := net.Dial("tcp", r.server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nX-API-Key: %s\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n{", name, r.admin, kind)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != 408 || !strings.Contains(string(body), `"request_timeout"`) {
				t.Errorf("%d %s %v", resp.StatusCode, body, err)
			}
		})
	}
}

func TestBodyThatBreaksOffIsRefused(t *testing.T) {
	r := newRig(t)
	conn, err := net.Dial("tcp", r.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/desk/customers HTTP/1.1\r\nHost: x\r\nX-API-Key: %s\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n", r.admin)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestBodyThatIsReadInTimeMayWaitLong(t *testing.T) {
	// The deadline for the body must not end the wait that follows it.
	r := newRig(t, func(c *api.Config) { c.StepTimeout = 200 * time.Millisecond })
	a := r.call("PATCH", "/v1/desk/customers"+activeFilter, leadPatch, "Prefer", "wait=1").want(202)
	a.header("Preference-Applied", "wait=1")
}
