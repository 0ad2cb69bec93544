package store

import "sync"

// holds counts the open batches that wrote or found a blob: Collect leaves those alone.
type holds struct {
	mu sync.Mutex
	n  map[digest]int
}

func (h *holds) add(d digest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n == nil {
		h.n = map[digest]int{}
	}
	h.n[d]++
}

func (h *holds) release(d digest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n[d]--; h.n[d] <= 0 {
		delete(h.n, d)
	}
}
