package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host/fault"
)

const (
	// heartbeat is how often a stream says that it is alive. A client that left is found out by it.
	heartbeat = 15 * time.Second
	// holdCheck is how often it is asked whether a stream's credentials still hold.
	holdCheck = 500 * time.Millisecond
	// writeTime is how long a client may take for one piece of a stream.
	writeTime = 30 * time.Second
	// streamsMax bounds the streams that are open at once.
	streamsMax = 1000
	// streamsOfOneMax bounds those of one member, so that nobody takes them all.
	streamsOfOneMax = 200
)

var (
	errStreamEnded = errors.New("the stream ended")
	streamsOpen    atomic.Int64
)

// stream is an answer that goes on until its client leaves, its credentials end or the server stops. fasthttp calls
// WriteTo on the connection's own goroutine.
type stream struct {
	ctx    context.Context
	conn   net.Conn
	holds  func() bool
	failed func(error)
	run    func(*stream) error
	ended  func()

	out  io.Writer
	sent int64
	// pulse is what keeps the stream alive, beat its clock; wrote is when it was last known to be.
	pulse []byte
	beat  *time.Ticker
	wrote time.Time
}

// openStream answers with what run writes. ended is called when the answer is through, whether run was called or not.
func (s *Server) openStream(c *fiber.Ctx, contentType, pulse string, run func(*stream) error, ended func()) error {
	c.Set(fiber.HeaderContentType, contentType)
	if c.Method() == fiber.MethodHead { // with a body of unknown length fasthttp would end the head twice
		ended()
		return nil
	}
	leave, ok := s.streams.enter(actorOf(c).User, streamsOfOneMax)
	if !ok {
		ended()
		return fault.New(fault.Unavailable, "too_many_streams", "%d streams of yours are open; close some and try again", streamsOfOneMax)
	}
	if streamsOpen.Add(1) > streamsMax {
		streamsOpen.Add(-1)
		leave()
		ended()
		return fault.New(fault.Unavailable, "too_many_streams", "too many streams are open; close some and try again")
	}
	id := requestID(c)
	c.Set("X-Accel-Buffering", "no")
	c.Context().Response.ImmediateHeaderFlush = true
	c.Context().SetBodyStream(&stream{ctx: s.closing, conn: c.Context().Conn(), holds: s.credential(c), run: run, pulse: []byte(pulse),
		ended:  func() { leave(); ended() },
		failed: func(err error) { s.log.Error("stream failed", "request_id", id, "error", err) }}, -1)
	return nil
}

// SupportsBodyWriteTo lets fasthttp use WriteTo.
func (st *stream) SupportsBodyWriteTo() bool { return true }

// WriteTo runs the stream. Its end is a whole answer, whatever the reason.
func (st *stream) WriteTo(w io.Writer) (_ int64, err error) {
	defer func() {
		if p := recover(); p != nil {
			st.failed(fmt.Errorf("panic: %v", p))
			err = errStreamEnded
		}
	}()
	st.out, st.beat, st.wrote = w, time.NewTicker(holdCheck), time.Now()
	defer st.beat.Stop()
	err = st.run(st)
	if err != nil && !errors.Is(err, errStreamEnded) && !errors.As(err, new(net.Error)) {
		st.failed(err)
	}
	return st.sent, err
}

// Write sends one piece.
func (st *stream) Write(p []byte) (int, error) {
	if err := st.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, errStreamEnded
	}
	n, err := st.out.Write(p)
	st.wrote = time.Now()
	st.sent += int64(n)
	if err != nil {
		err = errStreamEnded
	}
	return n, err
}

// alive is called at every beat: it ends a stream whose credentials ended, and keeps the others open.
func (st *stream) alive() error {
	if !st.holds() {
		return errStreamEnded
	}
	if time.Since(st.wrote) < heartbeat {
		return nil
	}
	_, err := st.Write(st.pulse)
	return err
}

// Read implements io.Reader, which fasthttp asks for and does not use.
func (st *stream) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Close is called once, when the answer is through.
func (st *stream) Close() error {
	streamsOpen.Add(-1)
	st.ended()
	return nil
}
