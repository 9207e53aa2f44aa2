package sample

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"
)

// write returns the customers as WriteDesk makes them.
func write(t testing.TB, seed uint64, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteDesk(&b, seed, n); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheSameSeedMakesTheSameCustomers(t *testing.T) {
	one := write(t, 7, 500)
	if !bytes.Equal(one, write(t, 7, 500)) {
		t.Error("two runs differ")
	}
	if bytes.Equal(one, write(t, 8, 500)) {
		t.Error("another seed makes the same customers")
	}
	if !bytes.HasPrefix(write(t, 7, 501), one) {
		t.Error("asking for more changes the first ones")
	}
	streamed, err := io.ReadAll(iotest.OneByteReader(DeskReader(7, 500)))
	if err != nil || !bytes.Equal(one, streamed) {
		t.Errorf("the stream differs, error %v", err)
	}
}

func TestEveryLineIsACustomerWithItsOwnIDAndMail(t *testing.T) {
	const n = 5000
	mails := map[string]bool{}
	id := 0
	for line := range Desk(1, n) {
		var c struct {
			ID        int    `json:"id"`
			FirstName string `json:"firstName"`
			Email     string `json:"email"`
			State     string `json:"state"`
		}
		d := json.NewDecoder(bytes.NewReader(line))
		if err := d.Decode(&c); err != nil {
			t.Fatalf("line %d: %v: %s", id+1, err, line)
		}
		if id++; c.ID != id || c.FirstName == "" || c.State == "" {
			t.Fatalf("line %d is %s", id, line)
		}
		if !utf8.Valid(line) || bytes.ContainsRune(line, utf8.RuneError) {
			t.Fatalf("line %d is not valid text: %s", id, line)
		}
		mails[c.Email] = true
	}
	if id != n || len(mails) != n {
		t.Errorf("%d customers with %d mails", id, len(mails))
	}
}

func TestCustomersAreOfManyScripts(t *testing.T) {
	text := string(write(t, 1, 2000))
	counts := map[string]int{}
	for _, r := range text {
		for name, table := range map[string]*unicode.RangeTable{
			"Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek, "Arabic": unicode.Arabic,
			"Hebrew": unicode.Hebrew, "Han": unicode.Han, "Hiragana": unicode.Hiragana,
			"Katakana": unicode.Katakana, "Hangul": unicode.Hangul, "Devanagari": unicode.Devanagari,
		} {
			if unicode.Is(table, r) {
				counts[name]++
			}
		}
		switch {
		case r == 'é' || r == 'ø' || r == 'Ł':
			counts["accents"]++
		case r > 0x1F000:
			counts["emoji"]++
		}
	}
	if len(counts) != 11 {
		t.Errorf("only %v", counts)
	}
}

func TestSharesLeaveRoomForEnglish(t *testing.T) {
	sum := 0
	for _, s := range scripts {
		sum += s.share
	}
	if sum >= 100 || sum < 50 {
		t.Errorf("the scripts take %d of 100", sum)
	}
}

func TestStoppingEarlyIsHarmless(t *testing.T) {
	for line := range Desk(1, 10) {
		if len(line) == 0 {
			t.Error("an empty line")
		}
		break
	}
	if err := WriteDesk(brokenWriter{}, 1, 1000); err != io.ErrClosedPipe {
		t.Errorf("error is %v", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// BenchmarkDesk reports customers per second.
func BenchmarkDesk(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		if err := WriteDesk(io.Discard, 1, n); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "customers/s")
}
