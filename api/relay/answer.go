package relay

import (
	"bufio"
	"bytes"
	"net"
	"runtime"
	"time"

	"github.com/valyala/fasthttp"
)

// answer passes the answer on whose head is in up.in.
func (l *call) answer(up *upstreamConn) error {
	x, in, ctx := l.x, &up.in, l.c.Context()
	early := x.isEarly()
	header := &ctx.Response.Header
	header.SetNoDefaultContentType(true)
	ctx.SetStatusCode(in.status)
	path, _, _ := bytes.Cut(l.out.target, []byte{'?'})
	x.relay.pass(header, in, place{prefix: l.out.prefix, host: l.out.host, path: path})
	if early {
		header.SetConnectionClose()
	}
	switch {
	case in.status == fasthttp.StatusSwitchingProtocols:
		x.untilDrained()
		x.hand(true)
		ctx.Hijack(x.runTunnel)
	case in.bodiless(ctx.IsHead()):
		if in.length >= 0 && ctx.IsHead() {
			header.SetContentLength(int(in.length))
		}
		ctx.Response.SkipBody = true
		x.end(in.reusable)
	case in.length >= 0 && in.length <= int64(min(wholeBody, len(up.buffered()))):
		ctx.Response.SetBody(up.buffered()[:in.length])
		up.discard(int(in.length))
		x.end(in.reusable)
	case in.chunked && l.takeWhole(up):
	default:
		l.stream(up)
	}
	return nil
}

// isEarly tells whether the plugin answers while the client still sends. The goroutine that
// uploads may need a moment to notice its own end.
func (x *exchange) isEarly() bool {
	x.mu.Lock()
	x.headSeen = true
	x.mu.Unlock()
	if x.uploaded == nil {
		return false
	}
	runtime.Gosched()
	timer := time.NewTimer(earlyWait)
	defer timer.Stop()
	select {
	case <-x.uploaded:
		return x.uploadErr != nil
	case <-timer.C:
		return true
	}
}

// takeWhole passes a short chunked body on at once if all of it has come.
func (l *call) takeWhole(up *upstreamConn) bool {
	p := up.buffered()
	if len(p) > wholeBody || !bytes.HasSuffix(p, []byte("0\r\n\r\n")) {
		return false
	}
	body, n, ok := whole(make([]byte, 0, len(p)), p)
	if !ok {
		return false
	}
	l.c.Context().Response.SetBodyRaw(body)
	up.discard(n)
	l.x.end(up.in.reusable)
	return true
}

// stream leaves the body to the server, which writes the head and then calls WriteTo.
func (l *call) stream(up *upstreamConn) {
	x, in, ctx := l.x, &up.in, l.c.Context()
	body, length, idle := answerBody{conn: up, kind: untilClose}, -1, x.relay.o.IdleTimeout
	switch {
	case in.chunked:
		body.kind = chunked
	case in.length >= 0:
		body.kind, body.left, length = fixed, in.length, int(in.length)
	}
	if in.events {
		idle = x.relay.o.StreamIdleTimeout
		x.untilDrained()
	}
	s := newStream(x, body, idle)
	x.hand(false)
	if length < 0 && !ctx.Request.Header.IsHTTP11() {
		hijackBody(ctx, s)
		return
	}
	// A chunked body is flushed by chunk, so its head must not wait for the first one.
	ctx.Response.ImmediateHeaderFlush = length < 0 && len(up.buffered()) == 0
	ctx.Response.SetBodyStream(s, length)
}

// hijackBody writes the answer by itself: HTTP/1.0 has no chunks, and fasthttp has no other
// way to send a body of unknown length. Its end is the connection's, so one that is cut
// resets the connection.
func hijackBody(ctx *fasthttp.RequestCtx, s *stream) {
	ctx.HijackSetNoResponse(true)
	ctx.Hijack(func(conn net.Conn) {
		defer func() { _ = recover() }()
		defer func() { _ = s.Close() }()
		header := &ctx.Response.Header
		header.SetConnectionClose()
		w := bufio.NewWriterSize(conn, readBuffer)
		s.extend()
		_, err := w.Write(header.Header())
		if err == nil {
			_, err = s.WriteTo(w)
		}
		if flushed := w.Flush(); err != nil || flushed != nil {
			reset(conn)
		}
	})
}

// reset makes the close of the connection a reset.
func reset(conn net.Conn) {
	if h, ok := conn.(interface{ UnsafeConn() net.Conn }); ok {
		conn = h.UnsafeConn()
	}
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
}
