package chaos

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hookSecret signs the webhooks of workspaces that have no secret of their own.
const hookSecret = "whsec_Y2hhb3MgY2hhb3MgY2hhb3MgY2hhb3MgY2hhb3M="

// A receiver is called by webhooks. It keeps every call, in memory and in the run's
// folder, and then reacts to it as the plan says.
type receiver struct {
	*run
	server  *http.Server
	base    string
	log     *os.File
	secrets map[string]string // by workspace
	hooks   map[string]*hook  // by path
	tired   atomic.Bool       // it makes no trouble any more, but accepts every call

	mu     sync.Mutex
	calls  map[string][]*hookCall // by job id, in the order of their receipt
	counts hookCounts
}

// A hookCall is one call that the receiver got. Its span ends when the receiver answers.
type hookCall struct {
	span
	id     string // of the webhook
	body   []byte
	told   jobView
	status int // that was answered, 0 for none
}

// newReceiver starts the receiver of a run.
func newReceiver(r *run) (*receiver, error) {
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(r.dir, "webhooks.ndjson"))
	if err != nil {
		return nil, errors.Join(err, at.Close())
	}
	h := &receiver{run: r, base: "http://" + at.Addr().String(), log: log, secrets: map[string]string{"main": hookSecret},
		hooks: map[string]*hook{}, calls: map[string][]*hookCall{}, counts: hookCounts{}}
	h.server = &http.Server{Handler: h}
	for _, op := range r.bulks {
		h.add(op.hook)
	}
	for _, op := range r.singles {
		h.add(op.hook)
	}
	go h.server.Serve(at) // until close
	return h, nil
}

func (h *receiver) add(one *hook) {
	if one != nil {
		h.hooks[one.path] = one
	}
}

func (h *receiver) close() error { return errors.Join(h.server.Close(), h.log.Close()) }

// ownSecret gives the caller's workspace a secret of its own.
func (h *receiver) ownSecret(c *caller, workspace string) error {
	a, err := c.once(request{method: "PUT", path: "/v1/webhook-secret"})
	if err != nil {
		return err
	}
	var made struct{ Secret string }
	if err := json.Unmarshal(a.body, &made); err != nil || made.Secret == "" {
		return fmt.Errorf("no secret was made: %s", a)
	}
	h.secrets[workspace] = made.Secret
	return nil
}

// ServeHTTP takes a call.
func (h *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	c := &hookCall{span: span{sent: h.now(), done: farAway}, id: q.Header.Get("webhook-id")}
	var err error
	if c.body, err = io.ReadAll(q.Body); err != nil {
		return // the sender was gone before it had sent everything
	}
	workspace, _, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	one := h.hooks[q.URL.Path]
	if one == nil {
		h.violation("a webhook called %s", q.URL.Path)
		return
	}
	if fault := judgeSignature(q.Header, c.body, h.secrets[workspace], time.Now()); fault != "" {
		h.violation("the webhook %s: %s", c.id, fault)
	}
	if fault := c.read(); fault != "" {
		h.violation("the webhook %s: %s: %s", c.id, fault, c.body)
		return
	}
	n := h.keep(c, workspace)
	h.compare(c, workspace)
	reacts := accept
	if n < len(one.reactions) && !h.tired.Load() {
		reacts = one.reactions[n]
	}
	h.react(w, q, c, reacts)
}

// read reads the body of a call, and says what is wrong with it, "" for nothing.
func (c *hookCall) read() string {
	var body struct {
		Type      string
		Timestamp time.Time
		Data      *jobView
	}
	body.Data = &c.told
	switch err := json.Unmarshal(c.body, &body); {
	case err != nil || c.told.JobID == "" || body.Timestamp.IsZero():
		return "its body cannot be read"
	case !c.told.Done || !slices.Contains(finalStates, c.told.State):
		return "it tells of a job that has not ended"
	case body.Type != "job."+c.told.State:
		return "its type is not that of the state"
	case c.id != c.told.JobID+"."+c.told.State:
		return "its id is not that of the job and its state"
	}
	return ""
}

// judgeSignature says what is wrong with the headers of a call, "" for nothing. The
// signature is that of Standard Webhooks: HMAC-SHA256 of id, timestamp and body.
func judgeSignature(head http.Header, body []byte, secret string, now time.Time) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return "there is no secret for it"
	}
	seconds, err := strconv.ParseInt(head.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return "its time is " + head.Get("webhook-timestamp")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", head.Get("webhook-id"), seconds, body)
	if !slices.Contains(strings.Fields(head.Get("webhook-signature")), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))) {
		return "its signature is wrong: " + head.Get("webhook-signature")
	}
	return ""
}

