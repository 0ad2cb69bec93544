package httpguard

import (
	"bufio"
	"io"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	lingerTime  = 3 * time.Second
	lingerBytes = 64 << 20
	// lingerMost bounds how many connections are drained at once; further ones are cut.
	lingerMost = 256
)

var lingering = make(chan struct{}, lingerMost)

// linger makes the answer the last one of its connection, and makes sure that the client
// can read it: a socket that is closed while a client still sends is reset, and the reset
// discards the answer. So the answer is written, the sending side is closed, and what the
// client sends is thrown away for a bounded time.
func linger(ctx *fasthttp.RequestCtx) {
	ctx.SetConnectionClose()
	ctx.HijackSetNoResponse(true)
	ctx.Hijack(func(conn net.Conn) {
		// A panic here would end the process: no middleware is around any more.
		defer func() { _ = recover() }()
		ctx.Response.Header.SetConnectionClose()
		// A stream that follows extends this on progress.
		_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		w := bufio.NewWriterSize(conn, writeBuffer)
		err := ctx.Response.Write(w)
		if flushed := w.Flush(); err != nil || flushed != nil {
			return
		}
		discard(conn)
	})
}

func discard(conn net.Conn) {
	select {
	case lingering <- struct{}{}:
		defer func() { <-lingering }()
	default:
		return
	}
	raw := conn
	if h, ok := conn.(interface{ UnsafeConn() net.Conn }); ok {
		raw = h.UnsafeConn()
	}
	if half, ok := raw.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, conn, lingerBytes)
}
