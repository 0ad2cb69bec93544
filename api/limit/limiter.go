package limit

import (
	"sync"
	"time"
)

const (
	// keysMax bounds the keys that a limiter remembers.
	keysMax = 10_000
	// sample is how many keys are looked at to make room for another.
	sample = 16
)

// Limiter lets each key do something burst times at once, and once more in each interval after that: a token bucket for each
// key. A key that it does not know may do all of that. It remembers 10,000 keys; those that have used least of theirs are
// forgotten first.
type Limiter struct {
	// each is what one costs, burst what all together do.
	each, burst time.Duration

	mu sync.Mutex // guards full
	// full is when the key's bucket will be full again.
	full map[string]time.Time
}

// New makes a limiter; burst and interval must be positive.
func New(burst int, interval time.Duration) *Limiter {
	return &Limiter{each: interval, burst: time.Duration(burst) * interval, full: map[string]time.Time{}}
}

// Take takes one from each key, or takes none and says how long to wait until there is one for each.
func (l *Limiter) Take(now time.Time, keys ...string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if at, ok := l.full[k]; ok {
			wait = max(wait, at.Sub(now)+l.each-l.burst)
		}
	}
	if wait > 0 {
		return wait
	}
	for _, k := range keys {
		at, ok := l.full[k]
		if !ok {
			l.makeRoom(now)
		}
		if at.Before(now) {
			at = now
		}
		l.full[k] = at.Add(l.each)
	}
	return 0
}

// Refund gives one back to each key.
func (l *Limiter) Refund(now time.Time, keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if at := l.full[k].Add(-l.each); at.After(now) {
			l.full[k] = at
		} else {
			delete(l.full, k)
		}
	}
}

// makeRoom forgets, of some keys, those that are full again, or else the one that is nearest to it: what was used up longest
// is remembered longest, so that nobody gets a fresh bucket by filling the table.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.full) < keysMax {
		return
	}
	seen, fullest := 0, ""
	for k, at := range l.full {
		if !at.After(now) {
			delete(l.full, k)
			continue
		}
		if seen++; fullest == "" || at.Before(l.full[fullest]) {
			fullest = k
		}
		if seen == sample {
			break
		}
	}
	if len(l.full) >= keysMax {
		delete(l.full, fullest)
	}
}
