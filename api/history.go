package api

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"appzone/host/history"
)

func (s *Server) getPluginHistory(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	window := history.Window(cmp.Or(query(c, "window"), string(history.Hour)))
	if !window.Valid() {
		return badQuery("window", "must be hour or day")
	}
	answer, err := s.host.History(s.ctx, id, window)
	return reply(c, answer, err)
}
