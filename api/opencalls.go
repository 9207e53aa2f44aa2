package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"bulkpatch/api/web"
)

// keyCheck is how often the keys of open calls are checked. Together with
// [keyMemory] it makes a key useless everywhere within a second of its end: when it
// is revoked or expires, and for a secret that was replaced, when its overlap ends.
const keyCheck = 300 * time.Millisecond

// MaxStreams is how many event streams and long polls a key may have open in
// one process.
const (
	MaxStreams        = 200
	streamsRetryAfter = "5" // seconds
)

// revokedChallenge tells a caller that the key is no longer valid (RFC 6750).
const revokedChallenge = `Bearer realm="bulkpatch", error="invalid_token"`

// errKeyRevoked is the cause with which the context of a call is cancelled when
// its key has ended.
var errKeyRevoked = web.NewProblem("invalid_key", "The API key was revoked or replaced, or has expired, which ended this call.").
	Set("WWW-Authenticate", revokedChallenge)

// errKeyRevokedWriting is [errKeyRevoked] for a call that changes something. The
// change may have been made before the key ended.
var errKeyRevokedWriting = web.NewProblem(errKeyRevoked.Code, errKeyRevoked.Detail+" What it asked for may have been done before."+
	" To be sure, send it again with a valid key of the workspace: with the same Idempotency-Key a job is not made twice.").
	Set("WWW-Authenticate", revokedChallenge)

// openCalls has all calls that are open, and cancels those whose keys have ended,
// whatever they are doing. One query checks all keys that have open
// calls. While the store cannot answer, calls go on.
type openCalls struct {
	store Store

	mu       sync.Mutex
	bySecret map[string]map[*call]struct{} // by the hash of the secret
	streams  map[int64]int                 // by the id of the key
	check    *time.Timer                   // nil while no call is open
}

func newOpenCalls(store Store) *openCalls {
	return &openCalls{store: store, bySecret: map[string]map[*call]struct{}{}, streams: map[int64]int{}}
}

// add adds a call, and gives it a context that ends when its key does.
func (o *openCalls) add(c *call) {
	ctx, cancel := context.WithCancelCause(c.ctx())
	c.r, c.cancel = c.r.WithContext(ctx), cancel
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bySecret[c.secret] == nil {
		o.bySecret[c.secret] = map[*call]struct{}{}
	}
	o.bySecret[c.secret][c] = struct{}{}
	if o.check == nil {
		o.check = time.AfterFunc(keyCheck, o.endRevoked)
	}
}

// stream counts a call as an event stream or long poll of its key, or refuses it
// where the key has too many.
func (o *openCalls) stream(c *call) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.streams[c.key.ID] >= MaxStreams {
		return web.NewProblem("too_many_streams", "This key has "+strconv.Itoa(MaxStreams)+
			" event streams and long polls open, which is the limit. Close some, or look at several jobs at once with GET /v1/jobs.").
			Set("Retry-After", streamsRetryAfter)
	}
	o.streams[c.key.ID]++
	c.streams = true
	return nil
}

// openStreams counts the event streams and long polls of a key.
func (o *openCalls) openStreams(key int64) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return int64(o.streams[key])
}

// remove removes a call at its end. A call that was not added is ignored.
func (o *openCalls) remove(c *call) {
	if c.cancel == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.bySecret[c.secret], c)
	if len(o.bySecret[c.secret]) == 0 {
		delete(o.bySecret, c.secret)
	}
	if c.streams {
		o.streams[c.key.ID]--
	}
	if o.streams[c.key.ID] == 0 {
		delete(o.streams, c.key.ID)
	}
	c.cancel(nil)
}

// endRevoked cancels the calls whose keys have ended. It runs again after
// keyCheck as long as calls are open.
func (o *openCalls) endRevoked() {
	asked := o.secrets()
	if len(asked) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), watchLimit)
	defer cancel()
	live, err := o.store.LiveSecrets(ctx, asked)
	dead := map[string]bool{}
	for _, secret := range asked {
		dead[secret] = err == nil
	}
	for _, secret := range live {
		dead[secret] = false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for secret, c := range o.bySecret {
		if dead[secret] {
			cut(c)
		}
	}
	if o.check != nil {
		o.check.Reset(keyCheck)
	}
}

// secrets lists the hashes to check. If there are none, the timer stops until the
// next call is added.
func (o *openCalls) secrets() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.bySecret) == 0 {
		o.check = nil
	}
	return slices.Collect(maps.Keys(o.bySecret))
}

// cut cancels calls, including those that wait for the rest of a body.
func cut(calls map[*call]struct{}) {
	for c := range calls {
		c.cancel(errKeyRevoked)
		if c.r.Body != nil && c.r.Body != http.NoBody {
			web.EndBody(c.w)
		}
	}
}

// checkNow makes the next check happen at once.
func (o *openCalls) checkNow() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.check != nil {
		o.check.Reset(0)
	}
}

// keyRevoked reports whether the call was ended because its key has ended.
func (c *call) keyRevoked() bool { return errors.Is(context.Cause(c.ctx()), errKeyRevoked) }
