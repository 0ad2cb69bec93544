package quickjs

import (
	"errors"
	"io"
	"sync"
)

// sinkBytes is how much of a streamed answer waits for its client before the program is asked to wait too.
const sinkBytes = 64 << 10

// What write tells the prelude.
const (
	sinkOpen = 0
	sinkFull = 1
	sinkGone = 2
)

var errStreamFailed = errors.New("the program's stream failed")

// sink is a streamed answer. The program writes, and the connection's goroutine reads: Read returns what is there and waits
// for more.
type sink struct {
	instance *Instance

	mu      sync.Mutex
	changed sync.Cond
	queue   [][]byte
	size    int
	ended   bool
	failed  bool
	gone    bool
	waiter  int32 // the promise of a program that waits for room; 0 for none
}

func newSink(i *Instance) *sink {
	s := &sink{instance: i}
	s.changed.L = &s.mu
	return s
}

// write adds a piece. A program that goes on although the sink is full has its stream ended.
func (s *sink) write(b []byte) int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size > sinkBytes {
		s.failed = true
		s.changed.Signal()
	}
	if s.gone || s.failed || s.ended {
		return sinkGone
	}
	s.queue = append(s.queue, append([]byte(nil), b...))
	s.size += len(b)
	s.changed.Signal()
	if s.size > sinkBytes {
		return sinkFull
	}
	return sinkOpen
}

func (s *sink) end(failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended, s.failed = true, s.failed || failed
	s.changed.Signal()
}

// await notes a program that waits for room.
func (s *sink) await(promise int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiter = promise
	s.changed.Signal()
	if s.gone { // since the write that said that it is full: nobody reads any more, and the lock of the instance is held here
		go s.dismiss()
	}
}

// dismiss tells a waiting program that its client is gone.
func (s *sink) dismiss() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wakeProgram(false)
}

// Read is for the connection.
func (s *sink) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		s.wakeProgram(true)
		switch {
		case s.failed:
			return 0, errStreamFailed
		case s.size > 0:
			n := copy(p, s.queue[0])
			if s.queue[0] = s.queue[0][n:]; len(s.queue[0]) == 0 {
				s.queue[0] = nil
				s.queue = s.queue[1:]
			}
			s.size -= n
			return n, nil
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

// wakeProgram lets a waiting program go on where there is room, or tells it that its client is gone.
func (s *sink) wakeProgram(room bool) {
	if s.waiter == 0 || (room && s.size > sinkBytes) {
		return
	}
	promise, i := s.waiter, s.instance
	s.waiter = 0
	s.mu.Unlock() // the program writes in its turn
	i.turn(func() { i.call(i.entries.answered, integer(promise), boolean(room)) })
	s.mu.Lock()
}

// Close is for the connection: the answer is over, or the client gone.
func (s *sink) Close() error {
	s.mu.Lock()
	s.gone = true
	s.queue, s.size = nil, 0
	s.mu.Unlock()
	s.dismiss()
	return nil
}

// hostStream begins a streamed answer: number, status, headers. It says whether the body is wanted.
func (i *Instance) hostStream(a *arguments) (value, error) {
	x, err := i.answering(a)
	if err != nil {
		return undefined, err
	}
	if err := x.setHead(a); err != nil {
		return undefined, err
	}
	wanted := !x.http.IsHead()
	if wanted {
		x.sink = newSink(i)
		i.sinks[x.id] = x.sink
	}
	i.complete(x)
	return boolean(wanted), nil
}

func (i *Instance) sinkOf(a *arguments, n int) (*sink, error) {
	id, err := a.id(n)
	if err != nil {
		return nil, err
	}
	if s := i.sinks[id]; s != nil {
		return s, nil
	}
	return nil, unknownID("stream", id)
}

// hostWrite adds a piece to a streamed answer.
func (i *Instance) hostWrite(a *arguments) (value, error) {
	s, err := i.sinkOf(a, 0)
	if err != nil {
		return undefined, err
	}
	b, err := a.bytes(1)
	if err != nil {
		return undefined, err
	}
	return integer(s.write(b)), nil
}

// hostDrained waits for room: number of the promise, number of the stream.
func (i *Instance) hostDrained(a *arguments) (value, error) {
	promise, err := a.id(0)
	if err != nil || promise == 0 {
		return undefined, errArguments
	}
	s, err := i.sinkOf(a, 1)
	if err != nil {
		return undefined, err
	}
	s.await(promise)
	return undefined, nil
}

// hostEnd ends a streamed answer; a text says why it failed.
func (i *Instance) hostEnd(a *arguments) (value, error) {
	s, err := i.sinkOf(a, 0)
	if err != nil {
		return undefined, err
	}
	why, err := a.text(1)
	if err != nil {
		return undefined, err
	}
	if why != "" {
		i.log(2, "a streamed answer failed: "+clip(why))
	}
	s.end(why != "")
	id, _ := a.id(0)
	delete(i.sinks, id)
	return undefined, nil
}
