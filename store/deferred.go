package store

import (
	"context"
	"sync"
	"time"
)

// What is deferred is written when the minute is over, and a last time within
// lastWrite when the store is closed.
const (
	deferFor  = time.Minute
	lastWrite = time.Second
)

// deferred are small facts, each under a key, that are kept in memory and written
// together. A crash loses what was not yet written.
type deferred[K comparable, V any] struct {
	write func(ctx context.Context, values map[K]V) error
	merge func(a, b V) V // of two values under one key
	most  int            // further keys are replaced by rest; 0 is no limit
	rest  func(K) K

	writing sync.Mutex // held while write runs

	mu      sync.Mutex
	pending map[K]V // to be written
	written map[K]V // by the last write
	timer   *time.Timer
	closed  bool
}

// add notes a value, and needs the lock. There is a timer only while something is
// pending, so that an idle process leaves the database alone.
func (d *deferred[K, V]) add(key K, value V) {
	if d.closed {
		return
	}
	if d.pending == nil {
		d.pending = map[K]V{}
	}
	old, known := d.pending[key]
	if !known && d.most > 0 && len(d.pending) >= d.most {
		key = d.rest(key)
		old, known = d.pending[key]
	}
	if known {
		value = d.merge(old, value)
	}
	d.pending[key] = value
	if d.timer == nil {
		over := time.Now().Truncate(deferFor).Add(deferFor)
		d.timer = time.AfterFunc(time.Until(over), func() { d.flush(context.Background()) })
	}
}

// flush writes what is pending. After an error it stays pending for the next time.
func (d *deferred[K, V]) flush(ctx context.Context) {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.mu.Lock()
	values := d.pending
	d.pending, d.timer = nil, nil
	d.mu.Unlock()
	if len(values) == 0 {
		return
	}
	err := d.write(ctx, values)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.written = values
		return
	}
	for key, value := range values {
		d.add(key, value)
	}
}

// close writes what is pending, unless the database takes too long, and ignores
// what is added later.
func (d *deferred[K, V]) close() {
	d.mu.Lock()
	d.closed = true
	if d.timer != nil {
		d.timer.Stop()
	}
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lastWrite)
	defer cancel()
	d.flush(ctx)
}
