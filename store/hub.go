package store

import "sync"

// A hub tells those who wait for a job that this process has changed it. It
// is a hint: a value may come without a change, and another process's changes
// come without a value.
type hub struct {
	mu   sync.Mutex
	subs map[string]map[chan struct{}]struct{}
}

func newHub() *hub { return &hub{subs: make(map[string]map[chan struct{}]struct{})} }

// Subscribe returns a channel that gets a value soon after this process
// commits a change of the job with this id, and a function that ends it.
// Values that nobody has taken yet are not heaped up.
func (s *Store) Subscribe(id string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.subs[id] == nil {
		s.hub.subs[id] = make(map[chan struct{}]struct{})
	}
	s.hub.subs[id][ch] = struct{}{}
	return ch, func() { s.hub.leave(id, ch) }
}

func (h *hub) leave(id string, ch chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs[id], ch)
	if len(h.subs[id]) == 0 {
		delete(h.subs, id)
	}
}

func (h *hub) notify(ids []string) {
	if len(ids) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		for ch := range h.subs[id] {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}
}
