package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

func (s *Server) getPluginSettings(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	view, err := s.host.Settings(s.ctx, id)
	return sendSettings(c, view, err)
}

func sendSettings(c *fiber.Ctx, view host.SettingsView, err error) error {
	if err != nil {
		return err
	}
	setRevision(c, view.Revision)
	return send(c, fiber.StatusOK, view)
}

// putPluginSettings replaces the values. The body is the values themselves.
func (s *Server) putPluginSettings(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	revision, any, err := ifMatch(c)
	if err != nil {
		return err
	}
	values, err := readJSON(c)
	if err != nil {
		return err
	}
	if !any && revision == 0 { // "nothing was set", which the host takes for "anything"
		view, err := s.host.Settings(s.ctx, id)
		if err != nil {
			return err
		}
		if view.Revision != 0 {
			return fault.New(fault.Precondition, "settings_changed", "the settings of %q were changed since they were read; read them again", id)
		}
	}
	view, err := s.host.PutSettings(s.ctx, id, values, revision, actorOf(c))
	return sendSettings(c, view, err)
}
