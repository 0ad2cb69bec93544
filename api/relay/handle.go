package relay

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

const (
	// smallBody is the largest request body that is sent together with its head; fasthttp has
	// read as much before the handler runs.
	smallBody = 8 << 10
	// wholeBody is the largest answer that is passed on in one write if it has come whole.
	wholeBody = readBuffer
	// earlyWait is how long a plugin's answer waits for the last of the request to be sent,
	// before it counts as an early answer that ends the client's connection.
	earlyWait = 10 * time.Millisecond
)

// Handle passes the request of c on to plugin, without prefix in its path, and the answer
// back. prefix is how the raw path begins, "/apps/clock", or "" on an origin of the plugin's
// own. It returns *fault.Error, or what Acquire returned, as long as nothing was sent.
// httpguard.Guard must stand before it.
func (r *Relay) Handle(c *fiber.Ctx, plugin, prefix string, identity Identity) error {
	ctx := c.Context()
	target, err := cutTarget(ctx.Request.Header.RequestURI(), prefix)
	if err != nil {
		return err
	}
	x := &exchange{relay: r, plugin: plugin, user: identity.User, client: ctx.Conn()}
	if err := r.add(x); err != nil {
		return err
	}
	defer x.endUnlessHanded()
	if ctx.Request.IsBodyStream() {
		x.body = httpguard.StreamBody(c, r.o.IdleTimeout)
	}
	l := calls.Get().(*call)
	defer l.recycle()
	l.x, l.c = x, c
	l.out = outgoing{
		method: ctx.Method(), target: target, host: ctx.Request.Header.Host(), prefix: prefix, identity: identity,
	}
	l.forwarded()
	if r.o.RequestID != nil {
		l.out.requestID = r.o.RequestID(c)
	}
	if err := l.prepare(); err != nil {
		return err
	}
	up, err := l.exchange()
	if err != nil {
		return l.explain(err)
	}
	return l.answer(up)
}

func (x *exchange) endUnlessHanded() {
	x.mu.Lock()
	handed := x.phase != handling
	x.mu.Unlock()
	if !handed {
		x.end(false)
	} else if x.body != nil && !x.uploadDone() {
		x.body.Hold()
	}
}

// forwarded fills in what the plugin is told about the client's connection.
func (l *call) forwarded() {
	ctx, out := l.c.Context(), &l.out
	if tell := l.x.relay.o.Forwarded; tell != nil {
		f := tell(l.c)
		out.client, out.proto, out.authority = []byte(f.For), []byte(f.Proto), []byte(f.Host)
		return
	}
	out.authority, out.proto = out.host, protoHTTP
	if ctx.IsTLS() {
		out.proto = protoHTTPS
	}
	if a, ok := ctx.RemoteAddr().(*net.TCPAddr); ok {
		l.address = a.AddrPort().Addr().Unmap().AppendTo(l.address[:0])
		out.client = l.address
	}
}

var (
	protoHTTP, protoHTTPS = []byte("http"), []byte("https")

	calls = sync.Pool{New: func() any { return &call{head: head{fields: make([]field, 0, 32)}} }}
)

// recycle keeps the call's memory and nothing that it points to.
func (l *call) recycle() {
	clear(l.head.fields)
	clear(l.head.listed)
	*l = call{address: l.address[:0], head: head{fields: l.head.fields[:0], listed: l.head.listed[:0]}}
	calls.Put(l)
}

// call is one request on its way to the plugin.
type call struct {
	x    *exchange
	c    *fiber.Ctx
	out  outgoing
	head head
	// small is a body that is sent with the head.
	small []byte
	// address is the memory of out.client.
	address []byte
	// streamed says that the body is passed on by a goroutine.
	streamed bool
}

// prepare reads the client's head, and its body if it is small.
func (l *call) prepare() error {
	header := &l.c.Request().Header
	if err := l.head.scan(header.RawHeaders(), false); err != nil {
		return fault.Wrap(err, fault.Malformed, "malformed_header", "the request's header is malformed: %v", err)
	}
	if l.x.body == nil {
		l.out.sized = !header.IsGet() && !header.IsHead()
		l.out.upgrade = l.head.upgrade && len(l.head.protocol) > 0 && header.IsHTTP11()
		return nil
	}
	l.out.length, l.out.sized = l.x.body.Length(), true
	if l.out.length < 0 || l.out.length > smallBody {
		l.streamed = true
		return nil
	}
	l.small = make([]byte, l.out.length)
	if _, err := io.ReadFull(l.x.body, l.small); err != nil {
		return err
	}
	// The end is found by reading past it.
	_, _ = l.x.body.Read(make([]byte, 1))
	return nil
}

// replayable tells whether sending the request twice does no harm.
func (l *call) replayable() bool {
	return l.x.body == nil && !l.out.upgrade && (l.c.Context().IsGet() || l.c.Context().IsHead())
}

// errBeforeFirstByte marks a connection that died before any of the answer came.
type errBeforeFirstByte struct{ error }

func (e errBeforeFirstByte) Unwrap() error { return e.error }

