package store

import "sync"

// holds knows the blobs that batches wrote or found. While a Collect runs it remembers those of
// batches that have been closed too: their records may have come too late for Collect to see.
type holds struct {
	mu         sync.Mutex
	batches    map[digest]int // open batches by blob
	collecting bool
	closed     map[digest]bool // of batches that were closed while collecting
}

func (h *holds) add(d digest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.batches == nil {
		h.batches = map[digest]int{}
	}
	h.batches[d]++
}

func (h *holds) release(d digest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.batches[d]--; h.batches[d] <= 0 {
		delete(h.batches, d)
	}
	if h.collecting {
		h.closed[d] = true
	}
}

// collect begins to remember, and returns what ends it.
func (h *holds) collect() (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.collecting, h.closed = true, map[digest]bool{}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.collecting, h.closed = false, nil
	}
}

// has is for callers that hold mu.
func (h *holds) has(d digest) bool { return h.batches[d] > 0 || h.closed[d] }
