package api

import "github.com/gofiber/fiber/v2"

func (s *Server) getPluginStats(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	stats, err := s.host.Stats(s.ctx, id)
	return reply(c, stats, err)
}
