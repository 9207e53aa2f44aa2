package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/auth"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestFailedSignInsAreOneEntryOfAnAddressAndMinute lets sign-ins fail in two
// processes, of which each stops.
func TestFailedSignInsAreOneEntryOfAnAddressAndMinute(t *testing.T) {
	for name, address := range map[string]string{
		"SQLite": "sqlite://" + filepath.Join(t.TempDir(), "failures.db"), "PostgreSQL": pgtest.Database(t),
	} {
		t.Run(name, func(t *testing.T) { failuresAreUnited(t, address) })
	}
}

func failuresAreUnited(t *testing.T, address string) {
	minute := time.Now().Truncate(time.Minute)
	begin := func() *Store {
		s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
		must(t, err)
		must(t, s.Migrate(t.Context()))
		_, _, err = s.Bootstrap(t.Context(), "")
		must(t, err)
		return s
	}
	fail := func(s *Store, from string, times int, at time.Duration) {
		s.db.Now = func() time.Time { return minute.Add(at) }
		for range times {
			s.SignInFailed(from)
		}
	}
	one, two, reader := begin(), begin(), begin()
	defer reader.Close()
	fail(one, "192.0.2.1", 8, 0)
	fail(one, "192.0.2.2", 1, time.Second)
	fail(two, "192.0.2.1", 95, 59*time.Second)
	fail(two, "192.0.2.1", 1, time.Minute)
	must(t, one.Close())
	must(t, two.Close())

	page, err := reader.Audit(t.Context(), auth.Workspace{ID: 1}, auth.EntryQuery{Workspace: "main", Actions: []auth.Action{auth.SignInFailed}, Limit: 10})
	must(t, err)
	got := map[string]int64{}
	for _, e := range page.Items {
		if e.By.KeyName != "" || e.By.KeyID != 0 {
			t.Errorf("a key failed: %+v", e.By)
		}
		got[fmt.Sprint(e.By.Address, " ", e.At.Sub(minute))] = e.Counts["attempts"]
	}
	want := map[string]int64{"192.0.2.1 0s": 103, "192.0.2.2 0s": 1, "192.0.2.1 1m0s": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) || len(page.Items) != len(want) {
		t.Errorf("entries %v of %d and not %v", got, len(page.Items), want)
	}
}

// TestFailedSignInsAreWrittenOnceTheMinuteIsOver counts what is written, also while
// the database is down and when there are too many addresses.
func TestFailedSignInsAreWrittenOnceTheMinuteIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // of what follows; the test has it, except while time passes
		mu.Lock()
		down, largest := false, 0
		kept := map[failedSignIn]int64{}
		f := newFailedSignIns(func(_ context.Context, counts map[failedSignIn]int64) error {
			mu.Lock()
			defer mu.Unlock()
			largest = max(largest, len(counts))
			if down {
				return errors.New("down")
			}
			for at, n := range counts {
				if time.Now().Before(time.UnixMicro(at.minute).Add(time.Minute)) {
					t.Errorf("%v was written before its minute was over", at)
				}
				kept[at] += n
			}
			return nil
		})
		pass := func(d time.Duration) {
			mu.Unlock()
			time.Sleep(d)
			mu.Lock()
		}
		fail := func(from string) failedSignIn {
			at := failedSignIn{time.Now().Truncate(time.Minute).UnixMicro(), from}
			f.note(at)
			return at
		}
		pass(50 * time.Second)
		first := fail("192.0.2.1")
		pass(5 * time.Second)
		fail("192.0.2.1")
		pass(6 * time.Second)
		second := fail("192.0.2.1")
		if kept[first] != 2 || len(kept) != 1 {
			t.Errorf("after the minute %v is kept", kept)
		}
		down = true
		for range 3 {
			for i := range 2 * maxFailedAddresses {
				fail(fmt.Sprint(i))
			}
			pass(time.Minute)
		}
		down = false
		pass(time.Minute)
		if kept[second] != 1 {
			t.Errorf("what failed while the database was down is lost: %d", kept[second])
		}
		var all int64
		for _, n := range kept {
			all += n
		}
		if want := int64(3 + 6*maxFailedAddresses); all != want || largest > maxFailedAddresses+3 {
			t.Errorf("%d of %d are counted, in up to %d entries", all, want, largest)
		}
	})
}
