package api

import "github.com/gofiber/fiber/v2"

func (s *Server) rejectCandidate(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	return done(c, s.host.RejectCandidate(s.ctx, id, actorOf(c)))
}
