package store

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/auth"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestTheLastUseOfAKeyIsKept uses keys in two processes, of which one stops.
func TestTheLastUseOfAKeyIsKept(t *testing.T) {
	for name, address := range map[string]string{
		"SQLite": "sqlite://" + filepath.Join(t.TempDir(), "uses.db"), "PostgreSQL": pgtest.Database(t),
	} {
		t.Run(name, func(t *testing.T) { usesAreKept(t, address) })
	}
}

func usesAreKept(t *testing.T, address string) {
	minute := time.Now().Truncate(time.Minute)
	begin := func(at time.Duration) *Store {
		s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
		must(t, err)
		must(t, s.Migrate(t.Context()))
		s.db.Now = func() time.Time { return minute.Add(at) }
		return s
	}
	other := begin(time.Hour)
	defer other.Close()
	create := func(name string) auth.Key {
		k, _, err := other.CreateKey(t.Context(), auth.Caller{}, auth.Key{Name: name, Workspace: auth.Workspace{Name: "main"}, Scopes: []auth.Scope{auth.Admin}})
		must(t, err)
		return k
	}
	used, unused := create("used"), create("unused")
	lastUses := func(s *Store, wantUsed, wantUnused string) {
		t.Helper()
		keys, err := s.Keys(t.Context())
		must(t, err)
		for _, k := range keys {
			got, want := "never", map[int64]string{used.ID: wantUsed, unused.ID: wantUnused}[k.ID]
			if k.LastUsedAt != nil {
				got = k.LastUsedAt.Sub(minute).String()
			}
			if got != want {
				t.Errorf("%s was last used at %s instead of %s", k.Name, got, want)
			}
		}
	}
	first := begin(40 * time.Second)
	first.KeyUsed(used.ID)
	first.KeyUsed(0)
	lastUses(first, "0s", "never") // not written yet
	lastUses(other, "never", "never")
	must(t, first.Close())
	lastUses(other, "0s", "never")

	late := begin(-10 * time.Minute)
	late.KeyUsed(used.ID)
	late.KeyUsed(unused.ID)
	must(t, late.Close())
	lastUses(other, "0s", "-10m0s")
}

// TestUsesOfKeysAreWrittenOnceAMinute counts what is written while keys are used
// all the time, while nobody uses any, and while the database is down.
func TestUsesOfKeysAreWrittenOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mu sync.Mutex // of what follows; the test has it, except while time passes
		mu.Lock()
		writes, down := 0, false
		kept := map[int64]int64{}
		u := newKeyUses(func(_ context.Context, minutes map[int64]int64) error {
			mu.Lock()
			defer mu.Unlock()
			writes++
			if down {
				return errors.New("down")
			}
			maps.Copy(kept, minutes)
			return nil
		})
		pass := func(d time.Duration) {
			mu.Unlock()
			time.Sleep(d)
			mu.Lock()
		}
		use := func(n int) {
			for range n {
				for id := range int64(3) {
					u.note(id+1, time.Now().Truncate(time.Minute).UnixMicro())
				}
				pass(time.Second)
			}
		}
		use(600)
		if writes < 1 || writes > 10 {
			t.Errorf("%d writes in ten minutes", writes)
		}
		pass(time.Minute)
		written := writes
		if last := began.Add(10*time.Minute - time.Second).Truncate(time.Minute).UnixMicro(); kept[2] != last {
			t.Errorf("kept %v, and the last use was at %d", kept, last)
		}
		pass(time.Hour)
		if writes != written {
			t.Errorf("%d writes once nobody used a key", writes-written)
		}
		down = true
		use(1)
		pass(5 * time.Minute)
		down = false
		pass(2 * time.Minute)
		last := began.Add(11*time.Minute + time.Hour).Truncate(time.Minute).UnixMicro()
		if kept[1] != last || kept[3] != last {
			t.Errorf("kept %v, and the last use was at %d", kept, last)
		}
		mu.Unlock()
		u.close()
		mu.Lock()
		before := writes
		use(1)
		pass(time.Hour)
		if writes != before {
			t.Error("a closed store was written to")
		}
	})
}
