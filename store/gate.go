package store

import (
	"sync"

	"appzone/host/fault"
)

// gate lets users in until it is closed, and closing waits for those inside. A user
// inside who asks to come in again while the gate closes is refused and not blocked.
type gate struct {
	mu     sync.Mutex
	closed bool
	users  sync.WaitGroup
}

func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return fault.New(fault.Unavailable, "store_closed", "the store is closed")
	}
	g.users.Add(1)
	return nil
}

// again counts one more stay of somebody who is inside.
func (g *gate) again() { g.users.Add(1) }

func (g *gate) leave() { g.users.Done() }

// close returns when everybody has left, and whether it was the first to close.
func (g *gate) close() bool {
	g.mu.Lock()
	first := !g.closed
	g.closed = true
	g.mu.Unlock()
	g.users.Wait()
	return first
}
