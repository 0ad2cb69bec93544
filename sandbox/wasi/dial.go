package wasi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero/api"
	"golang.org/x/sys/unix"
)

const (
	// maxAddress bounds "host:port": a DNS name has at most 253 bytes.
	maxAddress = 300
	// maxHead bounds the host's answer to a dial.
	maxHead = 4 << 10
)

// dial begins a connection to an address, dial(address, length, result): it asks the host for it on a connection of its own, which
// becomes the guest's when the host agrees. The descriptor is there at once, and ready when the answer is.
func (s *System) dial(mem api.Memory, args []uint64) errno {
	length, result := uint32(args[1]), uint32(args[2])
	if length == 0 || length > maxAddress {
		return errInval
	}
	text, ok := mem.Read(uint32(args[0]), length)
	if !ok {
		return errFault
	}
	if _, ok := mem.Read(result, 4); !ok {
		return errFault
	}
	address := string(text)
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errInval
	}
	if s.options.Egress == "" {
		s.options.Notice(fmt.Sprintf("%s is not reached: this plugin was granted no network address; name it in permissions.network.outbound, and have it granted", address))
		return errAcces
	}
	if len(s.sockets) >= s.options.MaxSockets {
		return errMfile
	}
	fd, err := ask(s.options.Egress, address)
	if err != nil {
		return errnoOf(err)
	}
	guest, e := s.add(&socket{fd: fd, asked: address, outbound: true})
	if e != success {
		_ = unix.Close(fd)
		return e
	}
	mem.WriteUint32Le(result, uint32(guest))
	return success
}

// ask connects to the host and sends the request. Neither waits: the host accepts at once, and a request fits into any buffer.
func ask(socket, address string) (int, error) {
	fd, err := newSocket()
	if err != nil {
		return -1, err
	}
	if err = unix.Connect(fd, &unix.SockaddrUnix{Name: socket}); errors.Is(err, unix.EAGAIN) {
		err = unix.EMFILE // more dials than the host takes in at once
	}
	if err == nil {
		_, err = unix.Write(fd, fmt.Appendf(nil, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address))
	}
	if errors.Is(err, unix.EPIPE) {
		err = nil // it has closed already, and its answer tells why
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// dialStatus tells whether a dial is decided, dial_status(descriptor): success, EAGAIN, or why it failed. On a blocking descriptor it
// waits.
func (s *System) dialStatus(_ api.Memory, args []uint64) errno {
	for {
		k := s.socket(args)
		if k == nil || !k.outbound {
			return errBadf
		}
		e := s.decide(k)
		if e != errAgain || k.nonblock {
			return e
		}
		if e := s.block(k, unix.POLLIN); e != success {
			return e
		}
	}
}

// decide looks whether the host has answered a dial: success when k is connected, EAGAIN while it is not known, else why there is no
// connection. It takes the host's answer out of the connection, and nothing of what follows.
func (s *System) decide(k *socket) errno {
	for k.asked != "" {
		var peeked [512]byte
		n, _, err := unix.Recvfrom(k.fd, peeked[:], unix.MSG_PEEK)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			return errAgain
		}
		if err != nil || n == 0 || len(k.head) > maxHead {
			return s.settleDial(k, errConnReset)
		}
		n = missing(k.head, peeked[:n])
		if _, _, err := unix.Recvfrom(k.fd, peeked[:n], 0); err != nil {
			return s.settleDial(k, errConnReset)
		}
		k.head = append(k.head, peeked[:n]...)
		if missing(k.head, nil) == 0 {
			s.answered(k)
		}
	}
	return k.failed
}

// missing is how much of next belongs to the answer of which have came before; 0 when have is complete.
func missing(have, next []byte) int {
	all := append(have[:len(have):len(have)], next...)
	end := bytes.Index(all, []byte(headEnd))
	switch {
	case end < 0 && len(next) == 0:
		return 1
	case end < 0:
		return len(next)
	}
	total := end + len(headEnd)
	if !bytes.HasPrefix(all, []byte(connected)) {
		total += contentLength(all[:end])
	}
	if len(next) == 0 {
		return max(total-len(have), 0)
	}
	return min(total-len(have), len(next))
}

const (
	headEnd   = "\r\n\r\n"
	connected = "HTTP/1.1 200 "
)

// answered takes a complete answer.
func (s *System) answered(k *socket) {
	head, body, _ := bytes.Cut(k.head, []byte(headEnd))
	k.head = nil
	if bytes.HasPrefix(head, []byte(connected)) {
		s.settleDial(k, success)
		return
	}
	s.refusedDial(k, body)
}

func (s *System) settleDial(k *socket, e errno) errno {
	k.asked, k.failed = "", e
	return e
}

// refusedDial takes the host's reason, and hands its words on to the author of the guest.
func (s *System) refusedDial(k *socket, body []byte) {
	var reason struct{ Code, Message string }
	_ = json.Unmarshal(body, &reason)
	e, known := fromHost[reason.Code]
	if !known {
		e = errHostUnreach
	}
	s.options.Notice(fmt.Sprintf("%s is not reached: %s", k.asked, reason.Message))
	s.settleDial(k, e)
}

// fromHost are the host's codes in the guest's numbers.
var fromHost = map[string]errno{
	"EACCES": errAcces, "ECONNREFUSED": errConnRefused, "ECONNRESET": errConnReset, "ETIMEDOUT": errTimedOut,
	"EHOSTUNREACH": errHostUnreach, "ENETUNREACH": errNetUnreach, "ENOTFOUND": errNoEnt, "EAI_AGAIN": errHostUnreach,
	"EMFILE": errMfile, "EINVAL": errInval,
}

func contentLength(head []byte) int {
	for line := range bytes.Lines(head) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if strings.EqualFold(string(name), "Content-Length") {
			n, err := strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil || n < 0 {
				return 0
			}
			return n
		}
	}
	return 0
}
