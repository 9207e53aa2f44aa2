package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// Limits of what is remembered of the forms that were sent.
const (
	formLife   = 10 * time.Minute
	maxForms   = 1000
	maxAnswer  = 32 << 10 // bytes of an answer that is remembered
	maxAnswers = 4 << 20  // bytes of all of them
)

// formTime is how long a form may take that its visitor no longer waits for.
const formTime = time.Minute

// formField is the hidden field of every form that changes something. Its value is
// random and made with the page.
const formField = "once"

// form serves a form of a page that somebody has signed in to. A form that is sent
// again with the same content is answered as the first time, and nothing is done
// twice: somebody pressed the button twice, or the browser sent it again. That holds
// within this process and for formLife; a job is made once in any case, because its
// idempotency key is that of the form.
func (s *server) form(serve func(*call) error) func(*call) error {
	return func(c *call) error {
		raw, err := s.body(c)
		if err != nil {
			return err
		}
		if c.form, err = url.ParseQuery(string(raw)); err != nil || !isText(c.form) {
			return web.NewProblem("invalid_request", "The form could not be read.")
		}
		c.checked() // the calls that it leads to are checked by themselves
		if c.form.Get(formField) == "" {
			return serve(c)
		}
		c.once = formHash(c.secret, c.r.URL.Path, string(raw))
		for {
			f, first := s.forms.begin(c.once)
			if first {
				return s.firstTime(c, f, serve)
			}
			select {
			case <-f.done:
			case <-c.ctx().Done():
				return c.ctx().Err()
			}
			if f.answer != nil {
				f.answer.send(c.w)
				return nil
			}
		}
	}
}

// isText reports whether a form is in UTF-8. Otherwise its values would be changed on
// their way into JSON, and nobody would be told.
func isText(form url.Values) bool {
	for name, values := range form {
		if !utf8.ValidString(name) || slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }) {
			return false
		}
	}
	return true
}

// formHash identifies a form that somebody sent.
func formHash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// firstTime serves a form and remembers the answer, for those who send it again. An
// answer that says that nothing was done is not remembered: what stood in the way may
// have gone since.
//
// It goes on when the visitor leaves. Who presses a button twice leaves the first time:
// the browser closes that connection. If the work stopped there, nobody could say
// whether it was done, and the second time would do it again.
func (s *server) firstTime(c *call, f *sentForm, serve func(*call) error) error {
	kept := &keptAnswer{ResponseWriter: c.w, header: http.Header{}}
	defer s.forms.end(f)
	ctx, cancel := staying(c.ctx())
	defer cancel()
	stays := *c // who looks at the open calls still sees the one with a connection
	stays.w, stays.r = kept, c.r.WithContext(ctx)
	if err := serve(&stays); err != nil {
		return err
	}
	if kept.status < http.StatusBadRequest && len(kept.body) <= maxAnswer {
		f.answer, kept.ResponseWriter = kept, nil // not the connection, nor what compresses for it
	}
	kept.send(c.w)
	return nil
}

// staying returns a context that does not end when the visitor leaves, but when the
// visitor's key ends, and after formTime.
func staying(visit context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(context.WithoutCancel(visit))
	stop := context.AfterFunc(visit, func() {
		if errors.Is(context.Cause(visit), errKeyRevoked) {
			end(errKeyRevoked)
		}
	})
	ctx, cancel := context.WithTimeoutCause(ctx, formTime, job.ErrUnavailable)
	return ctx, func() { stop(); cancel(); end(nil) }
}

// A keptAnswer is an answer in memory.
type keptAnswer struct {
	http.ResponseWriter
	header http.Header
	status int
	body   []byte
}

func (k *keptAnswer) Header() http.Header { return k.header }

func (k *keptAnswer) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *keptAnswer) Write(b []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	k.body = append(k.body, b...)
	return len(b), nil
}

func (k *keptAnswer) send(w http.ResponseWriter) {
	for name, values := range k.header {
		w.Header()[name] = values
	}
	w.WriteHeader(max(k.status, http.StatusOK))
	_, _ = w.Write(k.body) // a visitor who has left needs no answer
}

// sentForms remembers the answers to forms. It is safe for concurrent use.
type sentForms struct {
	now func() time.Time

	mu    sync.Mutex
	forms map[string]*sentForm
	order []*sentForm // oldest first
	bytes int         // of the answers of order
}

// A sentForm is a form that was sent once.
type sentForm struct {
	hash   string
	at     time.Time
	done   chan struct{} // closed when it was answered
	answer *keptAnswer   // nil for none that can be given again
	size   int           // bytes of the answer
}

func newSentForms(now func() time.Time) *sentForms {
	return &sentForms{now: now, forms: map[string]*sentForm{}}
}

// begin returns the form of a hash, and whether it is sent for the first time. Who
// sends it for the first time must call end.
func (s *sentForms) begin(hash string) (f *sentForm, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for len(s.order) > 0 && (len(s.order) >= maxForms || s.bytes > maxAnswers || now.Sub(s.order[0].at) >= formLife) {
		s.forgetOldest()
	}
	if f, ok := s.forms[hash]; ok {
		return f, false
	}
	f = &sentForm{hash: hash, at: now, done: make(chan struct{})}
	s.forms[hash], s.order = f, append(s.order, f)
	return f, true
}

// forgetOldest forgets the oldest form. The same one may have been begun again since.
func (s *sentForms) forgetOldest() {
	f := s.order[0]
	if s.forms[f.hash] == f {
		delete(s.forms, f.hash)
	}
	s.bytes -= f.size
	s.order[0], s.order = nil, s.order[1:]
}

// end lets those go on who have sent the form again. Where there is no answer to give
// them, because the form failed or the answer was too large, one of them is the first.
func (s *sentForms) end(f *sentForm) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forms[f.hash] == f {
		if f.answer == nil {
			delete(s.forms, f.hash)
		} else {
			f.size = len(f.answer.body)
			s.bytes += f.size
		}
	}
	close(f.done)
}
