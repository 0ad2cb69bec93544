package relay

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// readBuffer is what every connection to a plugin holds, bulkBuffer what one with much to
	// read is given for as long as it lasts.
	readBuffer = 16 << 10
	bulkBuffer = 64 << 10
)

var (
	errHeadTooLarge = errors.New("the head of the answer is too large")
	errBufferFull   = errors.New("a line of the chunked body is too long")

	smallBuffers = sync.Pool{New: func() any { b := make([]byte, readBuffer); return &b }}
	bulkBuffers  = sync.Pool{New: func() any { b := make([]byte, bulkBuffer); return &b }}
)

// upstreamConn is a connection to an instance, with what was read ahead of use.
type upstreamConn struct {
	net.Conn
	buf       *[]byte
	r, w      int
	full      bool // the last read filled the buffer
	used      bool // it served a request before
	idleSince time.Time
	// out is the memory for a request's head, in for an answer's.
	out []byte
	in  response
}

func newUpstreamConn(c net.Conn) *upstreamConn {
	return &upstreamConn{Conn: c, buf: smallBuffers.Get().(*[]byte)}
}

// buffered is what can be read without waiting.
func (c *upstreamConn) buffered() []byte { return (*c.buf)[c.r:c.w] }

func (c *upstreamConn) discard(n int) { c.r += n }

// fill reads more, at least one byte, waiting for it.
func (c *upstreamConn) fill() error {
	if c.r == c.w {
		c.r, c.w = 0, 0
		if c.full && len(*c.buf) == readBuffer {
			smallBuffers.Put(c.buf)
			c.buf = bulkBuffers.Get().(*[]byte)
		}
	}
	if c.w == len(*c.buf) {
		if c.r == 0 {
			return errBufferFull
		}
		c.w = copy(*c.buf, (*c.buf)[c.r:c.w])
		c.r = 0
	}
	n, err := c.Conn.Read((*c.buf)[c.w:])
	c.w += n
	c.full = c.w == len(*c.buf)
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// readHead waits for a whole head of at most limit bytes and returns it with its blank
// line. It stays valid until the next fill. first says that not one byte had come.
func (c *upstreamConn) readHead(limit int) (block []byte, first bool, err error) {
	searched := 0
	for {
		b := c.buffered()
		if n := headEnd(b, searched); n > 0 {
			c.discard(n)
			return b[:n], false, nil
		}
		searched = max(0, len(b)-3)
		if len(b) >= limit {
			return nil, false, errHeadTooLarge
		}
		if c.r == 0 && c.w == len(*c.buf) {
			c.grow(limit)
		}
		if err := c.fill(); err != nil {
			return nil, len(b) == 0, err
		}
	}
}

// grow doubles the buffer for a head that does not fit. Such a buffer is not kept.
func (c *upstreamConn) grow(limit int) {
	larger := make([]byte, min(2*len(*c.buf), limit))
	copy(larger, *c.buf)
	c.recycle()
	c.buf = &larger
}

// headEnd is the length of the head in b, or 0. Both CRLF and LF end lines.
func headEnd(b []byte, from int) int {
	for i := from; i < len(b); i++ {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return 0
		}
		i += n
		switch rest := b[i+1:]; {
		case len(rest) >= 1 && rest[0] == '\n':
			return i + 2
		case len(rest) >= 2 && rest[0] == '\r' && rest[1] == '\n':
			return i + 3
		}
	}
	return 0
}

// shrink gives a large buffer back.
func (c *upstreamConn) shrink() {
	if c.full = false; len(*c.buf) != readBuffer {
		c.recycle()
		c.buf = smallBuffers.Get().(*[]byte)
	}
	c.r, c.w = 0, 0
	if cap(c.out) > readBuffer {
		c.out = nil
	}
}

func (c *upstreamConn) recycle() {
	switch len(*c.buf) {
	case readBuffer:
		smallBuffers.Put(c.buf)
	case bulkBuffer:
		bulkBuffers.Put(c.buf)
	}
}

// close closes the connection. Its buffer is left to the collector: somebody may be reading
// from it at this moment.
func (c *upstreamConn) close() { _ = c.Conn.Close() }
