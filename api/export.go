package api

import (
	"mime"

	"github.com/gofiber/fiber/v2"

	"appzone/api/httpguard"
	"appzone/host"
	"appzone/host/fault"
)

// exportPlugin streams one plugin, with its data unless that is to be left out.
func (s *Server) exportPlugin(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	data := true
	if c.Context().QueryArgs().Has("data") {
		if data, err = queryBool(c, "data"); err != nil {
			return err
		}
	}
	if c.Method() == fiber.MethodHead { // nothing is made for the sake of a head
		if _, err := s.host.Plugin(s.ctx, id); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, contentZstd)
		return nil
	}
	b, err := s.host.Export(s.ctx, id, data, actorOf(c))
	return s.sendBackup(c, b, err)
}

// importPlugin takes in what another host exported.
func (s *Server) importPlugin(c *fiber.Ctx) error {
	kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != contentZstd && kind != fiber.MIMEOctetStream {
		return fault.New(fault.Unsupported, "unsupported_media_type", "send the export as application/zstd or application/octet-stream")
	}
	view, err := s.host.Import(s.ctx, httpguard.LimitedBody(c, host.ImportMax), actorOf(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, v1+"/plugins/"+view.Plugin.ID)
	return send(c, fiber.StatusCreated, view)
}
