package chaos

import (
	"sync"
	"time"
)

// proxies holds the proxies before one server, one for each process.
type proxies struct {
	target string

	mu   sync.Mutex
	each map[string]*proxy // by process
}

// from returns the proxy of a process, and starts it if there is none.
func (w *proxies) from(process string) (*proxy, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.each[process]; p != nil {
		return p, nil
	}
	p, err := newProxy(w.target)
	if err != nil {
		return nil, err
	}
	if w.each == nil {
		w.each = make(map[string]*proxy)
	}
	w.each[process] = p
	return p, nil
}

// all returns the proxies.
func (w *proxies) all() (list []*proxy) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.each {
		list = append(list, p)
	}
	return list
}

// set changes how all proxies of the server treat connections.
func (w *proxies) set(mode proxyMode, delay time.Duration) {
	for _, p := range w.all() {
		p.set(onServer, mode, delay)
	}
}

// felt returns how often a connection of any process was disturbed so far.
func (w *proxies) felt() (n int64) {
	for _, p := range w.all() {
		n += p.felt.Load()
	}
	return n
}

// asked returns how many pieces of data the processes have sent so far.
func (w *proxies) asked() (n int64) {
	for _, p := range w.all() {
		n += p.asked.Load()
	}
	return n
}

// close closes the proxies.
func (w *proxies) close() {
	for _, p := range w.all() {
		p.close()
	}
}
