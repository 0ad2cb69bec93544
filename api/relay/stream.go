package relay

import (
	"bufio"
	"errors"
	"io"
	"time"
)

// stream is an answer's body on its way to the client. The server calls WriteTo, and Close
// in any case.
type stream struct {
	x     *exchange
	body  answerBody
	idle  time.Duration
	out   *bufio.Writer // nil if writes reach the client at once
	wrote time.Time     // when the write deadline was extended
	waits func() error
}

var errEnded = errors.New("the request was cut")

func newStream(x *exchange, body answerBody, idle time.Duration) *stream {
	s := &stream{x: x, body: body, idle: idle}
	s.waits = s.wait
	return s
}

// SupportsBodyWriteTo makes fasthttp use WriteTo.
func (s *stream) SupportsBodyWriteTo() bool { return true }

// WriteTo passes the body on. Whatever has come is with the client before it waits for
// more. A body that is cut is an error, on which the server closes the client's connection.
func (s *stream) WriteTo(w io.Writer) (written int64, err error) {
	if !s.x.claim() {
		return 0, errEnded
	}
	s.out, _ = w.(*bufio.Writer)
	for {
		p, err := s.body.next(s.waits)
		if errors.Is(err, io.EOF) {
			return written, nil
		}
		if err != nil {
			if s.out != nil {
				_ = s.out.Flush()
			}
			return written, err
		}
		s.extend()
		n, err := w.Write(p)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// wait runs before the plugin is waited for.
func (s *stream) wait() error {
	if s.out != nil && s.out.Buffered() > 0 {
		s.extend()
		if err := s.out.Flush(); err != nil {
			return err
		}
	}
	return s.body.conn.SetReadDeadline(time.Now().Add(s.idle))
}

// extend gives the client time for the next write.
func (s *stream) extend() {
	if now := time.Now(); now.Sub(s.wrote) > s.x.relay.o.IdleTimeout/8 {
		s.wrote = now
		s.x.setWriteDeadline(now.Add(s.x.relay.o.IdleTimeout))
	}
}

// setWriteDeadline moves the client's deadline, but not that of an exchange that was cut.
func (x *exchange) setWriteDeadline(t time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cause == nil {
		_ = x.client.SetWriteDeadline(t)
	}
}

// Read implements io.Reader, which the server asks for and does not use.
func (s *stream) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Close ends the exchange.
func (s *stream) Close() error {
	s.x.end(s.body.done && s.body.kind != untilClose && s.body.conn.in.reusable)
	return nil
}
