package store

import "time"

// OpenWith is [Open] with another driver under it.
var OpenWith = open

// UseClock replaces the clock of a database that has one of its own.
func (s *Store) UseClock(now func() time.Time) {
	s.now = now
	if w, ok := s.write.(*pooledWriter); ok {
		w.now = now
	}
}

// CutFinely lets few records be worth a shard of their own.
func (s *Store) CutFinely(part int64) {
	d := *s.d
	d.part = part
	s.d = &d
	if w, ok := s.write.(*pooledWriter); ok {
		w.d = &d
	}
}
