package httpguard

import (
	"io"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

const (
	// drainBytes is how much of an unread fixed-length body is read off so that the connection can go on.
	drainBytes = 64 << 10
	// drainTime bounds that, since the answer waits for it.
	drainTime = 250 * time.Millisecond
)

// Guard must be the first middleware. It refuses ambiguous framing with 400, and after
// the handler it makes sure that nothing of this request's body can be taken for another
// request: a short rest is read off, and otherwise the connection ends with this answer.
func Guard(c *fiber.Ctx) error {
	ctx := c.Context()
	// Deferred, since a panic that a middleware outside recovers leaves a body unread, too.
	defer settle(ctx, ctx.Request.IsBodyStream())
	if refused := checkFraming(ctx.Request.Header.RawHeaders()); refused != nil {
		ctx.SetConnectionClose()
		return refused
	}
	return c.Next()
}

// settle leaves the connection in a state in which the next request can be read, or ends it.
func settle(ctx *fasthttp.RequestCtx, streamed bool) {
	switch {
	case !streamed || ctx.Hijacked():
	case !ctx.Request.IsBodyStream():
		// Somebody read it whole with fasthttp's own Body, which hides errors. Those of a
		// fixed length come from the connection, which is then dead anyway.
		if ctx.Request.Header.ContentLength() < 0 {
			linger(ctx)
		}
	case !consumed(ctx):
		linger(ctx)
	}
}

// consumed tells whether the body was read to its end, and reads a short rest. The rest of
// a chunked body is never read here: after a framing error in it, reading on could find
// another end than the one that the handler was told.
func consumed(ctx *fasthttp.RequestCtx) bool {
	if b := bodyOf(ctx); b != nil {
		if b.ended.Load() {
			return true
		}
		if b.held.Load() {
			return false
		}
	}
	length := ctx.Request.Header.ContentLength()
	if length < 0 || length > drainBytes {
		return false
	}
	if err := ctx.Conn().SetReadDeadline(time.Now().Add(drainTime)); err != nil {
		return false
	}
	_, err := io.Copy(io.Discard, io.LimitReader(ctx.RequestBodyStream(), drainBytes+1))
	return err == nil
}
