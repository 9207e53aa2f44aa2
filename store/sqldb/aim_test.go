package sqldb

import (
	"testing"
	"time"
)

// TestSmallWorkThatWaitsIsSeen lets chunks be brief only while several small
// transactions found one in their way.
func TestSmallWorkThatWaitsIsSeen(t *testing.T) {
	var h waiting
	now := time.Unix(1000, 0)
	h.note(0, now)
	h.note(1, now)
	if h.haste(now) {
		t.Error("one in a second is haste")
	}
	h.note(1, now.Add(100*time.Millisecond))
	if !h.haste(now.Add(time.Second)) || h.haste(now.Add(2*time.Second)) {
		t.Error("two in a second are none, or are for ever")
	}
}
