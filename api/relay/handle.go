package relay

import (
	"io"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

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
	x := &exchange{relay: r, who: Request{Plugin: plugin, User: identity.User, Credential: identity.Credential}, client: ctx.Conn()}
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
