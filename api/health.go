package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/host/fault"
)

// getHealth says that the process answers.
func (s *Server) getHealth(c *fiber.Ctx) error {
	return send(c, fiber.StatusOK, map[string]string{"status": "ok"})
}

// getReadiness says that the host takes requests: not while it boots, and not while it shuts down.
func (s *Server) getReadiness(c *fiber.Ctx) error {
	if !s.ready.Load() || s.closing.Err() != nil {
		return fault.New(fault.Unavailable, "not_ready", "the host is starting or shutting down")
	}
	return send(c, fiber.StatusOK, map[string]string{"status": "ready"})
}
