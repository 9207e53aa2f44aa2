package main

import (
	"strings"
	"testing"
	"time"
)

func TestWithoutATerminalProgressIsALineNowAndThen(t *testing.T) {
	var out strings.Builder
	b := newRecordBar(&out, "import", 200)
	now := b.told
	b.now = func() time.Time { return now }
	b.Set(10)
	now = now.Add(plainEvery)
	b.Set(50)
	b.Set(60)
	b.Set(200)
	b.Finish()
	if want := "import: 50 of 200 records (25%)\nimport: 200 of 200 records (100%)\n"; out.String() != want {
		t.Errorf("said %q", out.String())
	}
}

func TestProgressOfAnUnknownLengthCounts(t *testing.T) {
	var out strings.Builder
	b := newByteBar(&out, "export", -1)
	if n, err := b.Write([]byte("four")); n != 4 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	b.Finish()
	if out.String() != "export: 4 bytes\n" {
		t.Errorf("said %q", out.String())
	}
}
