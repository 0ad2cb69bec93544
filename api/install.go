package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func (s *Server) installPlugin(c *fiber.Ctx) error {
	var in host.InstallRequest
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	etag := strings.Clone(strings.TrimSpace(c.Get(fiber.HeaderIfMatch)))
	return s.begin(c, func(id string, actor host.Actor) (host.Job, error) {
		return s.host.Install(s.ctx, id, in, etag, actor)
	})
}

func (s *Server) uninstallPlugin(c *fiber.Ctx) error {
	var in struct {
		// KeepData is true where nothing is said: only a decision deletes data.
		KeepData *bool `json:"keepData"`
	}
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	return s.begin(c, func(id string, actor host.Actor) (host.Job, error) {
		return s.host.Uninstall(s.ctx, id, in.KeepData == nil || *in.KeepData, actor)
	})
}

func (s *Server) startPlugin(c *fiber.Ctx) error {
	return s.begin(c, func(id string, actor host.Actor) (host.Job, error) { return s.host.Start(s.ctx, id, actor) })
}

func (s *Server) stopPlugin(c *fiber.Ctx) error {
	return s.begin(c, func(id string, actor host.Actor) (host.Job, error) { return s.host.Stop(s.ctx, id, actor) })
}

func (s *Server) restartPlugin(c *fiber.Ctx) error {
	return s.begin(c, func(id string, actor host.Actor) (host.Job, error) { return s.host.Restart(s.ctx, id, actor) })
}
