package store

import "sync"

// A hub tells this process which jobs it has changed. It is a hint: an id may
// come without a change, and other processes' changes come without one.
type hub struct {
	mu   sync.RWMutex
	subs []func(ids []string)
}

// Subscribe has fn called soon after each commit of this process that changed
// jobs, with their ids, as long as the store is open. fn runs in the goroutine
// that committed, so it must be quick; calls may come at the same time.
func (s *Store) Subscribe(fn func(ids []string)) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.subs = append(s.hub.subs, fn)
}

func (h *hub) notify(ids []string) {
	if len(ids) == 0 {
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, fn := range h.subs {
		fn(ids)
	}
}
