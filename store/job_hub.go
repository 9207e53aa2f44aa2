package store

import "sync"

// A hub tells subscribers which jobs this process has changed. It is only a hint:
// an id may come without a change, and changes by other processes are not told.
type hub struct {
	mu   sync.RWMutex
	subs []func(ids []string)
}

// Subscribe has fn called soon after each commit of this process that changed
// jobs, with the ids of the jobs. fn runs in the goroutine that committed, so it
// must be quick. Several goroutines may call it at once.
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
