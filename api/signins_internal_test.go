package api

import (
	"net/netip"
	"testing"
	"time"
)

func TestAddressesThatFailedAreForgottenInTime(t *testing.T) {
	now := time.Unix(0, 0)
	s := newSignIns(func() time.Time { return now })
	from := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
	}
	for i := range 3 * maxSignInSources {
		if _, allowed := s.begin(from(i)); !allowed {
			t.Fatalf("the first sign-in of address %d is refused", i)
		}
	}
	if n := len(s.failed); n > maxSignInSources {
		t.Errorf("%d addresses are remembered", n)
	}
	now = now.Add(signInWindow)
	for i := range maxSignInSources / 5 {
		s.begin(from(-1 - i))
	}
	if n := len(s.failed); n > maxSignInSources/5 {
		t.Errorf("%d addresses are remembered after their time", n)
	}
}
