package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func (s *Server) getPluginPlan(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	plan, err := s.host.Plan(s.ctx, id, query(c, "version"))
	return sendPlan(c, plan, err)
}

func sendPlan(c *fiber.Ctx, plan host.Plan, err error) error {
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, plan.ETag)
	return send(c, fiber.StatusOK, plan)
}
