package store

import "sync"

// A hub tells subscribers which jobs this process has changed. It is only a hint:
// a job may be named that has not changed, and changes that other processes
// commit are not reported.
type hub struct {
	mu   sync.RWMutex
	subs []func(ids []string)
}

// Subscribe registers a function. It is called soon after each commit of this
// process that changed jobs, with the ids of the jobs, in the goroutine that
// committed. So it must be quick, and safe for concurrent use.
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
