package lean

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
)

// Handler answers one request. When it returns the response is complete. Handlers run at the same
// time, each in its connection's goroutine.
type Handler func(w *Response, r *Request)

// Server serves with bounds of its own. The zero value is ready but for Handler.
type Server struct {
	Handler Handler
	// MaxBody bounds a request's body in bytes; 0 is [DefaultMaxBody].
	MaxBody int64
	// StopTimeout is how long Serve waits, after the listener has failed, for requests in flight;
	// 0 is 5 s.
	StopTimeout time.Duration

	mu       sync.Mutex
	conns    map[*conn]struct{}
	stopping bool
	running  sync.WaitGroup
}

// Serve serves h on l with the default bounds: see [Server.Serve].
func Serve(l net.Listener, h Handler) error { return (&Server{Handler: h}).Serve(l) }

// pause is the wait after an accept that failed for want of descriptors.
const pause = 10 * time.Millisecond

// Serve accepts connections until that fails, which is how the host stops a plugin. Then idle
// connections are closed, requests in flight are waited for, and the error is returned. It closes l.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			s.start(c)
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ECONNABORTED):
			time.Sleep(pause) // others will close
		default:
			s.stop()
			return err
		}
	}
}

func (s *Server) start(nc net.Conn) {
	c := &conn{server: s, conn: nc}
	s.mu.Lock()
	if s.conns == nil {
		s.conns = map[*conn]struct{}{}
	}
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	s.running.Go(func() {
		defer s.forget(c)
		c.serve()
	})
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	_ = c.conn.Close()
}

// stop closes what is idle and waits for the rest, within the time.
func (s *Server) stop() {
	s.mu.Lock()
	s.stopping = true
	for c := range s.conns {
		if !c.busy {
			_ = c.conn.Close()
		}
	}
	s.mu.Unlock()
	timeout := s.StopTimeout
	if timeout <= 0 {
		timeout = defaultStopTimeout
	}
	done := make(chan struct{})
	go func() { // it ends when the last connection does: those are closed below at the latest
		s.running.Wait()
		close(done)
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		s.mu.Lock()
		for c := range s.conns {
			_ = c.conn.Close()
		}
		s.mu.Unlock()
	}
}

// mark notes whether c works on a request. It tells whether the server stops.
func (s *Server) mark(c *conn, busy bool) (stopping bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.busy = busy
	return s.stopping
}
