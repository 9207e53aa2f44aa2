package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"bulkpatch/auth"
	"bulkpatch/model"
)

// KeyUsed notes that a key is in use now. It is quick: what several calls have noted
// is written together, within a minute. A crash loses what was not yet written. A key
// without a number is ignored, since it is not stored.
func (s *Store) KeyUsed(id int64) {
	if id != 0 {
		s.uses.note(id, s.db.Now().Truncate(deferFor).UnixMicro())
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
type keyUses struct{ deferred[int64, int64] }

func newKeyUses(write func(ctx context.Context, minutes map[int64]int64) error) *keyUses {
	later := func(a, b int64) int64 { return max(a, b) }
	return &keyUses{deferred[int64, int64]{write: write, merge: later}}
}

// note adds a use, unless it is known.
func (u *keyUses) note(id, minute int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.written[id] != minute && u.pending[id] != minute {
		u.add(id, minute)
	}
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
