package sqldb

import (
	"context"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openAt(t *testing.T, address string) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{Address: address, Now: time.Now})
	must(t, err)
	return db
}

// small runs a small transaction and returns its error as the store would see
// it.
func small(ctx context.Context, db *DB, fn func(*Tx) error) error {
	_, err := db.Writer.Do(ctx, Small, fn)
	return db.Dialect.Classify(err)
}

// large is small for a large transaction.
func large(ctx context.Context, db *DB, fn func(*Tx) error) error {
	_, err := db.Writer.Do(ctx, Large, fn)
	return db.Dialect.Classify(err)
}
