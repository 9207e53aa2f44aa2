package chaos

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// narrowClient returns a client with small receive buffers. With large ones the server
// could send a whole export at once, and the call would not stay open.
func narrowClient() *http.Client {
	dialer := net.Dialer{Timeout: 5 * time.Second, Control: func(_, _ string, conn syscall.RawConn) error {
		var fault error
		err := conn.Control(func(fd uintptr) {
			fault = errors.Join(
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<10),
				unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 1400),
			)
		})
		return errors.Join(err, fault)
	}}
	return &http.Client{Transport: &http.Transport{DisableCompression: true, DialContext: dialer.DialContext}}
}

// drain reads an answer to its end, by calls of bit if that is not nil. It returns a
// fault if the answer was complete although the key had been revoked before.
func (h *holder) drain(ctx context.Context, at apiProcess, q request, bit func(io.Reader) error) (fault string, err error) {
	req, err := h.request(ctx, at, q)
	if err != nil {
		return "", err
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	for bit != nil && err == nil {
		err = bit(resp.Body)
	}
	if bit == nil {
		lines := bufio.NewReaderSize(resp.Body, 4<<10)
		_, err = io.Copy(io.Discard, lines)
	}
	if err == io.EOF && resp.StatusCode == http.StatusOK && h.goneFor(endsWithin/2) {
		return "it was sent to its end", nil
	}
	return "", err
}

// poll makes a long poll of the job.
func (h *holder) poll(ctx context.Context, at apiProcess, job string) (string, error) {
	one := *h.caller
	one.apis, one.never = []apiProcess{at}, ctx
	a, err := one.once(request{method: "GET", path: "/v1/jobs/" + job})
	if err != nil || a.status != http.StatusOK {
		return "", err
	}
	_, err = one.once(request{method: "GET", path: "/v1/jobs/" + job + "?wait=20", header: map[string]string{"If-None-Match": a.header.Get("ETag")}})
	return "", err
}

// trickle imports the lines, the last ones so slowly that the key is revoked before
// their end. It returns a fault if the import is answered as complete.
func (h *holder) trickle(ctx context.Context, at apiProcess, value string) (fault string, err error) {
	lines := h.op.lines(value)
	first := min(atOnce, len(lines)/2)
	body, w := io.Pipe()
	go func() {
		_, err := w.Write(bytes.Join(lines[:first], nil))
		for i := first; err == nil && ctx.Err() == nil; i = min(i+1, len(lines)-1) {
			// It sends the last line again and again, which changes nothing.
			_, err = w.Write(lines[i])
			time.Sleep(10 * time.Millisecond)
		}
		w.CloseWithError(errors.Join(err, io.ErrUnexpectedEOF))
	}()
	defer body.Close()
	req, err := h.request(ctx, at, request{method: "POST", path: "/v1/" + h.op.table.model + "/import"})
	if err != nil {
		return "", err
	}
	req.Body, req.ContentLength = body, -1
	req.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := h.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if resp.StatusCode == http.StatusOK && err == nil {
		return fmt.Sprintf("it was answered as complete: %s", said), nil
	}
	return "", err
}
