package api

import (
	"embed"

	"github.com/gofiber/fiber/v2"

	"appzone/host/manifest"
)

const frontPath = "/"

//go:embed pages
var pageFiles embed.FS

// pages are the host's own, by path: the reader of the interface's description, the front page of a host without a console, and the simulator.
var pages = map[string]struct{ file, kind string }{
	frontPath:              {"index.html", fiber.MIMETextHTMLCharsetUTF8},
	"/icon.svg":            {"icon.svg", "image/svg+xml"},
	"/api/docs":            {"docs.html", fiber.MIMETextHTMLCharsetUTF8},
	"/api/docs/reader.js":  {"reader.js", contentScript},
	"/api/docs/reader.css": {"reader.css", "text/css; charset=utf-8"},
	simulatorPath:          {"sdk/simulator.html", fiber.MIMETextHTMLCharsetUTF8},
	simulatorPath + ".js":  {"sdk/simulator.js", contentScript},
	simulatorPath + ".css": {"sdk/simulator.css", "text/css; charset=utf-8"},
}

// page serves one of them.
func (s *Server) page(path string) fiber.Handler {
	p, policy := pages[path], policyPage+"; frame-src "+s.pageSources()
	if path == simulatorPath {
		policy += frameDevelopment
	}
	return func(c *fiber.Ctx) error {
		c.Locals(keyRoute, "page")
		b, err := pageFiles.ReadFile("pages/" + p.file)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentSecurityPolicy, policy)
		c.Set(fiber.HeaderCacheControl, "no-cache")
		c.Set(fiber.HeaderContentType, p.kind)
		return c.Send(b)
	}
}

func (s *Server) getOpenAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(s.doc.json)
}

func (s *Server) getManifestSchema(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "application/schema+json")
	return c.Send(manifest.Schema())
}