// exchange finds an instance, sends the request and reads the head of its final answer.
func (l *call) exchange() (*upstreamConn, error) {
	if err := l.acquire(); err != nil {
		return nil, err
	}
	if up := l.x.pool.get(l.x.relay.o.KeepAlive, !l.replayable()); up != nil {
		err := l.send(up)
		if err == nil {
			return up, nil
		}
		var unanswered errBeforeFirstByte
		if !errors.As(err, &unanswered) || !l.replayable() || l.x.aborted() != nil || timedOut(err) {
			return nil, err
		}
		up.close()
	}
	up, err := l.x.pool.dial(l.x, l.x.relay.o.DialTimeout)
	if err != nil && l.x.aborted() == nil {
		// The instance may have been replaced in this moment; nothing was sent to it yet.
		if again := l.acquire(); again != nil {
			return nil, again
		}
		up, err = l.x.pool.dial(l.x, l.x.relay.o.DialTimeout)
	}
	if err != nil {
		return nil, unreachable{err}
	}
	return up, l.send(up)
}

// unreachable marks an instance that takes no connection.
type unreachable struct{ error }

func (e unreachable) Unwrap() error { return e.error }

func (l *call) acquire() error {
	x := l.x
	if x.release != nil {
		x.release()
		x.release = nil
	}
	up, release, err := x.relay.o.Acquire(x, x.plugin)
	if err != nil {
		return acquireError{err}
	}
	x.release, x.pool = release, x.relay.pools.of(up)
	return nil
}

// acquireError marks what Acquire said, which is returned as it is.
type acquireError struct{ error }

func (e acquireError) Unwrap() error { return e.error }

// send writes the request and reads the head of the final answer into up.in.
func (l *call) send(up *upstreamConn) error {
	x := l.x
	if err := x.attach(up); err != nil {
		return err
	}
	out, err := appendRequest(up.out[:0], &l.head, &l.out, x.relay.reserved)
	if err != nil {
		return err
	}
	out = append(out, l.small...)
	up.out = out
	// One deadline for both: the head and a small body fit the socket's buffer.
	if err := up.SetDeadline(time.Now().Add(x.relay.o.HeaderTimeout)); err != nil {
		return errBeforeFirstByte{err}
	}
	if _, err := up.Write(out); err != nil {
		return errBeforeFirstByte{err}
	}
	if l.streamed {
		_ = up.SetReadDeadline(time.Time{})
		x.startUpload(up)
	}
	return l.receive(up)
}

// receive reads heads until the final one.
func (l *call) receive(up *upstreamConn) error {
	for range maxInformational {
		block, first, err := up.readHead(l.x.relay.o.MaxHeaderBytes)
		if err != nil {
			if first {
				return errBeforeFirstByte{err}
			}
			return err
		}
		if err := up.in.parse(block); err != nil {
			return malformedAnswer{err}
		}
		if up.in.status >= 200 {
			return nil
		}
		if up.in.status == fasthttp.StatusSwitchingProtocols {
			if !l.out.upgrade || len(up.in.protocol) == 0 {
				return malformedAnswer{errors.New("it switches protocols without being asked")}
			}
			return nil
		}
	}
	return malformedAnswer{errors.New("it sends informational answers without end")}
}

// malformedAnswer marks an answer that is not HTTP.
type malformedAnswer struct{ error }

func (e malformedAnswer) Unwrap() error { return e.error }

// explain turns what went wrong into what the client is told.
func (l *call) explain(err error) error {
	x := l.x
	if cause := x.aborted(); cause != nil {
		return cause
	}
	var acquired acquireError
	if errors.As(err, &acquired) {
		return acquired.error
	}
	x.end(false) // waits for the upload, whose error tells more
	if x.uploadErr != nil && !errors.Is(x.uploadErr, errUpstream) && !errors.Is(x.uploadErr, httpguard.ErrAborted) {
		return x.uploadErr
	}
	var refused unreachable
	var malformed malformedAnswer
	var answer *fault.Error
	switch {
	case errors.As(err, &refused):
		answer = fault.Wrap(err, fault.Gateway, "plugin_unreachable", "the plugin takes no connections; its log may say why")
	case errors.As(err, &malformed), errors.Is(err, errHeadTooLarge):
		answer = fault.Wrap(err, fault.Gateway, "plugin_answer_malformed", "the plugin's answer is not understood: %v", err)
	case timedOut(err):
		answer = fault.Wrap(err, fault.Timeout, "plugin_timeout", "the plugin did not answer within %s", x.relay.o.HeaderTimeout)
	case errors.Is(err, errUnsafeValue):
		return fault.Wrap(err, fault.Internal, "internal", "the host cannot tell the plugin who asks")
	default:
		answer = fault.Wrap(err, fault.Gateway, "plugin_closed", "the plugin closed the connection without an answer; its log may say why")
	}
	x.relay.o.Logger.Warn("plugin did not answer", "plugin", x.plugin, "code", answer.Code, "error", err, "request_id", l.out.requestID)
	return answer
}

func timedOut(err error) bool {
	var t net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &t) && t.Timeout())
}
