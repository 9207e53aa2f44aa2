package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// TestACopyIsRefused tries copies that must not start.
func TestACopyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		c := refusedCopies{
			used:   newInstallation(t, "sqlite://"+filepath.Join(t.TempDir(), "used.db")).Store,
			models: store.Options{Models: storetest.Models(t)},
			empty:  empty,
		}
		t.Run("into itself", c.intoItself)
		t.Run("into a database that is in use", c.intoUsed)
		t.Run("twice", c.twice)
		t.Run("from a database that was never used", c.fromUnused)
		t.Run("from one whose model is not loaded", c.withoutModel)
	})
}

type refusedCopies struct {
	used   *store.Store
	models store.Options
	empty  func(*testing.T) string // returns the address of a new database
}

// inUse returns a database that is migrated and has a first key.
func (c refusedCopies) inUse(t *testing.T) (*store.Store, string) {
	t.Helper()
	address := c.empty(t)
	s := opened(t, address, c.models)
	fatal(t, s.Migrate(t.Context()))
	_, _, err := s.Bootstrap(t.Context(), "")
	fatal(t, err)
	return s, address
}

func (c refusedCopies) intoItself(t *testing.T) {
	self, address := c.inUse(t)
	if _, err := copyTo(t, self, address); !errors.Is(err, store.ErrSame) {
		t.Errorf("the error is %v", err)
	}
}

func (c refusedCopies) intoUsed(t *testing.T) {
	_, address := c.inUse(t)
	before := dump(t, address, nil)
	if _, err := copyTo(t, c.used, address); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("the error is %v", err)
	}
	sameRows(t, "the destination", dump(t, address, nil), before)
}

func (c refusedCopies) twice(t *testing.T) {
	address := c.empty(t)
	_, err := copyTo(t, c.used, address)
	fatal(t, err)
	if _, err := copyTo(t, c.used, address); !errors.Is(err, store.ErrSame) {
		t.Errorf("the error is %v", err)
	}
}

func (c refusedCopies) fromUnused(t *testing.T) {
	unused := opened(t, c.empty(t), c.models)
	if _, err := copyTo(t, unused, c.empty(t)); !errors.Is(err, store.ErrOutdated) {
		t.Errorf("before it is migrated the error is %v", err)
	}
	fatal(t, unused.Migrate(t.Context()))
	if _, err := copyTo(t, unused, c.empty(t)); !errors.Is(err, store.ErrNeverUsed) {
		t.Errorf("the error is %v", err)
	}
}

func (c refusedCopies) withoutModel(t *testing.T) {
	address := c.empty(t)
	fatal(t, newGrowing(t, address).start("  name: {type: string}\n", nil))
	without := opened(t, address, store.Options{Models: model.Shipped()})
	if err := without.UpToDate(t.Context()); err == nil || errors.Is(err, store.ErrOutdated) {
		t.Errorf("the error is %v", err)
	}
	changed := opened(t, address, store.Options{Models: newGrowing(t, address).load("  height: {type: integer}\n")})
	if err := changed.UpToDate(t.Context()); !errors.Is(err, store.ErrOutdated) {
		t.Errorf("with another model of the name the error is %v", err)
	}
}
