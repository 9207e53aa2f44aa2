package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestLongReadsLeaveConnectionsToShortOnes lets more previews and resolving jobs
// read than there are connections: keys and jobs are looked up all the same.
func TestLongReadsLeaveConnectionsToShortOnes(t *testing.T) {
	for name, address := range map[string]string{
		"SQLite":     "sqlite://" + filepath.Join(t.TempDir(), "scans.db"),
		"PostgreSQL": pgtest.Start(t).Database(t),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
			must(t, err)
			defer s.Close()
			must(t, s.Migrate(t.Context()))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			reading := make(chan struct{}, 100)
			ended := make(chan error, 100)
			all := 2 * s.read.Stats().MaxOpenConnections
			for range all {
				go func() {
					ended <- s.inLongSnapshot(ctx, func(*sqlx.Tx) error {
						reading <- struct{}{}
						<-ctx.Done()
						return nil
					})
				}()
			}
			short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			for range cap(s.scans) {
				select {
				case <-reading:
				case <-short.Done():
					t.Fatal("more long reads may run than there are connections")
				}
			}
			if _, err := s.Keys(short); err != nil {
				t.Errorf("beside long reads: %v", err)
			}
			stop()
			for range all {
				<-ended
			}
		})
	}
}
