package api

import "github.com/gofiber/fiber/v2"

func (s *Server) listPluginVersions(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	items, err := s.host.Versions(s.ctx, id)
	return reply(c, listOf(items, ""), err)
}
