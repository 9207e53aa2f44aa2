package chaos

import (
	"context"
	"time"
)

// hurtQueue starts a fault of Redis or of the connections to it.
func (h *injector) hurtQueue(f fault) {
	q := h.queue
	if h.redisHurt {
		h.retrySoon(func() { h.hurtQueue(f) })
		return
	}
	switch f.what {
	case killRedis, endRedis, loseRedis:
		h.await(q.waiting)
		h.takeRedis(f)
	case emptyRedis:
		h.await(q.waiting)
		h.atOnce(f, q.client.FlushAll(context.Background()).Err())
	case slowRedis:
		h.spoil(f, slow)
	case cutRedis:
		h.spoil(f, cut)
	case silenceRedis:
		h.spoil(f, silent)
	case badTasks:
		n := 5 + f.choice%20
		pushed, err := q.pushBadTasks(context.Background(), h.bad, n)
		h.bad += n
		h.tally.badTasks.Add(int64(pushed))
		if pushed > 0 {
			err = nil
		}
		h.atOnce(f, err)
	}
}

// takeRedis stops the Redis server for a while, and may delete its data.
func (h *injector) takeRedis(f fault) {
	before := h.queue.proxies.felt()
	if f.what == endRedis {
		h.queue.server.Stop()
	} else {
		h.queue.server.Kill()
	}
	h.redisHurt = true
	h.lasting(f, func() (string, bool, error) {
		var err error
		if f.what == loseRedis {
			err = h.queue.lose()
		}
		h.queue.server.Restart(h.queue.t)
		h.redisHurt = false
		return "", h.queue.proxies.felt() > before, err
	})
}

// spoil slows down, cuts or silences the connections to Redis for a while.
func (h *injector) spoil(f fault, mode proxyMode) {
	before := h.queue.proxies.felt()
	h.queue.proxies.set(mode, time.Duration(20+f.choice%200)*time.Millisecond)
	h.redisHurt = true
	h.lasting(f, func() (string, bool, error) {
		h.queue.proxies.set(forward, 0)
		h.redisHurt = false
		return "", h.queue.proxies.felt() > before, nil
	})
}

// atOnce records a fault that has no duration.
func (h *injector) atOnce(f fault, err error) {
	if err != nil {
		h.failed(f, err)
		return
	}
	h.took(window{f, span{h.now(), h.now()}, "", true})
}
