package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

func (s *Server) listSamples(c *fiber.Ctx) error {
	items, err := s.host.Samples()
	return reply(c, listOf(items, ""), err)
}

func (s *Server) getSample(c *fiber.Ctx) error {
	name := strings.Clone(c.Params("name"))
	b, err := s.host.SampleFile(name, ".zip")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`.zip"`)
	return c.Send(b)
}

func (s *Server) getSampleReadme(c *fiber.Ctx) error {
	b, err := s.host.SampleFile(strings.Clone(c.Params("name")), ".md")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/markdown; charset=utf-8")
	return c.Send(b)
}
