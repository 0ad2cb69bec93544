package host

import "sync"

// flight counts the requests that are under way in one instance, so that a stop can let them end.
type flight struct {
	mu     sync.Mutex // guards what follows
	n      int
	closed bool
	empty  chan struct{}

	// begun is closed when nobody is let in any more.
	begun chan struct{}
}

func newFlight() flight { return flight{begun: make(chan struct{})} }

// enter counts one request in, unless the instance drains already.
func (f *flight) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.n++
	return true
}

// leave counts it out.
func (f *flight) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n--
	if f.closed && f.n == 0 {
		close(f.empty)
	}
}

// drain lets nobody in any more, and returns a channel that is closed when the last one has left.
func (f *flight) drain() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		close(f.begun)
		f.empty = make(chan struct{})
		if f.n == 0 {
			close(f.empty)
		}
	}
	return f.empty
}

// draining tells whether nobody is let in any more.
func (f *flight) draining() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// count is how many requests are under way.
func (f *flight) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}
