package client

import "testing"

// TestTheBrakeIsSetAgainAfterABusyDatabase answers the first call with 503: to set
// a switch twice has the effect of setting it once.
func TestTheBrakeIsSetAgainAfterABusyDatabase(t *testing.T) {
	c, rec, _ := serve(t,
		answer(503, `{"code":"unavailable"}`),
		answer(200, `{"on":true,"reason":"x","since":"2026-11-21T12:00:00Z","by":null,"switches":{"workspace":{"on":false,"reason":null,"since":null,"by":null},"all":{"on":true,"reason":"x"}}}`))
	b, err := c.BrakeAllOn(t.Context(), "x")
	if err != nil || !b.On || b.Reason != "x" || b.Since == nil || b.Switches.Workspace.On || !b.Switches.All.On {
		t.Errorf("%+v, error %v", b, err)
	}
	if len(rec.calls) != 2 || rec.calls[1].method != "PUT" || rec.calls[1].query != "all=true" || rec.calls[1].body != `{"on":true,"reason":"x"}` {
		t.Errorf("called %+v", rec.calls)
	}
}
