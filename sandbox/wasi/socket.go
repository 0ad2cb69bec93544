package wasi

import (
	"encoding/binary"

	"github.com/tetratelabs/wazero/api"
	"golang.org/x/sys/unix"
)

// FirstSocket is the guest's first socket descriptor. wazero counts its own from 0 and is
// kept below.
const FirstSocket = 1000

// lastSocket is where the search for a free descriptor starts over.
const lastSocket = FirstSocket + 1<<20

// Flags and types of WASI.
const (
	flagNonblock       = 4 // fdflags
	typeStreamSocket   = 6 // filetype
	recvPeek           = 1 // riflags
	shutRead           = 1 // sdflags
	shutWrite          = 2
	iovecSize          = 8
	fdstatSize         = 24
	filestatSize       = 64
	filestatTypeOffset = 16
)

var le = binary.LittleEndian

// socket is one socket of the guest. The kernel's descriptor never blocks, whatever the
// guest chose for its own.
type socket struct {
	fd       int
	listener bool
	nonblock bool
	// busy says that something was read and nothing written since: a request is being
	// worked on.
	busy bool
	// outbound says that the guest dialled it. asked is the address while the host has not answered in full; failed is why it did
	// not connect.
	outbound bool
	asked    string
	head     []byte // what has come of the host's answer
	failed   errno
}

// add gives k the next free descriptor.
func (s *System) add(k *socket) (int32, errno) {
	if len(s.sockets) >= s.options.MaxSockets {
		return 0, errMfile
	}
	for s.sockets[s.next] != nil {
		s.advance()
	}
	guest := s.next
	s.sockets[guest] = k
	s.advance()
	return guest, success
}

// advance moves on, so that a number which was just closed is not soon given out again.
func (s *System) advance() {
	if s.next++; s.next > lastSocket {
		s.next = FirstSocket
	}
}

// socketCalls are the functions that differ for sockets. The first argument of each is the
// descriptor.
func (s *System) socketCalls() map[string]call {
	return map[string]call{
		"sock_accept":         s.blocking(unix.POLLIN, s.accept),
		"sock_recv":           s.blocking(unix.POLLIN, s.recv),
		"fd_read":             s.blocking(unix.POLLIN, s.read),
		"sock_send":           s.blocking(unix.POLLOUT, s.send),
		"fd_write":            s.blocking(unix.POLLOUT, s.write),
		"sock_shutdown":       s.shutdown,
		"fd_close":            s.close,
		"fd_fdstat_get":       s.fdstat,
		"fd_fdstat_set_flags": s.setFlags,
		"fd_filestat_get":     s.filestat,
	}
}

func (s *System) socket(args []uint64) *socket { return s.sockets[int32(uint32(args[0]))] }

func (s *System) shutdown(_ api.Memory, args []uint64) errno {
	k := s.socket(args)
	if k == nil {
		return errBadf
	}
	how, ok := map[uint32]int{shutRead: unix.SHUT_RD, shutWrite: unix.SHUT_WR, shutRead | shutWrite: unix.SHUT_RDWR}[uint32(args[1])]
	if !ok {
		return errInval
	}
	return errnoOf(unix.Shutdown(k.fd, how))
}

func (s *System) close(_ api.Memory, args []uint64) errno {
	k := s.socket(args)
	if k == nil {
		return errBadf
	}
	delete(s.sockets, int32(uint32(args[0])))
	return errnoOf(unix.Close(k.fd))
}

func (s *System) setFlags(_ api.Memory, args []uint64) errno {
	k := s.socket(args)
	if k == nil {
		return errBadf
	}
	k.nonblock = args[1]&flagNonblock != 0
	return success
}

func (s *System) fdstat(mem api.Memory, args []uint64) errno {
	k := s.socket(args)
	if k == nil {
		return errBadf
	}
	out, ok := mem.Read(uint32(args[1]), fdstatSize)
	if !ok {
		return errFault
	}
	clear(out)
	out[0] = typeStreamSocket
	if k.nonblock {
		out[2] = flagNonblock
	}
	for i := 8; i < fdstatSize; i++ { // every right: nobody interprets them any more
		out[i] = 0xff
	}
	return success
}

func (s *System) filestat(mem api.Memory, args []uint64) errno {
	if s.socket(args) == nil {
		return errBadf
	}
	out, ok := mem.Read(uint32(args[1]), filestatSize)
	if !ok {
		return errFault
	}
	clear(out)
	out[filestatTypeOffset] = typeStreamSocket
	return success
}
