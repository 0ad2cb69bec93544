package api

import "github.com/gofiber/fiber/v2"

func (s *Server) getDoctor(c *fiber.Ctx) error {
	report, err := s.host.Doctor(s.ctx)
	return reply(c, report, err)
}
