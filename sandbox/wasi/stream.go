package wasi

import (
	"errors"

	"github.com/tetratelabs/wazero/api"
	"golang.org/x/sys/unix"
)

// blocking makes a call wait on sockets that the guest did not set to non-blocking.
func (s *System) blocking(events int16, f call) call {
	return func(mem api.Memory, args []uint64) errno {
		for {
			e := f(mem, args)
			k := s.socket(args)
			if e != errAgain || k == nil || k.nonblock {
				return e
			}
			if e := s.block(k, events); e != success {
				return e
			}
		}
	}
}

// block waits until k may make progress. It is where a guest that does one thing at a time
// learns of a stop: it is told that what it waits for will not come.
func (s *System) block(k *socket, events int16) errno {
	timeout := s.settle()
	if k.asked != "" {
		events = unix.POLLIN // what it waits for is the host's answer
	}
	if s.drain.asked.Load() && events == unix.POLLIN && !k.busy && !k.outbound {
		s.drain.done = true
		return success
	}
	fds := [2]unix.PollFd{{Fd: int32(s.wake[0]), Events: unix.POLLIN}, {Fd: int32(k.fd), Events: events}}
	if _, err := poll(fds[:], timeout); err != nil && !errors.Is(err, unix.EINTR) {
		return errIO
	}
	s.emptyPipe()
	return success
}

func (s *System) accept(mem api.Memory, args []uint64) errno {
	k := s.socket(args)
	switch {
	case k == nil:
		return errBadf
	case !k.listener:
		return errNotSock
	}
	s.listens()
	result := uint32(args[2])
	if _, ok := mem.Read(result, 4); !ok {
		return errFault
	}
	if s.drain.asked.Load() {
		return s.refuse()
	}
	if len(s.sockets) >= s.options.MaxSockets {
		return errMfile
	}
	fd, err := accept(k.fd)
	if err != nil {
		return errnoOf(err)
	}
	guest, e := s.add(&socket{fd: fd, nonblock: uint32(args[1])&flagNonblock != 0})
	if e != success {
		_ = unix.Close(fd)
		return e
	}
	s.drain.moved = s.Nanotime() // a request is on its way
	mem.WriteUint32Le(result, uint32(guest))
	return success
}

func (s *System) read(mem api.Memory, args []uint64) errno {
	return s.receive(mem, args, uint32(args[3]), 0)
}

func (s *System) recv(mem api.Memory, args []uint64) errno {
	if _, ok := mem.Read(uint32(args[5]), 2); !ok {
		return errFault
	}
	flags := 0
	if uint32(args[3])&recvPeek != 0 {
		flags = unix.MSG_PEEK
	}
	e := s.receive(mem, args, uint32(args[4]), flags)
	if e == success {
		mem.WriteUint16Le(uint32(args[5]), 0)
	}
	return e
}

func (s *System) receive(mem api.Memory, args []uint64, result uint32, flags int) errno {
	k, buf, e := s.transfer(mem, args, result)
	if e != success {
		return e
	}
	n, _, err := unix.Recvfrom(k.fd, buf, flags)
	if errors.Is(err, unix.EAGAIN) && s.drain.done && !k.busy && !k.outbound {
		n, err = 0, nil // nothing more will be asked on this connection
	}
	if err != nil {
		return errnoOf(err)
	}
	if n > 0 {
		k.busy = !k.outbound
		s.drain.moved = s.Nanotime()
	} else if len(buf) > 0 {
		k.busy = false // the other side is done
	}
	mem.WriteUint32Le(result, uint32(n))
	return success
}

func (s *System) write(mem api.Memory, args []uint64) errno {
	return s.transmit(mem, args, uint32(args[3]))
}

func (s *System) send(mem api.Memory, args []uint64) errno {
	return s.transmit(mem, args, uint32(args[4]))
}

func (s *System) transmit(mem api.Memory, args []uint64, result uint32) errno {
	k, buf, e := s.transfer(mem, args, result)
	if e != success {
		return e
	}
	n, err := unix.SendmsgN(k.fd, buf, nil, nil, sendFlags)
	if err != nil {
		return errnoOf(err)
	}
	k.busy = false
	s.drain.moved = s.Nanotime()
	mem.WriteUint32Le(result, uint32(n))
	return success
}

// transfer finds the connection and the first buffer that is not empty: moving less than
// was asked for is legal, and callers go on.
func (s *System) transfer(mem api.Memory, args []uint64, result uint32) (*socket, []byte, errno) {
	k := s.socket(args)
	switch {
	case k == nil:
		return nil, nil, errBadf
	case k.listener:
		return nil, nil, errNotConn
	}
	if k.outbound {
		if e := s.decide(k); e != success {
			return nil, nil, e
		}
	}
	if _, ok := mem.Read(result, 4); !ok {
		return nil, nil, errFault
	}
	at, count := uint32(args[1]), uint32(args[2])
	for ; count > 0; count-- {
		iovec, ok := mem.Read(at, iovecSize)
		if !ok {
			return nil, nil, errFault
		}
		if size := le.Uint32(iovec[4:]); size > 0 {
			buf, ok := mem.Read(le.Uint32(iovec), size)
			if !ok {
				return nil, nil, errFault
			}
			return k, buf, success
		}
		at += iovecSize
	}
	return k, nil, success
}
