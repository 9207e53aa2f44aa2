package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A hostile is a request as large as a limit allows that could cost the server
// much more than its size.
type hostile struct {
	name, method, path, media string
	body                      func() io.Reader
}

const mebi = 1 << 20

// hostiles are about a mebibyte each, but for the address.
var hostiles = []hostile{
	{"filter of faults", "POST", "/v1/jobs", "application/json", func() io.Reader {
		bad := strings.Repeat(`{},`, 5000) + `{}`
		return strings.NewReader(`{"model": "desk", "patch": {"jobTitle": "x"}, "filter": {"` + strings.Repeat("n", 400_000) + `": {"$in": [` + bad + `]}}}`)
	}},
	{"wide patch", "PATCH", "/v1/clientsuccess/customers/1", "application/json", func() io.Reader {
		return strings.NewReader(`{"custom": {` + members(mebi-100) + `}}`)
	}},
	{"value of many", "PATCH", "/v1/plane/customers/00000000-0000-4000-8000-000000000001", "application/json", func() io.Reader {
		return strings.NewReader(`{"description": [` + strings.Repeat(`{},`, mebi/3-100) + `0]}`)
	}},
	{"unknown members", "POST", "/v1/desk/customers", "application/json", func() io.Reader {
		return strings.NewReader(`{` + members(mebi-100) + `}`)
	}},
	{"header of a table", "POST", "/v1/desk/import", "text/csv", func() io.Reader {
		return strings.NewReader(strings.Repeat("a,", mebi/2-10) + "a\n1\n")
	}},
	{"lines of faults", "POST", "/v1/clientsuccess/import", "application/x-ndjson", func() io.Reader {
		line := `{"custom": [` + strings.Repeat(`{},`, mebi/3-100) + `0]}` + "\n"
		return io.MultiReader(strings.NewReader(line), strings.NewReader(line), strings.NewReader(line), strings.NewReader(line))
	}},
	{"fields again and again", "GET", "/v1/desk/customers?limit=1000&fields=" + strings.Repeat("notes,", 10_000) + "id", "", func() io.Reader { return nil }},
}

// members are names with small values, of so many bytes.
func members(size int) string {
	var text bytes.Buffer
	for i := 0; text.Len() < size-20; i++ {
		fmt.Fprintf(&text, `"n%d":%d,`, i, i%10)
	}
	return strings.TrimSuffix(text.String(), ",")
}

// BenchmarkHostile sends each of a list of hostile requests eight at a time.
// MiB-peak is the most memory that the program then held, from its start, and
// KiB-answer the largest answer, of at most 64 MiB that are read.
func BenchmarkHostile(b *testing.B) {
	program := binary(b)
	for _, h := range hostiles {
		b.Run(h.name, func(b *testing.B) {
			s := serve(b, program, "sqlite://"+filepath.Join(b.TempDir(), "hostile.db"), "embedded")
			defer s.stop(b)
			c := s.newCaller(b, "hostile", "main", everything...)
			_, err := c.CreateRecord(b.Context(), "clientsuccess", map[string]any{"id": 1, "name": "n", "status": "ACTIVE", "active": true})
			fatal(b, err)
			_, err = c.CreateRecord(b.Context(), "plane", map[string]any{"id": "00000000-0000-4000-8000-000000000001", "name": "n"})
			fatal(b, err)
			var largest int64
			for b.Loop() {
				largest = max(largest, c.eightTimes(b, h))
			}
			b.ReportMetric(float64(s.peak(b))/mebi, "MiB-peak")
			b.ReportMetric(float64(largest)/1024, "KiB-answer")
		})
	}
}

// eightTimes sends a request eight times at once and returns the size of the
// largest answer.
func (c *caller) eightTimes(b *testing.B, h hostile) int64 {
	b.Helper()
	var all sync.WaitGroup
	sizes, faults := make([]int64, 8), make([]error, 8)
	for i := range sizes {
		all.Go(func() { sizes[i], faults[i] = c.send(b.Context(), h) })
	}
	all.Wait()
	fatal(b, errors.Join(faults...))
	largest := int64(0)
	for _, n := range sizes {
		largest = max(largest, n)
	}
	return largest
}

// send sends a hostile request. The server may also cut the connection off.
func (c *caller) send(ctx context.Context, h hostile) (size int64, err error) {
	req, err := http.NewRequestWithContext(ctx, h.method, c.base+h.path, h.body())
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", h.media)
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusInternalServerError && resp.StatusCode != http.StatusServiceUnavailable {
		return 0, fmt.Errorf("%s was answered %d", h.name, resp.StatusCode)
	}
	size, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64*mebi)) // it may be cut off
	return size, nil
}
