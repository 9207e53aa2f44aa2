package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api/web"
)

// A formRig serves one form, and counts how often it was done.
type formRig struct {
	*server
	done  atomic.Int64
	serve func(*call) error // what the form does; nil for what is done at once
}

func newFormRig() *formRig {
	s := &server{forms: newSentForms(time.Now)}
	s.Config.MaxBody, s.Config.StepTimeout = DefaultMaxBody, DefaultStepTimeout
	s.shares = newShares(DefaultMaxBody)
	return &formRig{server: s}
}

// send sends a form as somebody, who is ctx.
func (r *formRig) send(ctx context.Context, who, body string) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(ctx, "POST", "/admin/x", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c := &call{w: w, r: req, secret: who, format: nativeFormat{r.server}, route: route{request: Content{[]string{web.TypeForm}, nil}}}
	defer c.freeBody()
	return w, r.form(func(c *call) error {
		r.done.Add(1)
		if r.serve != nil {
			return r.serve(c)
		}
		return c.redirect("/admin/done")
	})(c)
}

// sent sends a form and fails the test unless it is answered, and now was done so
// many times.
func (r *formRig) sent(t *testing.T, who, body string, times int64) *httptest.ResponseRecorder {
	t.Helper()
	w, err := r.send(t.Context(), who, body)
	if err != nil || r.done.Load() != times {
		t.Errorf("%s of %s: %v; it was done %d times instead of %d", body, who, err, r.done.Load(), times)
	}
	return w
}

func TestAFormSentTwiceIsDoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		for range 3 {
			if w := r.sent(t, "ana", "once=1&n=1", 1); w.Code != 303 || w.Header().Get("Location") != "/admin/done" {
				t.Errorf("it is answered %d to %s", w.Code, w.Header().Get("Location"))
			}
		}
		r.sent(t, "ana", "once=1&n=2", 2) // something else was filled in
		r.sent(t, "bo", "once=1&n=1", 3)  // in another session
		r.sent(t, "ana", "once=2&n=1", 4) // on another page
		r.sent(t, "ana", "n=1", 5)        // a form that may be sent again
		r.sent(t, "ana", "n=1", 6)
		time.Sleep(formLife)
		r.sent(t, "ana", "once=1&n=1", 7)
	})
}

func TestAFormSentAtTheSameTimeIsDoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		goOn := make(chan struct{})
		r.serve = func(c *call) error {
			<-goOn
			return c.redirect("/admin/done")
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if w := r.sent(t, "ana", "once=1", 1); w.Code != 303 {
					t.Errorf("it is answered %d", w.Code)
				}
			})
		}
		synctest.Wait() // all wait for the first
		close(goOn)
		all.Wait()
	})
}

// TestAFormIsDoneOnceByWhoPressesTwice is about browsers, which close the first
// connection when the button is pressed again.
func TestAFormIsDoneOnceByWhoPressesTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		goOn := make(chan struct{})
		r.serve = func(c *call) error {
			select {
			case <-goOn:
				return c.redirect("/admin/done")
			case <-c.ctx().Done():
				return c.ctx().Err() // after the change, but before it could be told
			}
		}
		first, leave := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() { _, _ = r.send(first, "ana", "once=1") })
		synctest.Wait()
		leave()
		both.Go(func() { r.sent(t, "ana", "once=1", 1) })
		synctest.Wait()
		close(goOn)
		both.Wait()
	})
}

func TestAFormEndsWithTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		r.serve = func(c *call) error {
			<-c.ctx().Done()
			return context.Cause(c.ctx())
		}
		ctx, revoke := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { revoke(errKeyRevoked) })
		began := time.Now()
		if _, err := r.send(ctx, "ana", "once=1"); err != errKeyRevoked || time.Since(began) != time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if _, err := r.send(t.Context(), "ana", "once=2"); err == nil || time.Since(began) != time.Second+formTime {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestAFormThatFailsMayBeSentAgain(t *testing.T) {
	r := newFormRig()
	fails := map[string]func(c *call) error{
		"a problem": func(*call) error { return errNoKey },
		"a page that says what is wrong": func(c *call) error {
			c.w.WriteHeader(http.StatusUnprocessableEntity)
			return nil
		},
		"too much to remember": func(c *call) error {
			_, err := c.w.Write(make([]byte, maxAnswer+1))
			return err
		},
	}
	for name, fail := range fails {
		body := url.Values{"once": {name}}.Encode()
		r.done.Store(0)
		r.serve = fail
		_, _ = r.send(t.Context(), "ana", body)
		r.serve = nil
		r.sent(t, "ana", body, 2)
		r.sent(t, "ana", body, 2)
	}
	r.done.Store(0)
	r.serve = func(*call) error { panic(http.ErrAbortHandler) }
	func() {
		defer func() { _ = recover() }()
		_, _ = r.send(t.Context(), "ana", "once=panics")
	}()
	r.serve = nil
	r.sent(t, "ana", "once=panics", 2)
}

// TestOneOfThoseWhoWaitedDoesItWhenTheFirstFails has two wait for one that fails.
func TestOneOfThoseWhoWaitedDoesItWhenTheFirstFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		goOn := make(chan struct{})
		r.serve = func(c *call) error {
			if r.done.Load() > 1 {
				return c.redirect("/admin/done")
			}
			<-goOn
			return errNoKey
		}
		var failed atomic.Int64
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := r.send(t.Context(), "ana", "once=1"); err != nil {
					failed.Add(1)
				}
			})
		}
		synctest.Wait()
		close(goOn)
		all.Wait()
		if failed.Load() != 1 || r.done.Load() != 2 {
			t.Errorf("%d failed, and it was done %d times", failed.Load(), r.done.Load())
		}
	})
}

func TestFormsTakeLittleMemory(t *testing.T) {
	r := newFormRig()
	r.serve = func(c *call) error {
		_, err := c.w.Write(make([]byte, maxAnswer))
		return err
	}
	for i := range 2 * maxForms {
		r.sent(t, "ana", url.Values{"once": {strings.Repeat("x", i+1)}}.Encode(), int64(i+1))
	}
	bytes := 0
	for _, f := range r.forms.order {
		bytes += len(f.answer.body)
	}
	if bytes > maxAnswers+maxAnswer || r.forms.bytes != bytes || len(r.forms.order) > maxForms || len(r.forms.forms) != len(r.forms.order) {
		t.Errorf("%d bytes (%d counted) of %d forms are remembered, %d by their hashes", bytes, r.forms.bytes, len(r.forms.order), len(r.forms.forms))
	}
}

// TestAFormThatWasBegunAgainIsNotForgottenWithTheFirst has it fail once.
func TestAFormThatWasBegunAgainIsNotForgottenWithTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		r.serve = func(*call) error { return errNoKey }
		_, _ = r.send(t.Context(), "ana", "once=1")
		r.serve = nil
		time.Sleep(formLife / 2)
		r.sent(t, "ana", "once=1", 2)
		time.Sleep(formLife / 2)
		r.sent(t, "ana", "once=1", 2)
	})
}
