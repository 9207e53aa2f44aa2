package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/model"
)

var (
	hostileCount = flag.Uint64("hostile.n", 300, "how many hostile requests to send to each database")
	hostileSeed  = flag.Uint64("hostile.seed", 1, "the seed of the hostile requests")
)

// bystanders are customers of ours that no hostile request names, and targets
// those that all of them may change.
var (
	bystanders = map[string]string{
		"desk": `{"id":900001,"firstName":"By","state":"deleted"}`, "plane": `{"id":"0b5d7a2e-0000-4000-8000-0000000000b1","name":"By"}`,
		"clientsuccess": `{"id":900001,"name":"By","status":"ACTIVE","active":true}`,
		"accounts":      `{"id":900001,"title":"By","address":["1 Main St"]}`, "mythic": `{"id":"by-stander","name":"By"}`,
	}
	targets = map[string]string{
		"desk": `{"id":77001,"firstName":"Target","state":"active"}`, "plane": `{"id":"0b5d7a2e-0000-4000-8000-0000000000a1","name":"Target"}`,
		"clientsuccess": `{"id":77001,"name":"Target","status":"ACTIVE","active":true}`,
		"accounts":      `{"id":77001,"title":"Target","address":["2 Main St"]}`, "mythic": `{"id":"tar-get","name":"Target"}`,
	}
)

// TestHostileRequestsAreHarmless sends generated requests. Each is refused, or
// does what it says and nothing else. Another caller is served meanwhile.
func TestHostileRequestsAreHarmless(t *testing.T) {
	for name, db := range databases(t) {
		t.Run(name, func(t *testing.T) {
			h := newHostileRun(t, start(t, "serve", "--addr", "127.0.0.1:0", "--db", db(), "--redis", "embedded", "--log-level", "debug"))
			stop := h.steady(t)
			before := h.untouched(t)
			const batch = 100
			for first := uint64(0); first < *hostileCount; first += batch {
				h.retarget(t)
				h.sendAll(t, first, min(first+batch, *hostileCount))
				if after := h.untouched(t); after != before {
					t.Fatalf("among the requests %d to %d, one changed\n%s\nto\n%s", first, first+batch, linesOnlyIn(before, after), linesOnlyIn(after, before))
				}
			}
			rounds := stop()
			t.Logf("%d requests: %v; %d read back; %d rounds of another caller", *hostileCount, h.statuses(), h.readBack.Load(), rounds)
			log := h.logged.String()
			for _, secret := range []string{theirSecret, h.theirs, h.ours, h.firstKey, "level=ERROR", "panic"} {
				if strings.Contains(log, secret) {
					t.Errorf("the log has %q", secret)
				}
			}
			if rounds == 0 || h.readBack.Load() == 0 {
				t.Errorf("another caller made %d rounds, and %d values were read back", rounds, h.readBack.Load())
			}
		})
	}
}

// linesOnlyIn are the lines of a text that another one lacks.
func linesOnlyIn(text, other string) string {
	lines := strings.Split(other, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return slices.Contains(lines, line) }), "\n")
}

// A hostileRun is the program under hostile requests.
type hostileRun struct {
	*neighbours
	generator *apitest.Generator
	readBack  atomic.Int64
	turn      sync.RWMutex // held alone while a value is written and read back

	mu    sync.Mutex
	count map[int]int // of answers, by status
}

func newHostileRun(t *testing.T, p *process) *hostileRun {
	t.Helper()
	h := &hostileRun{neighbours: newNeighbours(t, p), count: map[int]int{}}
	models := model.Shipped()
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	ids, fresh := map[string]string{}, map[string]string{}
	for m, record := range targets {
		members := map[string]any{}
		if err := json.Unmarshal([]byte(record), &members); err != nil {
			t.Fatal(err)
		}
		ids[m] = fmt.Sprint(members["id"])
		delete(members, "id")
		text, _ := json.Marshal(members)
		fresh[m] = string(text)
		h.bring(t, m, bystanders[m])
	}
	stolen := append(slices.Sorted(maps.Values(h.ids)), h.job, h.cursor, h.token, "one", "theirs")
	h.generator = &apitest.Generator{
		Calls: api.Calls(models, surfaces), Models: models, IDs: ids, New: fresh, Key: h.ours, Foreign: h.theirs,
		Stolen: slices.DeleteFunc(stolen, func(text string) bool { return text == "" || strings.Contains(text, theirSecret) }),
	}
	return h
}

// bring imports a customer of ours.
func (h *hostileRun) bring(t *testing.T, m, record string) {
	t.Helper()
	if resp, text := h.ask(t, h.ours, "POST", "/v1/"+m+"/import", record+"\n", "Content-Type", "application/x-ndjson"); !strings.Contains(text, `"failed":0,`) {
		t.Fatalf("%s: %d %s", m, resp.StatusCode, text)
	}
}

// retarget brings the targets back. A request may have switched our brake on.
func (h *hostileRun) retarget(t *testing.T) {
	t.Helper()
	if resp, text := h.ask(t, h.ours, "PUT", "/v1/brake", `{"on":false}`); resp.StatusCode != http.StatusOK {
		t.Fatalf("the brake: %d %s", resp.StatusCode, text)
	}
	for m, record := range targets {
		h.bring(t, m, record)
	}
}

