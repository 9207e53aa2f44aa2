package api

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api/dashboard"
)

// TestALargeFormLeavesRoomForItsCalls sends many large forms at once. Each makes a call
// whose body is about as large, which must not wait for the room that its form holds.
func TestALargeFormLeavesRoomForItsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFormRig()
		r.serve = func(c *call) error {
			inner := r.innerRequest(c, dashboard.Call{
				Method: "POST", Target: "/v1/jobs", Header: map[string]string{"Content-Type": "application/json"},
				Body: []byte(strings.Repeat(" ", int(r.MaxBody)*3/4)),
			})
			of := &call{w: c.w, r: inner, key: c.key, route: route{request: Content{[]string{"application/json"}, nil}}}
			defer of.freeBody()
			if _, err := r.body(of); err != nil {
				return err
			}
			return c.redirect("/admin/done")
		}
		began := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := r.send(t.Context(), "ana", "n="+strings.Repeat("x", int(r.MaxBody)*3/4)); err != nil {
					t.Errorf("it is refused: %v", err)
				}
			})
		}
		all.Wait()
		if d := time.Since(began); d > 0 {
			t.Errorf("they waited for one another for %v", d)
		}
	})
}

// TestARememberedAnswerKeepsNoConnection holds on to nothing but the answer itself.
func TestARememberedAnswerKeepsNoConnection(t *testing.T) {
	r := newFormRig()
	r.sent(t, "ana", "once=1", 1)
	for _, f := range r.forms.forms {
		if f.answer == nil || f.answer.ResponseWriter != nil {
			t.Errorf("it keeps %+v", f.answer)
		}
	}
	r.sent(t, "ana", "once=1", 1)
}

// TestAFormThatIsNoTextIsRefused keeps what was typed from being stored in another form.
func TestAFormThatIsNoTextIsRefused(t *testing.T) {
	r := newFormRig()
	for _, body := range []string{"name=%ff", "%ff=1", "once=1&n=a&n=%c3%28", "name=%zz"} {
		if _, err := r.send(t.Context(), "ana", body); err == nil || r.done.Load() > 0 {
			t.Errorf("%s is done", body)
		}
	}
	r.sent(t, "ana", "name=%c3%a9%f0%9f%8c%bb", 1)
}
