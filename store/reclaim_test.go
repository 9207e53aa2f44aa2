package store

import (
	"strings"
	"testing"
	"time"
)

// TestTheReserveIsWhatTheDatabaseWillGrowBy lets a reader stand still while
// others write: what they write stays in the log, and the database will need
// room for it at a time when the log may have filled the disk.
func TestTheReserveIsWhatTheDatabaseWillGrowBy(t *testing.T) {
	s, _ := openWriter(t)
	defer s.Close()
	reader, err := s.read.Beginx()
	must(t, err)
	defer reader.Rollback()
	var n int
	must(t, reader.Get(&n, `SELECT COUNT(*) FROM sqlite_master`))

	must(t, s.inTx(t.Context(), func(t *tx) error { return t.exec1(`CREATE TABLE bulk (x TEXT)`) }))
	for range 5 {
		must(t, s.inTx(t.Context(), func(t *tx) error { return t.exec1(`INSERT INTO bulk VALUES (?)`, strings.Repeat("x", 1<<20)) }))
	}
	look(t, s)
	if have := fileSize(s.write.(*groupWriter).keeper.reserve()); have < 6<<20 {
		t.Errorf("the reserve is %d bytes", have)
	}

	must(t, reader.Rollback())
	look(t, s)
	look(t, s)
	if have := fileSize(s.write.(*groupWriter).keeper.reserve()); have > 3<<20 || have < minReserve {
		t.Errorf("when the log could be moved, the reserve stays %d bytes", have)
	}
}

// look makes the keeper look after the next transaction, and returns when it
// has.
func look(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.inTx(t.Context(), func(*tx) error {
		s.write.(*groupWriter).keeper.tended = time.Time{} // on the writer's own goroutine
		return nil
	}))
	must(t, s.inTx(t.Context(), func(*tx) error { return nil }))
}
