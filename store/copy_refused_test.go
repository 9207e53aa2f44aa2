package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

func TestACopyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		used := newInstallation(t, "sqlite://"+filepath.Join(t.TempDir(), "used.db"))
		models := store.Options{Models: storetest.Models(t)}
		t.Run("into itself", func(t *testing.T) {
			address := empty(t)
			self := opened(t, address, models)
			fatal(t, self.Migrate(t.Context()))
			_, _, err := self.Bootstrap(t.Context(), "")
			fatal(t, err)
			if _, err := copyTo(t, self, address); !errors.Is(err, store.ErrSame) {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("into a database that is in use", func(t *testing.T) {
			address := empty(t)
			other := opened(t, address, models)
			fatal(t, other.Migrate(t.Context()))
			_, _, err := other.Bootstrap(t.Context(), "")
			fatal(t, err)
			before := dump(t, address, nil)
			if _, err := copyTo(t, used.Store, address); !errors.Is(err, store.ErrNotEmpty) {
				t.Errorf("the error is %v", err)
			}
			sameRows(t, "the destination", dump(t, address, nil), before)
		})
		t.Run("twice", func(t *testing.T) {
			address := empty(t)
			_, err := copyTo(t, used.Store, address)
			fatal(t, err)
			if _, err := copyTo(t, used.Store, address); !errors.Is(err, store.ErrSame) {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("from a database that was never used", func(t *testing.T) {
			unused := opened(t, empty(t), models)
			if _, err := copyTo(t, unused, empty(t)); !errors.Is(err, store.ErrOutdated) {
				t.Errorf("before it is migrated the error is %v", err)
			}
			fatal(t, unused.Migrate(t.Context()))
			if _, err := copyTo(t, unused, empty(t)); !errors.Is(err, store.ErrNeverUsed) {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("from one whose model is not loaded", func(t *testing.T) {
			address := empty(t)
			fatal(t, newGrowing(t, address).start("  name: {type: string}\n", nil))
			without := opened(t, address, store.Options{Models: model.Shipped()})
			if err := without.UpToDate(t.Context()); err == nil || errors.Is(err, store.ErrOutdated) {
				t.Errorf("the error is %v", err)
			}
			changed := opened(t, address, store.Options{Models: newGrowing(t, address).load("  height: {type: integer}\n")})
			if err := changed.UpToDate(t.Context()); !errors.Is(err, store.ErrOutdated) {
				t.Errorf("with another model of the name the error is %v", err)
			}
		})
	})
}
