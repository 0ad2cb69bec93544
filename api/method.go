package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// refuseUnknownMethods answers what Fiber would answer before its first middleware: there the body would stay unread on
// the connection, to run as a request of its own (row D3). The connection ends with this answer.
func (s *Server) refuseUnknownMethods(app *fiber.App, known []string) {
	server := app.Server()
	inner := server.Handler
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		if slices.Contains(known, string(ctx.Method())) {
			inner(ctx)
			return
		}
		ctx.SetConnectionClose()
		c := app.AcquireCtx(ctx)
		defer app.ReleaseCtx(c)
		if err := s.answerError(c, fiber.ErrNotImplemented); err != nil {
			s.log.Error("answer not written", "error", err)
		}
	}
}
