package chaos

import (
	"sync"
	"time"
)

// Ways are the proxies before one server, one for each process.
type proxies struct {
	target string

	mu   sync.Mutex
	each map[string]*proxy // by process
}

// from is the way of a process.
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

// all lists the ways.
func (w *proxies) all() (list []*proxy) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.each {
		list = append(list, p)
	}
	return list
}

// set changes how the server's connections are treated.
func (w *proxies) set(mode proxyMode, delay time.Duration) {
	for _, p := range w.all() {
		p.set(onServer, mode, delay)
	}
}

// felt is how often a connection of any process was hurt so far.
func (w *proxies) felt() (n int64) {
	for _, p := range w.all() {
		n += p.felt.Load()
	}
	return n
}

// asked is how many pieces the processes have sent so far.
func (w *proxies) asked() (n int64) {
	for _, p := range w.all() {
		n += p.asked.Load()
	}
	return n
}

func (w *proxies) close() {
	for _, p := range w.all() {
		p.close()
	}
}
