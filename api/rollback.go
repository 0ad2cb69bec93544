package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func (s *Server) rollBackPlugin(c *fiber.Ctx) error {
	var in host.RollbackRequest
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	return s.begin(c, func(id string, actor host.Actor) (host.Job, error) { return s.host.Rollback(s.ctx, id, in, actor) })
}
