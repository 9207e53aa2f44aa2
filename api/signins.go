package api

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of failed sign-ins. They hold for each process by itself.
const (
	maxSignIns       = 5 // in signInWindow, from one address
	signInWindow     = time.Minute
	maxSignInSources = 10_000 // addresses that are remembered
)

// signIns counts the sign-ins that failed, by the address that they came from. One
// counts from its beginning and is forgiven when it succeeds, so that a caller gains
// nothing by many at the same time.
type signIns struct {
	now func() time.Time

	mu     sync.Mutex
	failed map[netip.Prefix][]time.Time // of the last signInWindow, oldest first
}

func newSignIns(now func() time.Time) *signIns {
	return &signIns{now: now, failed: map[netip.Prefix][]time.Time{}}
}

// begin counts a sign-in, unless the address has had too many that failed. Then wait
// is how long it must wait.
func (s *signIns) begin(from netip.Prefix) (wait time.Duration, allowed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	recent := recentOf(s.failed[from], now)
	if len(recent) >= maxSignIns {
		return recent[0].Add(signInWindow).Sub(now), false
	}
	if _, known := s.failed[from]; !known && len(s.failed) >= maxSignInSources {
		s.makeRoom(now)
	}
	s.failed[from] = append(recent, now)
	return 0, true
}

// forgive takes back the last sign-in of an address, which did not fail.
func (s *signIns) forgive(from netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch times := s.failed[from]; len(times) {
	case 0:
	case 1:
		delete(s.failed, from)
	default:
		s.failed[from] = times[:len(times)-1]
	}
}

// makeRoom forgets the addresses whose time is over, and if these are few some others,
// so that it is not needed again soon.
func (s *signIns) makeRoom(now time.Time) {
	for from, times := range s.failed {
		if len(recentOf(times, now)) == 0 {
			delete(s.failed, from)
		}
	}
	for from := range s.failed {
		if len(s.failed) < maxSignInSources*9/10 {
			return
		}
		delete(s.failed, from)
	}
}

// recentOf returns the times that still count.
func recentOf(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= signInWindow {
		times = times[1:]
	}
	return times
}
