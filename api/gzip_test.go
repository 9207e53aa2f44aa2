package api_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"testing"

	"bulkpatch/api"
)

// gzipped is a text, gzipped.
func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// unpacked is the text of a gzipped answer, which must be whole.
func (a answer) unpacked() string {
	a.t.Helper()
	a.header("Content-Encoding", "gzip")
	r, err := gzip.NewReader(strings.NewReader(a.text))
	if err != nil {
		a.t.Fatalf("%v: %q", err, a.text)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(text)
}

// varies reports whether caches are told that the answer has two forms.
func (a answer) varies() bool {
	return strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept-Encoding")
}

func withSurfaces(t testing.TB) func(*api.Config) {
	return func(c *api.Config) {
		var err error
		if c.Surfaces, err = api.Surfaces(c.Models, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLargeAnswersAreGzipped reads the same answers as they are and gzipped,
// natively and as vendors.
func TestLargeAnswersAreGzipped(t *testing.T) {
	r := newRig(t, withSurfaces(t))
	large := r.customer(`{"firstName":"Ana","notes":"` + strings.Repeat("lorem ipsum ", 20_000) + `"}`)
	for range 3 {
		r.job()
	}
	unknown := `{"` + strings.Repeat("y", 100) + `":1,"a1":1,"a2":1,"a3":1,"a4":1,"a5":1,"a6":1,"a7":1,"a8":1,"a9":1,"b1":1,"b2":1}`
	for path, body := range map[string]string{
		large: "", "/v1/desk/customers": "", "/v1/desk/export": "", "/v1/models/desk": "", "/v1/jobs": "",
		"/desk/api/v2/customers.json": "", "/desk/api/v2/customers/1.json": "", "/compat/desk/customers.json": "",
		"/v1/plane/customers": unknown, // an error
	} {
		method := "GET"
		if body != "" {
			method = "POST"
		}
		plain := r.call(method, path, body, "Accept-Encoding", "identity").header("Content-Encoding", "")
		packed := r.call(method, path, body, "Accept-Encoding", "gzip")
		sameID := strings.NewReplacer(plain.Header.Get("X-Request-Id"), packed.Header.Get("X-Request-Id"))
		if got := packed.unpacked(); got != sameID.Replace(plain.text) || len(packed.text) >= len(plain.text) {
			t.Errorf("%s: unpacked %d bytes of %d, want %d", path, len(got), len(packed.text), len(plain.text))
		}
		if packed.StatusCode != plain.StatusCode || packed.Header.Get("ETag") != plain.Header.Get("ETag") ||
			packed.Header.Get("Content-Type") != plain.Header.Get("Content-Type") || !plain.varies() || !packed.varies() {
			t.Errorf("%s: %v, and gzipped %v", path, plain.Header, packed.Header)
		}
	}
}

func TestSmallAnswersAndEventsStayAsTheyAre(t *testing.T) {
	r := newRig(t)
	small := r.customer(`{"firstName":"Ana"}`)
	r.call("GET", small+"/history", "", "Accept-Encoding", "gzip").want(200).header("Content-Encoding", "")
	if got := r.call("GET", small+"/history", "", "Accept-Encoding", "gzip, identity;q=0").unpacked(); !strings.HasPrefix(got, `{"items":`) {
		t.Errorf("to who takes nothing else: %s", got)
	}
	r.call("GET", "/v1/models", "", "Accept-Encoding", "gzip;q=0").want(200).header("Content-Encoding", "")
	same := r.call("GET", small, "", "Accept-Encoding", "gzip", "If-None-Match", `"1"`).want(304).header("Content-Encoding", "").header("ETag", `"1"`)
	if !same.varies() {
		t.Errorf("a 304 says %v", same.Header)
	}
	r.call("DELETE", small, "", "Accept-Encoding", "gzip, identity;q=0").want(204).header("Content-Encoding", "")

	head := r.call("HEAD", "/v1/models/desk", "", "Accept-Encoding", "gzip").want(200)
	if head.header("Content-Encoding", "gzip").header("Content-Length", ""); head.text != "" {
		t.Errorf("HEAD has a body: %q", head.text)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp, err := r.start(ctx, r.admin, "GET", "/v1/jobs/"+r.job()+"/events", nil, "Accept-Encoding", "gzip")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); line != "event: job\n" || resp.Header.Get("Content-Encoding") != "" {
		t.Errorf("%q, %v, %v", line, err, resp.Header)
	}
}

// TestAFollowerOfAGzippedStreamSeesLinesAsTheyCome reads the first lines of an
// export that waits after its first page, and then has the export break: what
// came is no whole answer.
func TestAFollowerOfAGzippedStreamSeesLinesAsTheyCome(t *testing.T) {
	r := newRig(t)
	for range 4 {
		r.customer(`{"notes":"` + strings.Repeat("0123456789", 5_000) + `"}`)
	}
	seen := make(chan struct{})
	r.store.onPage = func() { <-seen }
	r.store.scanFails = true
	resp, err := r.start(t.Context(), r.admin, "GET", "/v1/desk/export", nil, "Accept-Encoding", "gzip")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	unpacked, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReaderSize(unpacked, 128<<10)
	if line, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(line, `{"id":1,`) {
		t.Errorf("%.80s, %v", line, err)
	}
	close(seen)
	if rest, err := io.ReadAll(lines); err == nil {
		t.Errorf("after %d more bytes a broken export looks whole", len(rest))
	}
}