// untouched is what no request may change: theirs, and our bystanders.
func (h *hostileRun) untouched(t *testing.T) string {
	t.Helper()
	all := []string{h.all(t)}
	for m, id := range map[string]string{"desk": "900001", "plane": "0b5d7a2e-0000-4000-8000-0000000000b1", "clientsuccess": "900001", "accounts": "900001", "mythic": "by-stander"} {
		_, text := h.ask(t, h.ours, "GET", "/v1/"+m+"/customers/"+id, "")
		all = append(all, m+" "+text)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// steady lets another caller work until the returned function is called, which
// returns how many rounds that caller made.
func (h *hostileRun) steady(t *testing.T) (stop func() int) {
	end, rounds := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { rounds <- n }()
		for {
			select {
			case <-end:
				return
			default:
			}
			if err := h.round(t, n); err != nil {
				t.Errorf("another caller, in round %d: %v", n, err)
				return
			}
			n++
		}
	}()
	return func() int { close(end); return <-rounds }
}

// round creates a customer, updates it and reads it.
func (h *hostileRun) round(t *testing.T, n int) error {
	resp, text := h.ask(t, h.firstKey, "POST", "/v1/desk/customers", fmt.Sprintf(`{"firstName":"Steady %d"}`, n))
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("created %d %s", resp.StatusCode, text)
	}
	at := resp.Header.Get("Location")
	if resp, text = h.ask(t, h.firstKey, "PATCH", at, lead, "Prefer", "wait=30"); resp.StatusCode != http.StatusOK {
		return fmt.Errorf("updated %d %s", resp.StatusCode, text)
	}
	if _, text = h.ask(t, h.firstKey, "GET", at, ""); !strings.Contains(text, fmt.Sprintf(`"firstName":"Steady %d"`, n)) || !strings.Contains(text, `"jobTitle":"Lead"`) {
		return fmt.Errorf("read %s", text)
	}
	return nil
}

// sendAll sends some requests, a few at a time.
func (h *hostileRun) sendAll(t *testing.T, from, to uint64) {
	next := make(chan uint64)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for n := range next {
				h.send(t, n, h.generator.Make(*hostileSeed, n))
			}
		})
	}
	for n := from; n < to; n++ {
		next <- n
	}
	close(next)
	group.Wait()
}

// send sends a request and judges the answer.
func (h *hostileRun) send(t *testing.T, n uint64, raw apitest.Raw) {
	fail := func(format string, args ...any) {
		t.Errorf("request %d (%s): %s", n, raw.Name, fmt.Sprintf(format, args...))
	}
	var lock sync.Locker = h.turn.RLocker()
	if raw.Field != "" {
		lock = &h.turn
	}
	lock.Lock()
	defer lock.Unlock()
	answers, err := h.exchange(raw.Text)
	if err != nil || len(answers) != 1 {
		fail("%d answers, %v", len(answers), err)
		return
	}
	a := answers[0]
	h.mu.Lock()
	h.count[a.status]++
	h.mu.Unlock()
	// RFC 9112 has these for what is no HTTP/1.1.
	foreign := a.status == http.StatusNotImplemented || a.status == http.StatusHTTPVersionNotSupported
	braked := strings.Contains(a.text, `"code":"brake"`)
	if a.status >= 500 && !foreign && !braked || raw.Malformed && a.status < 400 {
		fail("%d %.500q", a.status, a.text)
	}
	most := 256 << 10
	// These two are the same for everybody, and long.
	if strings.HasPrefix(raw.Name, "GET /metrics:") || strings.HasPrefix(raw.Name, "GET /openapi.json:") {
		most = 2 << 20
	}
	if len(a.text) > most || strings.Contains(a.text, theirSecret) || strings.Contains(a.text, h.theirs) || a.header.Get("X-Injected") != "" {
		fail("%d with %d bytes, which tell too much: %.300q", a.status, len(a.text), a.text)
	}
	if raw.Field != "" && (a.status == http.StatusOK || a.status == http.StatusCreated) {
		h.compare(t, fail, raw, a)
	}
}

// compare reads back what a request wrote.
func (h *hostileRun) compare(t *testing.T, fail func(string, ...any), raw apitest.Raw, a rawAnswer) {
	path := raw.Path
	if path == "" {
		path = a.header.Get("Location")
	}
	_, text := h.ask(t, h.ours, "GET", path, "")
	var record map[string]any
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		fail("%v: %s", err, text)
		return
	}
	got, shown := record[raw.Field]
	if !shown {
		return // write-only
	}
	h.readBack.Add(1)
	if got != raw.Wrote {
		fail("%s is %q instead of %q", raw.Field, got, raw.Wrote)
	}
}

// statuses lists how often each status was answered.
func (h *hostileRun) statuses() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(h.count)) {
		parts = append(parts, fmt.Sprintf("%d × %d", h.count[status], status))
	}
	return strings.Join(parts, ", ")
}

// A rawAnswer is an answer with its whole body.
type rawAnswer struct {
	status int
	header http.Header
	text   string
}

// exchange sends a text on a connection of its own, and reads all answers until
// the server closes.
func (h *hostileRun) exchange(text string) ([]rawAnswer, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	go io.WriteString(conn, text) // the server may answer and close before it has read all
	all, err := io.ReadAll(conn)
	if len(all) == 0 {
		return nil, err
	}
	var answers []rawAnswer
	for in := bufio.NewReader(bytes.NewReader(all)); ; {
		if _, err := in.Peek(1); err == io.EOF {
			return answers, nil
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers, fmt.Errorf("%w: %.200q", err, all)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return answers, fmt.Errorf("%w: %.200q", err, all)
		}
		if resp.StatusCode >= 200 {
			answers = append(answers, rawAnswer{resp.StatusCode, resp.Header, string(body)})
		}
	}
}
