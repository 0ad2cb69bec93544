package httpguard

import (
	"bytes"
	"errors"
	"io"
	"net"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"appzone/host/fault"
)

const (
	// bodyIdle is how long a client may send nothing in the middle of a body.
	bodyIdle = 30 * time.Second
	// bodyRate is the slowest average, in bytes per second, at which a limited body may arrive.
	bodyRate = 1 << 10
)

// ErrAborted is returned by Read after Abort.
var ErrAborted = errors.New("reading the request body was given up")

// Body reads a request's body. Its errors and its end are final.
type Body struct {
	src  io.Reader
	conn net.Conn
	// declared is the Content-Length, -1 for a chunked body.
	declared, limit, n int64
	idle               time.Duration
	started, extended  time.Time
	err                error
	ended, held        atomic.Bool

	mu      sync.Mutex
	aborted bool
}

type bodyKey struct{}

type limitKey struct{}

func bodyOf(ctx *fasthttp.RequestCtx) *Body {
	b, _ := ctx.UserValue(bodyKey{}).(*Body)
	return b
}

// LimitedBody reads the request's body up to limit bytes. Reading gives *fault.Error: 413
// body_too_large as soon as the declared or the real length is past the limit, 400
// body_cut when the client stops before the end. Read deadlines are extended on progress,
// but a body that is slower than 1 KiB/s on average is cut after half a minute.
func LimitedBody(c *fiber.Ctx, limit int64) *Body {
	b := newBody(c.Context(), bodyIdle)
	b.limit = limit
	return b
}

// StreamBody reads the request's body without a limit of total time, and of size unless LimitBody set one: only idle
// bounds how long a client may send nothing. For passing a body on.
func StreamBody(c *fiber.Ctx, idle time.Duration) *Body {
	b := newBody(c.Context(), idle)
	b.limit = -1
	if limit, ok := c.Context().UserValue(limitKey{}).(int64); ok {
		b.limit = limit
	}
	return b
}

// LimitBody makes limit the most bytes that StreamBody passes on of the request's body; more is 413 body_too_large.
func LimitBody(c *fiber.Ctx, limit int64) { c.Context().SetUserValue(limitKey{}, limit) }

func newBody(ctx *fasthttp.RequestCtx, idle time.Duration) *Body {
	b := &Body{conn: ctx.Conn(), declared: int64(ctx.Request.Header.ContentLength()), idle: idle, started: time.Now()}
	switch {
	case ctx.Request.IsBodyStream():
		b.src = ctx.RequestBodyStream()
		ctx.SetUserValue(bodyKey{}, b)
	case b.declared > 0:
		b.src = bytes.NewReader(ctx.Request.Body())
	default:
		b.declared, b.src = 0, bytes.NewReader(nil)
	}
	return b
}

// Length is the declared length in bytes, or -1 for a chunked body.
func (b *Body) Length() int64 { return b.declared }

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.limit >= 0 && b.declared > b.limit {
		b.err = b.tooLarge()
		return 0, b.err
	}
	if b.err = b.extend(); b.err != nil {
		return 0, b.err
	}
	n, err := b.src.Read(p)
	b.n += int64(n)
	if b.limit >= 0 && b.n > b.limit {
		b.err = b.tooLarge()
		return 0, b.err
	}
	b.err = b.final(err)
	return n, b.err
}

// final turns what the connection said into what it means. fasthttp reports a client that
// leaves in the middle of a fixed-length body, or between two chunks, as a plain end.
func (b *Body) final(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF) && (b.n == b.declared || b.declared < 0 && lastChunkSeen(b.src)):
		b.ended.Store(true)
		return io.EOF
	case errors.Is(err, io.EOF):
		// What wraps io.EOF would be taken for the end.
		err = io.ErrUnexpectedEOF
		fallthrough
	default:
		return fault.Wrap(err, fault.Malformed, "body_cut",
			"the request's body is malformed, too slow or ended too early; send it again")
	}
}

// lastChunkSeen tells a chunked body that ended from one whose client left between two
// chunks. Only a private field of fasthttp's stream knows it; should it ever go, every
// chunked body counts as cut, which no test survives.
func lastChunkSeen(stream io.Reader) bool {
	v := reflect.Indirect(reflect.ValueOf(stream))
	if v.Kind() != reflect.Struct {
		return false
	}
	eof := v.FieldByName("eof")
	return eof.IsValid() && eof.Kind() == reflect.Bool && eof.Bool()
}

func (b *Body) tooLarge() error {
	return fault.New(fault.TooLarge, "body_too_large", "the request's body is too large; at most %d bytes are taken", b.limit)
}

// extend moves the connection's read deadline. A body that was read ahead has no need of it.
func (b *Body) extend() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.aborted {
		return ErrAborted
	}
	now := time.Now()
	if now.Sub(b.extended) < b.idle/16 {
		return nil
	}
	b.extended = now
	deadline := now.Add(b.idle)
	if b.limit >= 0 {
		if slowest := b.started.Add(b.idle + time.Duration(b.n/bodyRate)*time.Second); slowest.Before(deadline) {
			deadline = slowest
		}
	}
	return b.conn.SetReadDeadline(deadline)
}

// Hold says that another goroutine goes on reading the body after the handler has returned,
// until the answer is written. The connection then ends with this answer.
func (b *Body) Hold() { b.held.Store(true) }

// Abort makes a Read that is under way, and every later one, fail. It may be called from
// any goroutine.
func (b *Body) Abort() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.aborted = true
	_ = b.conn.SetReadDeadline(time.Unix(1, 0))
}
