package wasi

import (
	"sync/atomic"
	"time"

	wasmsys "github.com/tetratelabs/wazero/sys"
)

// quiet is how long nothing may move on any connection before a stop takes the responses
// to be complete.
const quiet = 100 * time.Millisecond

// maxRefusals is how often a guest is told that nothing more comes. One that asks again all
// the same would only spin.
const maxRefusals = 16

// exitStopped is the exit code of a guest that is ended because it ignores the stop: that of
// a program without a handler for SIGTERM.
const exitStopped = 128 + 15

// drain is the time between Stop and the moment when accept fails. All but asked belongs to
// the guest's thread.
type drain struct {
	asked    atomic.Bool
	done     bool
	began    time.Time
	moved    int64 // Nanotime of the last byte on any connection
	refusals int
}

// settle looks whether the drain is over and returns how long to wait before looking again;
// -1 is until something moves.
func (s *System) settle() time.Duration {
	d := &s.drain
	if !d.asked.Load() || d.done {
		return -1
	}
	if d.began.IsZero() {
		d.began = time.Now()
	}
	busy, connections := 0, 0
	for _, k := range s.sockets {
		if k.busy {
			busy++
		}
		if !k.listener && !k.outbound {
			connections++
		}
	}
	left := s.options.DrainTimeout - time.Since(d.began)
	still := quiet - time.Duration(s.Nanotime()-d.moved)
	switch {
	case left <= 0:
		for _, k := range s.sockets {
			k.busy = false // nobody waits for it any longer
		}
		d.done = true
	case connections == 0 || (busy == 0 && still <= 0):
		d.done = true
	case busy > 0:
		return left
	default:
		return min(left, still)
	}
	return -1
}

// refuse answers an accept after Stop: later while requests are in flight, never after that.
func (s *System) refuse() errno {
	s.settle()
	if !s.drain.done {
		return errAgain
	}
	if s.drain.refusals++; s.drain.refusals > maxRefusals {
		panic(wasmsys.NewExitError(exitStopped))
	}
	return errInval
}

// listens notes that the guest waits for connections.
func (s *System) listens() {
	if !s.listening.Swap(true) {
		s.options.OnListen()
	}
}
