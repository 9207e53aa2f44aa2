package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"bulkpatch/auth"
	"bulkpatch/model"
)

// Uses of keys are written once a minute at most, and a last time within
// lastUseWrite when the store is closed.
const (
	useEvery     = time.Minute
	lastUseWrite = time.Second
)

// KeyUsed notes that a key is in use now. It is quick: what several calls have noted
// is written together, within a minute. A crash loses what was not yet written. A key
// without a number is ignored, since it is not stored.
func (s *Store) KeyUsed(id int64) {
	if id != 0 {
		s.uses.note(id, s.db.Now().Truncate(useEvery).UnixMicro())
	}
}

// writeUses stores in which minutes keys were last used. It leaves out keys for
// which another process has stored the same minute or a later one.
func (s *Store) writeUses(ctx context.Context, minutes map[int64]int64) error {
	list := make([][]any, 0, len(minutes))
	for _, id := range slices.Sorted(maps.Keys(minutes)) { // in one order, so that processes do not lock each other out
		list = append(list, []any{id, minutes[id]})
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	d := s.db.Dialect
	return s.inTx(ctx, func(t *tx) error {
		return t.Run(`UPDATE api_keys SET last_used_at = u.minute
			FROM (SELECT `+d.Element(0, model.Integer)+` AS id, `+d.Element(1, model.Integer)+` AS minute FROM `+d.Elements+`) AS u
			WHERE api_keys.id = u.id AND (api_keys.last_used_at IS NULL OR api_keys.last_used_at < u.minute)`, string(text))
	})
}

// keyUses has the minutes in which keys were last used, by the numbers of the keys
// and in microseconds.
type keyUses struct {
	write func(ctx context.Context, minutes map[int64]int64) error

	writing sync.Mutex // held while write runs

	mu      sync.Mutex
	pending map[int64]int64 // to be written
	written map[int64]int64 // by the last write, so that it is not repeated
	timer   *time.Timer     // nil while nothing is pending
	closed  bool
}

// note adds a use. Nothing happens later unless there is something to write, so that
// an idle process leaves the database alone.
func (u *keyUses) note(id, minute int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed || u.written[id] == minute || u.pending[id] == minute {
		return
	}
	u.pend(id, minute)
}

// pend needs the lock.
func (u *keyUses) pend(id, minute int64) {
	if u.pending == nil {
		u.pending = map[int64]int64{}
	}
	u.pending[id] = max(u.pending[id], minute)
	if u.timer == nil {
		u.timer = time.AfterFunc(useEvery, func() { u.flush(context.Background()) })
	}
}

// flush writes what is pending. After an error it stays pending for the next time.
func (u *keyUses) flush(ctx context.Context) {
	u.writing.Lock()
	defer u.writing.Unlock()
	u.mu.Lock()
	minutes := u.pending
	u.pending, u.timer = nil, nil
	u.mu.Unlock()
	if len(minutes) == 0 {
		return
	}
	err := u.write(ctx, minutes)
	u.mu.Lock()
	defer u.mu.Unlock()
	if err == nil {
		u.written = minutes
	} else if !u.closed {
		for id, minute := range minutes {
			u.pend(id, minute)
		}
	}
}

// close writes what is pending, unless the database takes too long, and ignores
// later uses.
func (u *keyUses) close() {
	u.mu.Lock()
	u.closed = true
	if u.timer != nil {
		u.timer.Stop()
	}
	u.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lastUseWrite)
	defer cancel()
	u.flush(ctx)
}

// latest returns the last use of a key that was read: what is stored, or what this
// process knows to be later.
func (u *keyUses) latest(k auth.Key) *time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	minute := max(u.pending[k.ID], u.written[k.ID])
	if k.LastUsedAt != nil {
		minute = max(minute, k.LastUsedAt.UnixMicro())
	}
	if minute == 0 {
		return nil
	}
	return microsPtr(&minute)
}
