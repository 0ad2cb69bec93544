package api

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func (s *Server) getPluginGrants(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	view, err := s.host.Grants(s.ctx, id)
	return sendGrants(c, view, err)
}

func sendGrants(c *fiber.Ctx, view host.GrantsView, err error) error {
	if err != nil {
		return err
	}
	setRevision(c, view.Revision)
	return send(c, fiber.StatusOK, view)
}

// putPluginGrants replaces what the plugin may do. The body is the grants, or the word "requested".
func (s *Server) putPluginGrants(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	revision, _, err := ifMatch(c)
	if err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var choice host.GrantChoice
	if err := json.Unmarshal(body, &choice); err != nil {
		return explainJSON(err)
	}
	view, err := s.host.PutGrants(s.ctx, id, choice, revision, actorOf(c))
	return sendGrants(c, view, err)
}
