package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

const (
	mergePatch = "application/merge-patch+json"
	pageMax    = 500
)

var states = []host.State{host.Stopped, host.Starting, host.Running, host.Stopping, host.BackingOff, host.Failed}

func (s *Server) listPlugins(c *fiber.Ctx) error {
	f := host.PluginFilter{State: host.State(query(c, "state")), Query: query(c, "q"), After: query(c, "cursor")}
	if f.State != "" && !slices.Contains(states, f.State) {
		return badQuery("state", "must be stopped, starting, running, stopping, backoff or failed")
	}
	var err error
	if f.Limit, err = queryInt(c, "limit", 1, pageMax, 0); err != nil {
		return err
	}
	items, next, err := s.host.Plugins(s.ctx, f)
	return reply(c, listOf(items, next), err)
}

func (s *Server) getPlugin(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	view, err := s.host.Plugin(s.ctx, id)
	return sendPlugin(c, fiber.StatusOK, view, err)
}

func sendPlugin(c *fiber.Ctx, status int, view host.PluginView, err error) error {
	if err != nil {
		return err
	}
	setRevision(c, view.Revision)
	return send(c, status, view)
}

func (s *Server) editPlugin(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	patch, revision, err := readPatch(c)
	if err != nil {
		return err
	}
	view, err := s.host.Edit(s.ctx, id, patch, revision, actorOf(c))
	return sendPlugin(c, fiber.StatusOK, view, err)
}

func (s *Server) removePlugin(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	force, err := queryBool(c, "force")
	if err != nil {
		return err
	}
	return done(c, s.host.Remove(s.ctx, id, force, actorOf(c)))
}
