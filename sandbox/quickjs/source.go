package quickjs

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// pieceBytes is the most that one pull of a body brings.
	pieceBytes = 64 << 10
	// maxSources bounds the bodies that are open at once.
	maxSources = 1000
	// restBytes and restTime bound what is read of a body that its program did not want.
	restBytes = 16 << 20
	restTime  = 10 * time.Second
)

// pieces are buffers for pulls.
var pieces = sync.Pool{New: func() any { return new([pieceBytes]byte) }}

// source is a body that the program reads piece by piece, as it comes from a client or from another server.
type source struct {
	id     int32
	reader io.Reader
	// cancel ends the exchange that the body belongs to; nil for a request, which is still to be answered.
	cancel func()
	// client is the connection of a request; nil for others.
	client net.Conn
	// limit is how many more bytes are taken.
	limit int64
	// over is called when the body is at its end or was let go; nil for nothing.
	over func()

	// These belong to who holds the instance's lock.
	busy  bool
	ended bool
	idle  chan struct{} // closed when the read that is under way is over; nil if there is none
}

var errTooLarge = errors.New("the body is larger than is taken")

// hostPull reads the next piece: number of the promise, number of the source.
func (i *Instance) hostPull(a *arguments) (value, error) {
	promise, err := a.id(0)
	if err != nil {
		return undefined, err
	}
	id, err := a.id(1)
	if err != nil {
		return undefined, err
	}
	s := i.sources[id]
	switch {
	case s == nil:
		return undefined, &thrown{"ECANCELED", "the body is gone: its exchange has ended, or it was cancelled"}
	case s.busy:
		return undefined, errors.New("the body is being read already")
	}
	s.busy, s.idle = true, make(chan struct{})
	go i.pull(s, promise)
	return undefined, nil
}

// pull reads one piece and hands it over.
func (i *Instance) pull(s *source, promise int32) {
	buf := pieces.Get().(*[pieceBytes]byte)
	defer pieces.Put(buf)
	n, err := 0, error(nil)
	for n == 0 && err == nil {
		n, err = s.reader.Read(buf[:])
	}
	i.turn(func() {
		s.busy = false
		close(s.idle)
		s.idle = nil
		if s.limit -= int64(n); s.limit < 0 {
			n, err = 0, errTooLarge
		}
		if err != nil && n == 0 {
			s.ended = errors.Is(err, io.EOF)
			i.drop(s)
		}
		v := i.vm
		switch {
		case n > 0:
			b := v.newBytes(buf[:n])
			if b == undefined {
				i.refuse(promise, &thrown{"ENOMEM", "there is no memory for the body"})
				return
			}
			i.call(i.entries.answered, integer(promise), b)
			v.free(b)
		case s.ended:
			i.call(i.entries.answered, integer(promise), null)
		default:
			i.refuse(promise, err)
		}
	})
}

// drop lets go of a source. The lock is held.
func (i *Instance) drop(s *source) {
	delete(i.sources, s.id)
	if s.over != nil {
		s.over()
	}
	s.cancelNow()
}

func (s *source) cancelNow() {
	if s.cancel != nil && !s.ended {
		s.cancel()
	}
}

// hostCancel lets go of a body.
func (i *Instance) hostCancel(a *arguments) (value, error) {
	id, err := a.id(0)
	if err != nil {
		return undefined, err
	}
	if s := i.sources[id]; s != nil {
		i.drop(s)
	}
	return undefined, nil
}

// refuse rejects a promise of the prelude.
func (i *Instance) refuse(promise int32, err error) {
	t := &thrown{code: codeOf(err), message: err.Error()}
	code, message := i.vm.newString([]byte(t.code)), i.vm.newString([]byte(t.message))
	i.call(i.entries.refused, integer(promise), code, message)
	i.vm.free(code)
	i.vm.free(message)
}

// release takes a request's body away from the program, whose answer is complete, and returns when nobody reads it any
// more. What is left of it is thrown away, since clients expect to get rid of it. It says whether the body has come to its
// end: if not, the rest would be taken for the next request.
func (i *Instance) release(s *source) bool {
	i.mu.Lock()
	delete(i.sources, s.id)
	idle, ended := s.idle, s.ended
	i.mu.Unlock()
	if ended {
		return true
	}
	if idle != nil {
		_ = s.client.SetReadDeadline(time.Unix(1, 0))
		<-idle
		return false
	}
	_ = s.client.SetReadDeadline(time.Now().Add(restTime))
	n, err := io.CopyN(io.Discard, s.reader, restBytes)
	_ = s.client.SetReadDeadline(time.Time{})
	return errors.Is(err, io.EOF) && n < restBytes
}
