package relay

import (
	"context"
	"net"
	"sync"
	"time"

	"appzone/host"
)

// pool holds the idle connections to one instance. They serve no other.
type pool struct {
	up host.Upstream

	mu     sync.Mutex
	idle   []*upstreamConn // the last one used stands last
	closed bool
}

// get takes an idle connection that is at most age old, or nil. With sure, it is looked at
// first: one that has ended, or on which something arrived unasked, is closed.
func (p *pool) get(age time.Duration, sure bool) *upstreamConn {
	for {
		p.mu.Lock()
		n := len(p.idle)
		if n == 0 {
			p.mu.Unlock()
			return nil
		}
		c := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		if time.Since(c.idleSince) < age && !(sure && readable(c.Conn)) {
			return c
		}
		c.close()
	}
}

// dial opens a connection.
func (p *pool) dial(ctx context.Context, timeout time.Duration) (*upstreamConn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := p.up.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return newUpstreamConn(conn), nil
}

// put takes a connection back after a complete exchange.
func (p *pool) put(c *upstreamConn) {
	c.idleSince = time.Now()
	c.shrink()
	p.mu.Lock()
	if !p.closed && len(p.idle) < maxIdlePooled {
		c.used = true
		p.idle = append(p.idle, c)
		c = nil
	}
	p.mu.Unlock()
	if c != nil {
		c.close()
	}
}

// reap closes what is older than age, and all of it when the instance has ended. It tells
// whether it has.
func (p *pool) reap(age time.Duration) (ended bool) {
	select {
	case <-p.up.Done():
		p.close()
		return true
	default:
	}
	p.mu.Lock()
	n := 0
	for n < len(p.idle) && time.Since(p.idle[n].idleSince) >= age {
		n++
	}
	old := append([]*upstreamConn(nil), p.idle[:n]...)
	p.idle = append(p.idle[:0], p.idle[n:]...)
	p.mu.Unlock()
	for _, c := range old {
		c.close()
	}
	return false
}

func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}

// pools finds the pool of an instance.
type pools struct {
	mu   sync.RWMutex
	byID map[uint64]*pool
}

func (s *pools) of(up host.Upstream) *pool {
	id := up.Instance()
	s.mu.RLock()
	p := s.byID[id]
	s.mu.RUnlock()
	if p != nil {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p = s.byID[id]; p == nil {
		p = &pool{up: up}
		s.byID[id] = p
	}
	return p
}

// reap does so for every pool and forgets those whose instance has ended.
func (s *pools) reap(age time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.byID {
		if p.reap(age) {
			delete(s.byID, id)
		}
	}
}

func (s *pools) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.byID {
		p.close()
		delete(s.byID, id)
	}
}

// halfCloser is a connection whose sending side can be closed alone.
type halfCloser interface{ CloseWrite() error }

// closeWrite ends the sending side and leaves the other one open, where that is possible.
func closeWrite(c net.Conn) error {
	if h, ok := c.(halfCloser); ok {
		return h.CloseWrite()
	}
	return c.Close()
}
