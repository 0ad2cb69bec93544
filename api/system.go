package api

import "github.com/gofiber/fiber/v2"

func (s *Server) getSystem(c *fiber.Ctx) error {
	view, err := s.host.System(s.ctx)
	return reply(c, view, err)
}
