package api_test

import (
	"io"
	"net"
	"strings"
	"testing"
)

// TestNothingIsReadBehindARequestOfTwoLengths sends a request with a length and
// chunks, and behind it another one, which a proxy may take for a part of the
// first.
func TestNothingIsReadBehindARequestOfTwoLengths(t *testing.T) {
	r := newRig(t)
	conn, err := net.Dial("tcp", r.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	inner := "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(conn, "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+inner); err != nil {
		t.Fatal(err)
	}
	answers, err := io.ReadAll(conn)
	if err != nil || strings.Count(string(answers), "HTTP/1.1 ") != 1 {
		t.Errorf("%v: %s", err, answers)
	}
}
