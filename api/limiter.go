package api

import (
	"sync"
	"time"
)

const (
	// loginBurst attempts may come at once; one more is earned each loginEvery.
	loginBurst = 10
	loginEvery = 6 * time.Second
	// bucketsMax bounds the addresses and accounts that are remembered.
	bucketsMax = 10_000
)

// limiter bounds attempts to log in, by address and by account, with one token bucket for each.
type limiter struct {
	mu      sync.Mutex // guards buckets
	buckets map[string]bucket
}

// bucket is as full as it was at the time.
type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter() *limiter { return &limiter{buckets: map[string]bucket{}} }

// level is the bucket's at now.
func (b bucket) level(now time.Time) float64 {
	return min(loginBurst, b.tokens+float64(now.Sub(b.at))/float64(loginEvery))
}

// take takes one attempt from each key's bucket, or says how long to wait.
func (l *limiter) take(now time.Time, keys ...string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if b, ok := l.buckets[k]; ok {
			if level := b.level(now); level < 1 {
				wait = max(wait, time.Duration((1-level)*float64(loginEvery)))
			}
		}
	}
	if wait > 0 {
		return wait
	}
	for _, k := range keys {
		b, ok := l.buckets[k]
		if !ok {
			l.makeRoom(now)
			b = bucket{loginBurst, now}
		}
		l.buckets[k] = bucket{b.level(now) - 1, now}
	}
	return 0
}

// refund gives attempts back that turned out to be right.
func (l *limiter) refund(now time.Time, keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if b, ok := l.buckets[k]; ok {
			l.buckets[k] = bucket{min(loginBurst, b.level(now)+1), now}
		}
	}
}

// makeRoom drops what is full again, or any one.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.buckets) < bucketsMax {
		return
	}
	for k, b := range l.buckets {
		if b.level(now) >= loginBurst {
			delete(l.buckets, k)
		}
	}
	for k := range l.buckets {
		if len(l.buckets) < bucketsMax {
			return
		}
		delete(l.buckets, k)
	}
}
