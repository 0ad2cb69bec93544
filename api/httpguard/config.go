package httpguard

import (
	"errors"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

const (
	// headerBytes is the largest request header, 431 above it.
	headerBytes = 16 << 10
	writeBuffer = 16 << 10
	// headerTimeout is how long a client may take to send a request's header, and to send
	// what a handler has not begun to read.
	headerTimeout = 15 * time.Second
	idleTimeout   = 75 * time.Second
	// writeTimeout bounds an answer that the client does not read. Streams extend it on progress.
	writeTimeout = 60 * time.Second
	// connections is how many connections may be open at once.
	connections = 16 << 10
)

// Config returns the server settings that [Guard] relies on. The caller adds its
// ErrorHandler and calls [Harden] on the app.
func Config() fiber.Config {
	return fiber.Config{
		AppName: "", ServerHeader: "",
		StrictRouting: true, CaseSensitive: true, UnescapePath: false,
		Network: fiber.NetworkTCP,
		// Bodies are streamed and limited where they are read; multipart would be buffered whole.
		StreamRequestBody: true, DisablePreParseMultipartForm: true,
		BodyLimit:      1 << 20,
		Concurrency:    connections,
		ReadBufferSize: headerBytes, WriteBufferSize: writeBuffer,
		ReadTimeout: headerTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		DisableStartupMessage: true,
		RequestMethods:        methods(),
	}
}

// methods is what may be asked for at all: HTTP's own but CONNECT and TRACE, and WebDAV's,
// since plugins may speak it.
func methods() []string {
	return []string{
		fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodPut, fiber.MethodDelete,
		fiber.MethodOptions, fiber.MethodPatch,
		"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "QUERY",
	}
}

var errMalformed = errors.New("the request is malformed")

// Harden sets what Fiber's settings cannot: error texts of the HTTP parser, which repeat
// what the client sent, reach neither the client nor a log.
func Harden(app *fiber.App) {
	server := app.Server()
	server.SecureErrorLogMessage = true
	server.CloseOnShutdown = true
	inner := server.ErrorHandler
	server.ErrorHandler = func(ctx *fasthttp.RequestCtx, err error) {
		var small *fasthttp.ErrSmallBuffer
		var network net.Error
		if !errors.As(err, &small) && !errors.As(err, &network) {
			err = errMalformed
		}
		inner(ctx, err)
	}
}
