package wasi

import (
	"errors"
	"math"
	"time"

	"github.com/tetratelabs/wazero/api"
	"golang.org/x/sys/unix"
)

// The layout of poll_oneoff's records.
const (
	subscriptionSize = 48
	eventSize        = 32
	maxSubscriptions = 1 << 16

	kindClock = 0
	kindRead  = 1
	kindWrite = 2

	clockRealtime  = 0
	clockMonotonic = 1
	clockAbsolute  = 1 // subclockflags

	eventHangup = 1
)

// subscription is one thing that the guest waits for.
type subscription struct {
	userdata uint64
	kind     byte
	fd       int32
	deadline int64 // of a clock, on Nanotime
	invalid  errno // why it is an event at once
}

// event is one thing that happened.
type event struct {
	subscription *subscription
	failed       errno
	hangup       bool
}

// waiter is scratch space of pollOneoff, kept from call to call.
type waiter struct {
	subscriptions []subscription
	events        []event
	fds           []unix.PollFd
	waiting       []*subscription // those of fds[1:]
}

// pollOneoff waits until at least one of the guest's subscriptions is an event.
func (s *System) pollOneoff(mem api.Memory, args []uint64) errno {
	in, out, count, result := uint32(args[0]), uint32(args[1]), uint32(args[2]), uint32(args[3])
	if count == 0 || count > maxSubscriptions {
		return errInval
	}
	input, ok := mem.Read(in, count*subscriptionSize)
	if !ok {
		return errFault
	}
	output, ok := mem.Read(out, count*eventSize)
	if !ok {
		return errFault
	}
	if e := s.subscribe(input); e != success {
		return e
	}
	if e := s.await(); e != success {
		return e
	}
	for i, v := range s.wait.events {
		v.encode(output[i*eventSize:])
	}
	if !mem.WriteUint32Le(result, uint32(len(s.wait.events))) {
		return errFault
	}
	return success
}

// subscribe reads the guest's records. They are copied, since the guest may have named the
// same memory for the answer.
func (s *System) subscribe(input []byte) errno {
	s.wait.subscriptions = s.wait.subscriptions[:0]
	now := s.Nanotime()
	for ; len(input) > 0; input = input[subscriptionSize:] {
		u := subscription{userdata: le.Uint64(input), kind: input[8]}
		switch u.kind {
		case kindClock:
			u.deadline, u.invalid = deadline(input, now)
		case kindRead, kindWrite:
			u.fd = int32(le.Uint32(input[16:]))
		default:
			return errInval
		}
		s.wait.subscriptions = append(s.wait.subscriptions, u)
	}
	return success
}

// deadline reads a clock's record.
func deadline(record []byte, now int64) (int64, errno) {
	clock, timeout := le.Uint32(record[16:]), le.Uint64(record[24:])
	at := int64(min(timeout, math.MaxInt64))
	absolute := le.Uint16(record[40:])&clockAbsolute != 0
	switch {
	case clock != clockRealtime && clock != clockMonotonic:
		return 0, errNotSup
	case absolute && clock == clockMonotonic:
		return at, success
	case absolute:
		at -= time.Now().UnixNano()
	}
	if at > math.MaxInt64-now {
		return math.MaxInt64, success
	}
	return now + at, success
}

// await fills wait.events with at least one event.
func (s *System) await() errno {
	for {
		drained := s.settle()
		s.prepare()
		timeout := s.timeout(drained)
		_, err := poll(s.wait.fds, timeout)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return errIO
		}
		s.emptyPipe()
		if err == nil {
			s.collect()
		}
		s.expire()
		if len(s.wait.events) > 0 {
			return success
		}
	}
}

// prepare sorts the subscriptions into events that are here already and descriptors to wait
// for.
func (s *System) prepare() {
	w := &s.wait
	w.events, w.waiting = w.events[:0], w.waiting[:0]
	w.fds = append(w.fds[:0], unix.PollFd{Fd: int32(s.wake[0]), Events: unix.POLLIN})
	for i := range w.subscriptions {
		u := &w.subscriptions[i]
		if u.kind == kindClock {
			if u.invalid != success {
				w.events = append(w.events, event{subscription: u, failed: u.invalid})
			}
			continue
		}
		if u.fd < FirstSocket { // files and standard streams never make one wait
			w.events = append(w.events, event{subscription: u})
			continue
		}
		s.prepareSocket(u)
	}
}

func (s *System) prepareSocket(u *subscription) {
	w, k := &s.wait, s.sockets[u.fd]
	if k == nil {
		w.events = append(w.events, event{subscription: u, failed: errBadf})
		return
	}
	if k.listener {
		s.listens()
	}
	if u.kind == kindRead && s.drain.asked.Load() {
		switch {
		case s.drain.done && (k.listener || !k.busy && !k.outbound):
			w.events = append(w.events, event{subscription: u, hangup: true})
			return
		case k.listener:
			return // not ready until the drain is over
		}
	}
	events := int16(unix.POLLIN)
	if u.kind == kindWrite && k.asked == "" {
		events = unix.POLLOUT
	}
	w.fds = append(w.fds, unix.PollFd{Fd: int32(k.fd), Events: events})
	w.waiting = append(w.waiting, u)
}

// timeout is the time until the first clock, or until the drain wants another look; -1 is
// for ever.
func (s *System) timeout(drained time.Duration) time.Duration {
	if len(s.wait.events) > 0 {
		return 0
	}
	shortest := drained
	now := s.Nanotime()
	for i := range s.wait.subscriptions {
		u := &s.wait.subscriptions[i]
		if u.kind != kindClock || u.deadline == math.MaxInt64 {
			continue
		}
		left := time.Duration(max(u.deadline-now, 0))
		if shortest < 0 || left < shortest {
			shortest = left
		}
	}
	return shortest
}

// collect turns what the kernel said into events.
func (s *System) collect() {
	for i, fd := range s.wait.fds[1:] {
		if fd.Revents != 0 && s.decided(s.wait.waiting[i].fd) {
			s.wait.events = append(s.wait.events, event{
				subscription: s.wait.waiting[i],
				hangup:       fd.Revents&(unix.POLLHUP|unix.POLLERR) != 0,
			})
		}
	}
}

// decided tells whether a socket is connected, or will never be: a dial is ready when the host has answered.
func (s *System) decided(fd int32) bool {
	k := s.sockets[fd]
	return k.asked == "" || s.decide(k) != errAgain
}

// expire turns clocks that have run out into events.
func (s *System) expire() {
	now := s.Nanotime()
	for i := range s.wait.subscriptions {
		u := &s.wait.subscriptions[i]
		if u.kind == kindClock && u.invalid == success && u.deadline <= now {
			s.wait.events = append(s.wait.events, event{subscription: u})
		}
	}
}

// emptyPipe takes Stop's wake-up out of the pipe.
func (s *System) emptyPipe() {
	if s.drain.asked.Load() {
		var b [16]byte
		_, _ = unix.Read(s.wake[0], b[:])
	}
}

func (v *event) encode(out []byte) {
	clear(out[:eventSize])
	le.PutUint64(out, v.subscription.userdata)
	le.PutUint16(out[8:], uint16(v.failed))
	out[10] = v.subscription.kind
	if v.subscription.kind != kindClock && v.failed == success {
		le.PutUint64(out[16:], 1)
		if v.hangup {
			le.PutUint16(out[24:], eventHangup)
		}
	}
}