// keep keeps a call, and returns how many there were about the job before. What the first
// one tells is an answer about the job: no later answer may differ from it.
func (h *receiver) keep(c *hookCall, workspace string) (before int) {
	j, _ := h.book.accept(c.told.JobID, workspace, nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	before = len(h.calls[j.id])
	h.calls[j.id] = append(h.calls[j.id], c)
	if before == 0 {
		j.see(sighting{span{done: c.sent}, c.told})
	}
	fmt.Fprintf(h.log, "{\"at\": %.3f, \"id\": %q, \"call\": %d, \"body\": %s}\n", c.sent.Seconds(), c.id, before+1, c.body)
	return before
}

// compare reads the job of a call. It must have ended, because the end is committed
// before anybody is called. During a fault there may be no answer.
func (h *receiver) compare(c *hookCall, workspace string) {
	a, err := h.callers[workspace].once(request{method: "GET", path: "/v1/jobs/" + c.told.JobID, timeout: 5 * time.Second})
	if err != nil || a.status == http.StatusServiceUnavailable {
		return
	}
	s, err := readJob(a)
	if err != nil || !s.Done {
		h.violation("the webhook %s came before the end of its job: %s, %v", c.id, a, err)
		return
	}
	h.tally.polls.Add(1)
	j, _ := h.book.accept(c.told.JobID, workspace, nil)
	j.see(s)
}

// react answers a call, or does not.
func (h *receiver) react(w http.ResponseWriter, q *http.Request, c *hookCall, reacts reaction) {
	h.count(string(reacts))
	switch reacts {
	case hang:
		select {
		case <-q.Context().Done(): // the sender has given up
		case <-h.deadline.Done():
		}
		panic(http.ErrAbortHandler)
	case breakOff:
		panic(http.ErrAbortHandler)
	case killEarly:
		h.kill(h.sender(q.RemoteAddr))
		panic(http.ErrAbortHandler)
	case refuse:
		h.answer(w, c, http.StatusInternalServerError)
	case killLate:
		p := h.sender(q.RemoteAddr) // it closes the connection when it has the answer
		h.answer(w, c, http.StatusNoContent)
		h.kill(p)
	default:
		h.answer(w, c, http.StatusNoContent)
	}
}

// answer answers a call. It is kept as answered before the sender can know of it.
func (h *receiver) answer(w http.ResponseWriter, c *hookCall, status int) {
	h.mu.Lock()
	c.status, c.done = status, h.now()
	h.mu.Unlock()
	w.WriteHeader(status)
	_ = http.NewResponseController(w).Flush() // the sender may be gone
}

// senderDown is how long a process is down that the receiver has killed.
const senderDown = 500 * time.Millisecond

// sender returns the process that has a connection from an address, nil if it has ended.
func (h *receiver) sender(address string) *process {
	inode := socketFrom(address)
	i := slices.IndexFunc(h.procs, func(p *process) bool { return inode != "" && p.holds(inode) })
	if i < 0 {
		return nil
	}
	return h.procs[i]
}

// kill kills a process that may be nil, for a while.
func (h *receiver) kill(p *process) {
	if p != nil && p.kill(senderDown) {
		h.took(window{fault{what: killProcess, lasts: senderDown}, span{h.now(), h.now() + senderDown}, p.name, true})
		h.count("senders killed")
	}
}

// socketFrom returns the inode of the connection from an address of IPv4, "" if it is
// not known.
func socketFrom(address string) string {
	_, port, err := net.SplitHostPort(address)
	n, bad := strconv.Atoi(port)
	list, unread := os.ReadFile("/proc/net/tcp")
	if errors.Join(err, bad, unread) != nil {
		return ""
	}
	for line := range strings.Lines(string(list)) {
		if columns := strings.Fields(line); len(columns) > 9 && columns[1] == fmt.Sprintf("0100007F:%04X", n) {
			return columns[9]
		}
	}
	return ""
}

// holds reports whether the running process has a socket open.
func (p *process) holds(inode string) bool {
	open, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(p.pid()), "fd", "*"))
	return err == nil && slices.ContainsFunc(open, func(fd string) bool {
		to, err := os.Readlink(fd)
		return err == nil && to == "socket:["+inode+"]"
	})
}

func (h *receiver) count(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[what]++
}

// about returns the calls about a job so far.
func (h *receiver) about(id string) (list []hookCall) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.calls[id] {
		list = append(list, *c)
	}
	return list
}

func TestTheReceiverKnowsASignature(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	now := time.Unix(1614265330, 0)
	// Made with openssl dgst -sha256 -mac HMAC.
	head := http.Header{"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,AAAA v1,8WmO9OATkSvjxs+eEJolmK2V9ge32ryGE0kSd4GZiDY="}}
	if fault := judgeSignature(head, []byte(`{"a":1}`), secret, now); fault != "" {
		t.Error(fault)
	}
	for what, fault := range map[string]string{
		"another body":   judgeSignature(head, []byte(`{"a":2}`), secret, now),
		"another secret": judgeSignature(head, []byte(`{"a":1}`), hookSecret, now),
		"no secret":      judgeSignature(head, []byte(`{"a":1}`), "", now),
		"an old call":    judgeSignature(head, []byte(`{"a":1}`), secret, now.Add(time.Hour)),
	} {
		if fault == "" {
			t.Errorf("%s is not noticed", what)
		}
	}
}
