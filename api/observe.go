package api

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/api/relay"
	"appzone/host/fault"
	"appzone/host/history"
	"appzone/host/manifest"
)

// The policies of answers that are data, and of the host's own pages.
const (
	policyData = "default-src 'none'; frame-ancestors 'none'; sandbox"
	policyPage = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

const (
	headerResourcePolicy = "Cross-Origin-Resource-Policy"
	headerOpenerPolicy   = "Cross-Origin-Opener-Policy"
)

// observe is the outermost step: it names the request, measures it, and turns errors and panics into answers.
func (s *Server) observe(c *fiber.Ctx) error {
	start := time.Now()
	s.newConns.used(c.Context().Conn())
	c.Set(fiber.HeaderXRequestID, s.identify(c))
	err := s.recovered(c)
	if err != nil {
		s.noteDenied(c, err)
		if err := s.answerError(c, err); err != nil {
			return err
		}
	}
	status, took := c.Response().StatusCode(), time.Since(start)
	route, _ := c.Locals(keyRoute).(string)
	s.metrics.request(strings.Clone(c.Method()), route, status, took)
	if m, ok := c.Locals(keyMeter).(*history.Meter); ok { // it came to a plugin
		m.Count(status >= fiber.StatusInternalServerError && fault.CodeOf(err) != relay.CodeClientLeft, took)
	}
	if !s.log.Enabled(c.Context(), slog.LevelDebug) {
		return nil // what follows is gathered for nobody
	}
	s.log.Debug("request", "request_id", requestID(c), "method", c.Method(), "path", loggedPath(c), "status", status,
		"duration_ms", took.Milliseconds(), "address", s.clientAddress(c), "user", actorOf(c).User)
	return nil
}

// loggedPath is the request's path as a log may have it: without what opens a sandboxed page. No log has a query.
func loggedPath(c *fiber.Ctx) string {
	path := c.Path()
	rest, ok := strings.CutPrefix(path, pagesPrefix)
	if !ok {
		return path
	}
	id, _, _ := strings.Cut(rest, "/")
	if !manifest.ValidID(id) {
		id = "***"
	}
	return pagesPrefix + id + "/***" // whatever else it has may be a pass, in an odd place
}

// recovered runs the rest of the chain; a panic is an internal error.
func (s *Server) recovered(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return c.Next()
}

// protect gives every answer the security headers of one that is data. Pages replace some; plugin content has its own,
// and is served too often to set these and take them away again.
func (s *Server) protect(c *fiber.Ctx) error {
	if path := c.Path(); !strings.HasPrefix(path, appsPrefix) && !strings.HasPrefix(path, pagesPrefix) {
		s.setDataHeaders(c)
	}
	return c.Next()
}

func (s *Server) setDataHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderContentSecurityPolicy, policyData)
	c.Set(headerResourcePolicy, "same-origin")
	c.Set(headerOpenerPolicy, "same-origin")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderCacheControl, "no-store")
	s.setTransportHeader(c)
}

// setTransportHeader keeps browsers that came by TLS on TLS. By the name of their own machine they would hold every other program
// of it to TLS, too, whatever its port; they are told to forget that.
func (s *Server) setTransportHeader(c *fiber.Ctx) {
	if !s.secure(c) {
		return
	}
	age := "max-age=31536000"
	if name, _, _ := strings.Cut(s.authority(c), ":"); name == "localhost" || strings.HasSuffix(name, ".localhost") {
		age = "max-age=0"
	}
	c.Set(fiber.HeaderStrictTransportSecurity, age)
}
