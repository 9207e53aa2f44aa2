package web

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
)

// TestABodyHoldsWhatHasCome: whatever the limit, memory follows what was
// sent, and a body that arrives in small pieces is not copied for each.
func TestABodyHoldsWhatHasCome(t *testing.T) {
	for _, sent := range []int{0, 1, firstRead, 64 << 10, 1 << 20} {
		text := bytes.Repeat([]byte("x"), sent)
		raw, err := AppendBody(nil, bytes.NewReader(text), 64<<20)
		if err != io.EOF || !bytes.Equal(raw, text) {
			t.Fatalf("of %d bytes came %d, %v", sent, len(raw), err)
		}
		if most := 3*sent + firstRead; cap(raw) > most {
			t.Errorf("%d bytes hold %d", sent, cap(raw))
		}
	}
	text := bytes.Repeat([]byte("x"), 256<<10)
	grown := testing.AllocsPerRun(1, func() {
		_, _ = AppendBody(nil, iotest.HalfReader(bytes.NewReader(text)), 64<<20)
	})
	if grown > 16 { // the race detector counts each move twice
		t.Errorf("a body of 256 KiB was moved %.0f times", grown)
	}
}
