package openapitest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// maxKept is how many bytes of a body are kept to be compared. What is longer counts as
// partial: of a stream the first items are compared.
const maxKept = 1 << 20

// A Tally counts exchanges. It is safe for concurrent use.
type Tally struct {
	mu       sync.Mutex
	compared int
	faulty   int
	partial  int
	left     map[string]int // not compared, by the reason
	late     []string       // faults that no test could be told
}

// String says how many exchanges there were.
func (t *Tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := fmt.Sprintf("OpenAPI: %d exchanges compared, %d of them did not fit, of %d a part of the bodies", t.compared, t.faulty, t.partial)
	for _, why := range slices.Sorted(maps.Keys(t.left)) {
		text += fmt.Sprintf("; %d not compared: %s", t.left[why], why)
	}
	return text
}

// Late returns the faults that were found when their tests had ended.
func (t *Tally) Late() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.late)
}

// add counts an exchange.
func (t *Tally) add(x exchange, v verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v.left != "" {
		t.leave(v.left)
		return
	}
	t.compared++
	if x.partial {
		t.partial++
	}
	if len(v.faults) > 0 {
		t.faulty++
	}
}

func (t *Tally) leave(why string) {
	if t.left == nil {
		t.left = map[string]int{}
	}
	t.left[why]++
}

// A Teller tells a test of faults, and after its end the tally.
type Teller struct {
	mu    sync.Mutex
	t     testing.TB // nil after its end
	tally *Tally
}

// NewTeller returns what tells a test of faults, each of which fails it.
func NewTeller(t testing.TB, tally *Tally) *Teller {
	teller := &Teller{t: t, tally: tally}
	t.Cleanup(func() {
		teller.mu.Lock()
		defer teller.mu.Unlock()
		teller.t = nil
	})
	return teller
}

// Tell tells of a fault.
func (t *Teller) Tell(fault string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.t != nil {
		t.t.Error(fault)
		return
	}
	t.tally.mu.Lock()
	defer t.tally.mu.Unlock()
	t.tally.late = append(t.tally.late, fault)
}

// A Transport compares the exchanges that pass through it.
type Transport struct {
	Base http.RoundTripper
	// Of returns the document of a request's server, and whom to tell of a fault. If the
	// document is nil, why says for what reason the exchange is not compared.
	Of    func(*http.Request) (d *Document, tell func(string), why string)
	Tally *Tally
}

// RoundTrip sends a request. The exchange is compared when its answer was read or closed.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	d, tell, why := t.Of(r)
	if d == nil {
		t.Tally.mu.Lock()
		t.Tally.leave(why)
		t.Tally.mu.Unlock()
		return t.Base.RoundTrip(r)
	}
	sent := &kept{}
	if r.Body != nil && r.Body != http.NoBody {
		r = r.Clone(r.Context())
		r.Body = &tee{from: r.Body, to: sent}
	}
	resp, err := t.Base.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	got := &kept{}
	resp.Body = &tee{from: resp.Body, to: got, end: sync.OnceFunc(func() {
		x := exchange{
			method: r.Method, url: r.URL, header: r.Header, status: resp.StatusCode, answer: resp.Header,
			body: sent.bytes(r.Header), text: got.bytes(resp.Header), partial: sent.cut() || got.cut() || !got.ended(),
		}
		v := d.compare(x)
		t.Tally.add(x, v)
		for _, fault := range v.faults {
			tell(t.described(x, fault))
		}
	})}
	return resp, nil
}

// described says what is wrong with an exchange, without headers, which have keys.
func (t *Transport) described(x exchange, fault string) string {
	const most = 600
	short := func(b []byte) string { return string(b[:min(len(b), most)]) }
	return fmt.Sprintf("OpenAPI: %s %s, answered with %d: %s\nsent: %s\nanswer: %s",
		x.method, x.url.RequestURI()[:min(len(x.url.RequestURI()), most)], x.status, fault, short(x.body), short(x.text))
}

// kept is the beginning of a body that passes by.
type kept struct {
	mu     sync.Mutex
	b      bytes.Buffer
	closed bool // its end was read
	longer bool
}

func (k *kept) write(b []byte, end bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	room := maxKept - k.b.Len()
	k.longer = k.longer || len(b) > room
	k.b.Write(b[:min(len(b), room)])
	k.closed = k.closed || end
}

func (k *kept) cut() bool   { k.mu.Lock(); defer k.mu.Unlock(); return k.longer }
func (k *kept) ended() bool { k.mu.Lock(); defer k.mu.Unlock(); return k.closed }

// bytes returns what was kept, unpacked.
func (k *kept) bytes(h http.Header) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	raw := bytes.Clone(k.b.Bytes())
	if coding := strings.ToLower(h.Get("Content-Encoding")); coding != "gzip" && coding != "x-gzip" {
		return raw
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	unpacked, _ := io.ReadAll(io.LimitReader(r, maxKept)) // as much as there is
	return unpacked
}

// A tee keeps what is read through it, and calls end when that is over.
type tee struct {
	from io.ReadCloser
	to   *kept
	end  func()
}

func (t *tee) Read(b []byte) (int, error) {
	n, err := t.from.Read(b)
	t.to.write(b[:n], err == io.EOF)
	if err != nil && t.end != nil {
		t.end()
	}
	return n, err
}

func (t *tee) Close() error {
	if t.end != nil {
		t.end()
	}
	return t.from.Close()
}
